// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import java.lang.invoke.VarHandle;
import weir.core.frame.Mem;

/**
 * One of the four rings that an AF_XDP socket shares with the kernel ({@code struct xdp_ring_offset} and
 * {@code struct xdp_desc}, {@code uapi/linux/if_xdp.h}).
 *
 * <pre>
 *  mapping of one ring; where each part lies is told by XDP_MMAP_OFFSETS
 *  +----------+ ... +----------+ ... +-------+ ... +---------------------------------+
 *  | producer |     | consumer |     | flags |     | entries, a power of two          |
 *  |   u32    |     |   u32    |     |  u32  |     | u64 address, or 16-byte xdp_desc |
 *  +----------+     +----------+     +-------+     +---------------------------------+
 *
 *  xdp_desc: | u64 address in the UMEM | u32 length | u32 options |
 * </pre>
 *
 * <p>Indices run freely and wrap at 2^32. This side writes one of them and reads the other with acquire,
 * the partner of the kernel's store-release ({@code net/xdp/xsk_queue.h}); what the kernel's index says
 * is clamped by {@link #isSound}. Used by one thread; not after the socket was closed.
 */
public final class XdpRing {
    static final int ADDRESS_BYTES = 8;
    static final int DESCRIPTOR_BYTES = 16;

    private static final int DESCRIPTOR_LENGTH = 8;
    private static final int NEED_WAKEUP = 1;

    private final long producerAt;
    private final long consumerAt;
    private final long flagsAt;
    private final long entriesAt;
    private final int entries;
    private final int mask;

    /** Index of this side: entries written and published, or read and handed back. */
    private int own;

    XdpRing(long producerAt, long consumerAt, long flagsAt, long entriesAt, int entries) {
        this.producerAt = producerAt;
        this.consumerAt = consumerAt;
        this.flagsAt = flagsAt;
        this.entriesAt = entriesAt;
        this.entries = entries;
        mask = entries - 1;
    }

    public int entries() {
        return entries;
    }

    // ---- the kernel produces: rx and completion -------------------------------------------------

    /** Entries to read; unsound when the kernel's index lies where it cannot be. */
    public int available() {
        int available = Mem.getInt(producerAt) - own;
        VarHandle.acquireFence();
        return available;
    }

    /** Hands entries back to the kernel, after the last of them was read. */
    public void release(int count) {
        own += count;
        VarHandle.releaseFence();
        Mem.putInt(consumerAt, own);
    }

    // ---- the kernel consumes: fill and tx -------------------------------------------------------

    /** Entries that the kernel has not taken yet; unsound when its index lies where it cannot be. */
    public int pending() {
        int pending = own - Mem.getInt(consumerAt);
        VarHandle.acquireFence();
        return pending;
    }

    /** Shows entries to the kernel, after the last of them was written. */
    public void publish(int count) {
        own += count;
        VarHandle.releaseFence();
        Mem.putInt(producerAt, own);
    }

    /** Whether the kernel asks to be told about new entries. */
    public boolean needsWakeup() {
        return (Mem.getInt(flagsAt) & NEED_WAKEUP) != 0;
    }

    // ---- entries, counted from this side's index ------------------------------------------------

    /** Whether a count that {@link #available} or {@link #pending} gave is possible. */
    public boolean isSound(int count) {
        return count >= 0 && count <= entries;
    }

    /** Position in the ring of the entry {@code k} places behind this side's index. */
    public int position(int k) {
        return (own + k) & mask;
    }

    /** Address of entry {@code k} of a ring of addresses. */
    public long address(int k) {
        return Mem.getLong(entriesAt + (long) position(k) * ADDRESS_BYTES);
    }

    /** Writes entry {@code k} of a ring of addresses. */
    public void putAddress(int k, long address) {
        Mem.putLong(entriesAt + (long) position(k) * ADDRESS_BYTES, address);
    }

    /** Address in entry {@code k} of a ring of descriptors. */
    public long descriptorAddress(int k) {
        return Mem.getLong(entriesAt + (long) position(k) * DESCRIPTOR_BYTES);
    }

    /**
     * Length in entry {@code k} of a ring of descriptors, with its options in the upper half: a frame that
     * goes on in the next entry, or options unknown here, make it larger than any length.
     */
    public long descriptorLength(int k) {
        return Mem.getLong(entriesAt + (long) position(k) * DESCRIPTOR_BYTES + DESCRIPTOR_LENGTH);
    }

    /** Writes entry {@code k} of a ring of descriptors, without options. */
    public void putDescriptor(int k, long address, int length) {
        long at = entriesAt + (long) position(k) * DESCRIPTOR_BYTES;
        Mem.putLong(at, address);
        Mem.putLong(at + DESCRIPTOR_LENGTH, length);
    }
}
