// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import weir.core.frame.Frame;
import weir.core.ring.RingLayout;

/**
 * The bytes that a shared-memory port and its client exchange: the memory, and the two messages in front of it.
 * All numbers are in the machine's byte order, which is little-endian. {@code weir_shm.h} says the same in C.
 *
 * <pre>
 *  memory     +-----------------------------------+
 *  0          | ring to the switch                |  {@link RingLayout}, one word a slot
 *             +-----------------------------------+
 *  R          | ring from the switch              |  the same; R = 256 + 8 * slots, up to the next page
 *             +-----------------------------------+
 *  2 R        | slots to the switch               |  slots * slotBytes
 *             +-----------------------------------+
 *  2 R + S    | slots from the switch             |  the same; S = slots * slotBytes, up to the next page
 *             +-----------------------------------+
 *
 *  word i, at i &amp; (slots - 1)               slot i, at (i &amp; (slots - 1)) * slotBytes
 *   63               32 31             0
 *  +-------------------+----------------+
 *  |   0               |  length        |  bytes of the frame, which starts at the slot's first byte
 *  +-------------------+----------------+
 *
 *  hello, client to switch           welcome, switch to client, with the memory's descriptor
 *  0   magic (8)                     0   magic (8)
 *  8   version (4)                   8   version (4)
 *  12  0 (4)                         12  status (4)
 *                                    16  slots (4)
 *                                    20  slotBytes (4)
 *                                    24  mtuBytes (4)
 *                                    28  0 (4)
 *                                    32  memoryBytes (8)
 *                                    40  text (120), UTF-8, up to a NUL: why it was refused
 * </pre>
 *
 * The ring's word and the slot of the same index belong together. So a client names no buffer: there is none that
 * it could name wrongly, twice, or keep. What it can still get wrong is an index of a ring and a length.
 *
 * <p>After the welcome either side sends single bytes, {@link #WAKEUP}, to wake the other: at most one for each
 * sleep that the other has announced in the ring that it reads.
 */
public final class ShmLayout {
    /** First bytes of either message: {@code "weirshm"} and a NUL. */
    public static final long MAGIC = 0x006d_6873_7269_6577L;

    /** Changes with the layout. */
    public static final int VERSION = 1;

    /** The byte that wakes the other side. */
    public static final byte WAKEUP = 'w';

    /** Bytes of a hello. */
    public static final int HELLO_BYTES = 16;

    /** Bytes of a welcome. */
    public static final int WELCOME_BYTES = 160;

    private static final int MAGIC_BYTE = 0;
    private static final int VERSION_BYTE = 8;
    private static final int STATUS_BYTE = 12;
    private static final int SLOTS_BYTE = 16;
    private static final int SLOT_BYTES_BYTE = 20;
    private static final int MTU_BYTE = 24;
    private static final int MEMORY_BYTES_BYTE = 32;
    private static final int TEXT_BYTE = 40;
    private static final int TEXT_BYTES = WELCOME_BYTES - TEXT_BYTE;

    private static final int PAGE_BYTES = 4096;
    private static final int CACHE_LINE_BYTES = 64;
    private static final int TWO_TAGS_BYTES = 8;

    private ShmLayout() {}

    /** What the switch answered. */
    public enum Status {
        /** Connected; the memory's descriptor came with the message. */
        CONNECTED,
        /** The port has a client already. */
        BUSY,
        /** The client speaks another version, or something else. */
        VERSION_UNKNOWN,
        /** A client of this port broke the rules a moment ago. */
        QUARANTINED,
        /** The switch has no memory or descriptors left. */
        NO_RESOURCES;

        /** Number in the message. */
        @SuppressWarnings("EnumOrdinal") // the order is part of the layout
        int number() {
            return ordinal();
        }
    }

    /**
     * Sizes of a port's memory.
     *
     * @param slots in each direction, a power of two
     * @param mtuBytes of the port
     */
    public record Geometry(int slots, int mtuBytes) {
        /** Longest frame that fits: header, two tags, MTU, up to a cache line. */
        public int slotBytes() {
            int bytes = Frame.ETHERNET_HEADER_BYTES + TWO_TAGS_BYTES + mtuBytes;
            // An odd number of cache lines, so that the first lines of slots spread over the cache's sets.
            int lines = (bytes + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES | 1;
            return lines * CACHE_LINE_BYTES;
        }

        private long ringBytes() {
            return pages(RingLayout.sizeBytes(slots));
        }

        private long areaBytes() {
            return pages((long) slots * slotBytes());
        }

        /** Bytes of the whole memory. */
        public long memoryBytes() {
            return 2 * ringBytes() + 2 * areaBytes();
        }

        /** The ring that the client writes. */
        public MemorySegment ringToSwitch(MemorySegment memory) {
            return memory.asSlice(0, ringBytes());
        }

        /** The ring that the switch writes. */
        public MemorySegment ringFromSwitch(MemorySegment memory) {
            return memory.asSlice(ringBytes(), ringBytes());
        }

        /** First byte of the slots that the client writes. */
        public long slotsToSwitch() {
            return 2 * ringBytes();
        }

        /** First byte of the slots that the switch writes. */
        public long slotsFromSwitch() {
            return 2 * ringBytes() + areaBytes();
        }

        private static long pages(long bytes) {
            return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
        }
    }

    /** Writes a hello of {@link #HELLO_BYTES}. */
    public static void writeHello(MemorySegment message) {
        message.set(JAVA_LONG, MAGIC_BYTE, MAGIC);
        message.set(JAVA_INT, VERSION_BYTE, VERSION);
    }

    /** Whether a message of so many bytes is the hello of a client that fits. */
    static boolean isHello(MemorySegment message, int lengthBytes) {
        return lengthBytes == HELLO_BYTES
                && message.get(JAVA_LONG, MAGIC_BYTE) == MAGIC
                && message.get(JAVA_INT, VERSION_BYTE) == VERSION;
    }

    /** Writes a welcome of {@link #WELCOME_BYTES}; a longer text is cut. */
    static void writeWelcome(MemorySegment message, Status status, Geometry geometry, String text) {
        message.fill((byte) 0);
        message.set(JAVA_LONG, MAGIC_BYTE, MAGIC);
        message.set(JAVA_INT, VERSION_BYTE, VERSION);
        message.set(JAVA_INT, STATUS_BYTE, status.number());
        message.set(JAVA_INT, SLOTS_BYTE, geometry.slots());
        message.set(JAVA_INT, SLOT_BYTES_BYTE, geometry.slotBytes());
        message.set(JAVA_INT, MTU_BYTE, geometry.mtuBytes());
        message.set(JAVA_LONG, MEMORY_BYTES_BYTE, geometry.memoryBytes());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(bytes, 0, message, JAVA_BYTE, TEXT_BYTE, Math.min(bytes.length, TEXT_BYTES - 1));
    }

    /** Whether a message of so many bytes is a welcome of this version, whatever its status. */
    public static boolean isWelcome(MemorySegment message, int lengthBytes) {
        return lengthBytes == WELCOME_BYTES
                && message.get(JAVA_LONG, MAGIC_BYTE) == MAGIC
                && message.get(JAVA_INT, VERSION_BYTE) == VERSION;
    }

    /** Whether a welcome says that the client is connected. */
    public static boolean isConnected(MemorySegment welcome) {
        return welcome.get(JAVA_INT, STATUS_BYTE) == Status.CONNECTED.number();
    }

    /** Why a client was refused. */
    public static String text(MemorySegment welcome) {
        return welcome.getString(TEXT_BYTE);
    }

    /** Sizes that a welcome tells; the memory's is as it follows from them, or the answer is null. */
    @org.jspecify.annotations.Nullable
    public static Geometry geometry(MemorySegment welcome) {
        int slots = welcome.get(JAVA_INT, SLOTS_BYTE);
        if (slots < 1 || Integer.bitCount(slots) != 1) {
            return null;
        }
        Geometry geometry = new Geometry(slots, welcome.get(JAVA_INT, MTU_BYTE));
        boolean fits = geometry.memoryBytes() == welcome.get(JAVA_LONG, MEMORY_BYTES_BYTE)
                && geometry.slotBytes() == welcome.get(JAVA_INT, SLOT_BYTES_BYTE);
        return fits ? geometry : null;
    }
}
