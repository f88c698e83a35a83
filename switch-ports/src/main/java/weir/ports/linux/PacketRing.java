// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The receive ring of a packet socket, shared with the kernel: slots of {@link #SLOT_BYTES} that the
 * kernel fills and hands over in turn, and takes back one by one. Nothing here makes a system call,
 * allocates or throws. One thread; the socket owns the memory.
 *
 * <pre>
 *   while (ring.hasFrame()) {     status is read with acquire: the kernel wrote the slot before it
 *       ... copy ...
 *       ring.release();           status is written with release: our reads are over
 *   }
 * </pre>
 */
public final class PacketRing {
    /** Size of a slot: a frame of 1,900 bytes and more fits, whatever stands in front of it. */
    public static final int SLOT_BYTES = 2048;

    private static final VarHandle STATUS = JAVA_INT.varHandle();
    private static final int ETHERTYPE_VLAN = 0x8100;
    private static final int SHORT_MASK = 0xffff;

    private final MemorySegment memory;
    private final long endBytes;
    private long at;
    private int status;

    PacketRing(MemorySegment memory) {
        this.memory = memory;
        endBytes = memory.byteSize();
    }

    /** Whether a frame waits; the other methods are about that frame, until {@link #release}. */
    public boolean hasFrame() {
        status = (int) STATUS.getAcquire(memory, at + TpacketLayout.STATUS);
        return (status & TpacketLayout.TP_STATUS_USER) != 0;
    }

    /** Bytes of the frame, without the VLAN tag that the kernel took out of it. */
    public int lengthBytes() {
        return memory.get(JAVA_INT, at + TpacketLayout.LENGTH);
    }

    /** Bytes of the frame that are in the ring. */
    public int storedBytes() {
        return memory.get(JAVA_INT, at + TpacketLayout.STORED_LENGTH);
    }

    /** Whether a frame that is longer than a slot waits, whole, to be read from the socket. */
    public boolean isInSocket() {
        return (status & TpacketLayout.TP_STATUS_COPY) != 0;
    }

    /** Address of the frame's first byte; a {@code struct virtio_net_hdr} stands in front of it. */
    public long address() {
        return memory.address() + at + (memory.get(JAVA_SHORT, at + TpacketLayout.MAC) & SHORT_MASK);
    }

    /** Whether the kernel took a VLAN tag out of the frame. */
    public boolean isTagged() {
        return (status & TpacketLayout.TP_STATUS_VLAN_VALID) != 0;
    }

    /** The tag that belongs behind the addresses: its type in the upper, its control information in the lower half. */
    public int tag() {
        int type = (status & TpacketLayout.TP_STATUS_VLAN_TPID_VALID) != 0
                ? memory.get(JAVA_SHORT, at + TpacketLayout.VLAN_TPID) & SHORT_MASK
                : ETHERTYPE_VLAN;
        return type << Short.SIZE | (memory.get(JAVA_SHORT, at + TpacketLayout.VLAN_TCI) & SHORT_MASK);
    }

    /** Whether the host itself sent the frame out of the interface. */
    public boolean isOutgoing() {
        return memory.get(JAVA_BYTE, at + TpacketLayout.PACKET_TYPE) == TpacketLayout.TYPE_OUTGOING;
    }

    /** Gives the slot back to the kernel and goes on to the next. */
    public void release() {
        STATUS.setRelease(memory, at + TpacketLayout.STATUS, TpacketLayout.TP_STATUS_KERNEL);
        long next = at + SLOT_BYTES;
        at = next == endBytes ? 0 : next;
    }
}
