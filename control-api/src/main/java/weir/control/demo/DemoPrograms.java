// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import weir.core.program.AttachedProgram;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapFlags;

/** The example programs that demos and benchmarks load, and what goes into their maps. */
public final class DemoPrograms {
    /** VALE's bridge: learns into an array of 1024 slots, forwards, floods. */
    static final String L2_BRIDGE = "l2_bridge";

    /** A bridge of its own: learns into an LRU map, forwards, floods. */
    static final String FLOOD_BRIDGE = "flood_bridge";

    /** A bridge that leaves flooding to the switch. */
    static final String BRIDGE = "bridge";

    /** Reads a frame without asking how long it is. */
    static final String REJECTED = "no_bounds_check";

    private static final int ADDRESS_BITS = 48;
    private static final long HASH_FACTOR = 0x9e3779b97f4a7c15L;
    private static final int HASH_SHIFT = 54;

    private DemoPrograms() {}

    /** One of the programs above, as clang made it of {@code examples/programs}, or {@code vale/} of {@code examples/vale}. */
    public static ObjectFile object(String name) {
        try {
            return ObjectFile.parse(bytes(name));
        } catch (ObjectFileException e) {
            throw new IllegalStateException(name + ".o: " + e.getMessage(), e);
        }
    }

    /** The file of such a program. */
    public static byte[] bytes(String name) {
        try (InputStream in = DemoPrograms.class.getResourceAsStream(name + ".o")) {
            if (in == null) {
                throw new IllegalStateException("the build has left out " + name + ".o");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes ports members of a bridge that floods by itself. */
    public static void addPorts(AttachedProgram bridge, List<Integer> portNumbers) {
        for (int number : portNumbers) {
            put(bridge, "ports", word(number), word(number));
        }
    }

    /** An entry of a map. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Cell(byte[] key, byte[] value) {}

    /**
     * Where {@code l2_bridge} looks for an address: its table is an array, slot by hash, address and port in one word.
     *
     * @param port as the program has it: number, or with VALE-BPF index
     */
    public static Cell hashedStation(long mac, int port) {
        long address = Long.reverseBytes(mac << Short.SIZE); // as the program reads it, little endian
        int slot = (int) ((address * HASH_FACTOR) >>> HASH_SHIFT);
        byte[] entry = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(address | ((long) port << ADDRESS_BITS))
                .array();
        return new Cell(word(slot), entry);
    }

    /**
     * Tells {@code l2_bridge} where an address is.
     *
     * @param port as the program has it: number, or with VALE-BPF index
     * @throws IllegalStateException when the slot has another address, which the bridge would forget
     */
    public static void addHashedStation(AttachedProgram l2Bridge, long mac, int port) {
        Cell station = hashedStation(mac, port);
        byte[] empty = new byte[Long.BYTES];
        boolean isFree = l2Bridge.withMap(
                        "stations",
                        map -> map.control().lookup(station.key(), 0) instanceof MapControl.Result.Found(Bytes found)
                                && Arrays.equals(found.toArray(), empty))
                .orElseThrow();
        if (!isFree) {
            throw new IllegalStateException("two addresses have one slot: " + Long.toHexString(mac));
        }
        put(l2Bridge, "stations", station.key(), station.value());
    }

    private static byte[] word(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static void put(AttachedProgram program, String map, byte[] key, byte[] value) {
        int result = program.withMap(map, each -> each.control().update(key, value, MapFlags.ANY))
                .orElseThrow();
        if (result != 0) {
            throw new IllegalStateException("map " + map + " refused an entry: errno " + -result);
        }
    }
}
