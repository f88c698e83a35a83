// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.port.QueueContext;
import weir.ports.linux.LinuxException;
import weir.ports.linux.UringBatch;

/**
 * Moves many frames of a TAP with one system call: reads straight into small slots, writes straight from slots. How
 * many reads are asked for follows what came last, since one that finds nothing costs nearly as much as one that does.
 * The worker's thread.
 */
final class UringTap implements AutoCloseable {
    private static final int BATCH = 64;
    private static final int FEWEST = 4;

    private final UringBatch reads;
    private final UringBatch writes;
    private final FrameStore frames;
    private final FramePool pool;
    private final PortCells cells;
    private final int account;
    private final long[] spares = new long[BATCH];
    private int spareCount;
    private int wanted = FEWEST;
    private boolean isEmpty;

    UringTap(int fd, QueueContext context) throws LinuxException {
        reads = UringBatch.reading(fd, BATCH);
        try {
            writes = UringBatch.writing(fd, BATCH);
        } catch (LinuxException e) {
            reads.close();
            throw e;
        }
        frames = context.frames();
        pool = frames.pool();
        cells = context.cells();
        account = context.account();
    }

    /** Whether the last {@link #receive} found the kernel's queue empty, or the descriptor failed. */
    boolean isEmpty() {
        return isEmpty;
    }

    /** Frames that were read; none, and {@link #isEmpty} false, when there are no slots. */
    int receive(long[] out, int from, int budgetFrames, int readBytes) {
        int taken = 0;
        isEmpty = false;
        while (!isEmpty && taken < budgetFrames) {
            int count = prepare(Math.min(wanted, budgetFrames - taken), readBytes);
            if (count == 0) {
                break;
            }
            int done = reads.run(count);
            isEmpty = done == 0;
            int got = settle(out, from + taken, done, readBytes);
            taken += got;
            wanted = isEmpty ? Math.clamp((long) got + FEWEST, FEWEST, BATCH) : Math.min(BATCH, 2 * wanted);
        }
        return taken;
    }

    private int prepare(int count, int readBytes) {
        while (spareCount < count) {
            long slot = frames.allocate(account);
            if (slot < 0) {
                break;
            }
            spares[spareCount++] = slot;
        }
        int ready = Math.min(count, spareCount);
        for (int i = 0; i < ready; i++) {
            reads.put(i, pool.address(spares[i]), readBytes);
        }
        return ready;
    }

    private int settle(long[] out, int from, int done, int readBytes) {
        int taken = 0;
        int kept = 0;
        for (int i = 0; i < spareCount; i++) {
            long slot = spares[i];
            int n = i < done ? reads.result(i) : 0;
            if (n > 0 && n < readBytes) {
                out[from + taken++] = Frame.withLength(slot, n);
                continue;
            }
            spares[kept++] = slot;
            if (n < 0) {
                isEmpty = true;
            } else if (i < done) {
                // Nothing, or a frame cut at the slot's end: the MTU has just grown.
                cells.received(1, n);
                cells.dropIngress(n == 0 ? DropReason.RUNT : DropReason.OVERSIZE, 1);
            }
        }
        spareCount = kept;
        return taken;
    }

    /** Most frames of a {@link #write}. */
    int capacity() {
        return writes.capacity();
    }

    /**
     * Writes frames, which stay the caller's.
     *
     * @return how many of them have a {@link #written} of their own: all, unless the kernel is out of memory
     */
    int write(long[] batch, int from, int count) {
        for (int i = 0; i < count; i++) {
            long frame = batch[from + i];
            writes.put(i, pool.address(frame), Frame.length(frame));
        }
        return writes.run(count);
    }

    /** Bytes that a frame of the last {@link #write} had, or a negative errno. */
    int written(int index) {
        return writes.result(index);
    }

    /** Gives the slots back that found nothing to read. */
    void dropSpares() {
        frames.release(spares, 0, spareCount);
        spareCount = 0;
    }

    @Override
    public void close() {
        dropSpares();
        reads.close();
        writes.close();
    }
}
