// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.ebpf.xdp.XdpBatch;

/** Writes bounds of frames into an engine's batch, and reads back where programs moved them. One worker's thread. */
final class FrameLoader {
    private final FramePool pool;
    private final long base;
    private final long smallSlotsEnd;

    FrameLoader(FramePool pool) {
        this.pool = pool;
        base = pool.baseAddress();
        smallSlotsEnd = pool.smallSlotsEnd();
    }

    /** Bounds of frames that stand one behind the other. */
    void loadRange(long[] frames, int from, int count, XdpBatch xdp) {
        long[] datas = xdp.datas();
        long[] ends = xdp.ends();
        long start = base;
        for (int k = 0; k < count; k++) {
            long frame = frames[from + k];
            long data = start + Frame.position(frame);
            datas[k] = data;
            ends[k] = data + (frame & Frame.LENGTH_MASK);
        }
    }

    /**
     * Reads from each frame, so that cache misses of all of them overlap: inside a program each would be waited for.
     *
     * @return a number without a meaning, for the caller to keep
     */
    static long touch(XdpBatch xdp) {
        long[] datas = xdp.datas();
        int size = xdp.size();
        long seen = 0;
        for (int k = 0; k < size; k++) {
            seen ^= Mem.getLong(datas[k]);
        }
        return seen;
    }

    /** Bounds of the frames with these indices. */
    void loadListed(long[] frames, int[] at, int count, XdpBatch xdp) {
        for (int k = 0; k < count; k++) {
            load(frames[at[k]], k, xdp);
        }
    }

    /** Bounds of one frame, without those of its slot. */
    void load(long frame, int k, XdpBatch xdp) {
        long data = base + Frame.position(frame);
        xdp.datas()[k] = data;
        xdp.ends()[k] = data + (frame & Frame.LENGTH_MASK);
    }

    /** Bounds of one frame's slot, for programs that move those of the frame. */
    void loadSlot(long frame, int k, XdpBatch xdp) {
        long position = Frame.position(frame);
        long start =
                position < smallSlotsEnd ? base + (position & -Frame.SLOT_UNIT_BYTES) : base + pool.slotStart(frame);
        xdp.hardStarts()[k] = start;
        xdp.hardEnds()[k] = start + (position < smallSlotsEnd ? Frame.SLOT_UNIT_BYTES : pool.slotBytes(frame));
    }

    /** The frame as the program left it. */
    long frame(long before, int k, XdpBatch xdp) {
        long data = xdp.datas()[k];
        return Frame.withOffloadOf(Frame.at(data - base, (int) (xdp.ends()[k] - data)), before);
    }

    /**
     * The frame itself when nobody else holds it, else a copy with the same metadata in front; then one hold on the
     * frame is given up.
     *
     * @return -1 when there is no slot; the frame keeps its holders
     */
    static long owned(FrameStore store, long frame, FrameBatch batch, int batchIndex) {
        if (store.isExclusive(frame)) {
            return frame;
        }
        long copy = store.copy(frame, batch.ingress()[batchIndex]);
        if (copy < 0) {
            return -1;
        }
        int metadataBytes = batch.metadataBytes()[batchIndex];
        if (metadataBytes > 0) {
            FramePool pool = store.pool();
            Mem.copy(pool.address(frame) - metadataBytes, pool.address(copy) - metadataBytes, metadataBytes);
        }
        store.release(frame);
        return copy;
    }
}
