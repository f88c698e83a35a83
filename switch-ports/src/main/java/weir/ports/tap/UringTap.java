// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.offload.VirtioNetHeader;
import weir.core.port.QueueContext;
import weir.ports.linux.Errno;
import weir.ports.linux.LinuxException;
import weir.ports.linux.UringBatch;

/**
 * Moves many frames of a TAP with one system call. Frames are read into buffers of this queue, each long enough for any
 * frame, and copied on to a slot that fits; they are written straight from their slots. What a visit has no room for stays in
 * its buffer until the next. The worker's thread.
 *
 * <p>How many reads are asked for follows what came last, since one that finds nothing costs nearly as much as one that
 * does.
 */
final class UringTap implements AutoCloseable {
    /** So many frames or more are worth a system call for all of them; fewer go faster one by one. */
    static final int WORTHWHILE = 8;

    private static final int BATCH = 64;
    private static final int MARGIN = 4;
    private static final int VNET_BYTES = VirtioNetHeader.BYTES;
    private static final long HEADER_STRIDE = 16;
    private static final int NOT_POSSIBLE = -Errno.EOPNOTSUPP.number();
    private static final long NONE = -1;

    private final UringBatch reads;
    private final UringBatch writes;
    private final int headerBytes;
    private final VirtioNetHeader header = new VirtioNetHeader();
    // One for each write whose frame others hold too, so that nothing can be written in front of it.
    private final MemorySegment headersOfShared = Arena.ofAuto().allocate(BATCH * HEADER_STRIDE, HEADER_STRIDE);
    private final FrameStore frames;
    private final FramePool pool;
    private final QueueContext context;
    private final int account;
    /** The results of the last reads that were not looked at yet. */
    private int next;

    private int end;
    private int wanted = 2 * WORTHWHILE;
    private boolean isEmpty;
    private boolean sawLong;

    /**
     * @param vnet whether a {@link VirtioNetHeader} stands in front of each frame
     * @throws LinuxException also when this kernel's TAP cannot be used so: EOPNOTSUPP before Linux 6.2
     */
    UringTap(int fd, boolean vnet, QueueContext context) throws LinuxException {
        headerBytes = vnet ? VNET_BYTES : 0;
        frames = context.frames();
        pool = frames.pool();
        this.context = context;
        account = context.account();
        reads = UringBatch.reading(fd, BATCH, TapService.LARGE_READ_BYTES + headerBytes);
        try {
            writes = UringBatch.writing(fd, BATCH);
        } catch (LinuxException e) {
            reads.close();
            throw e;
        }
        if (!read(1) && reads.result(0) == NOT_POSSIBLE) { // what it brings is the first frame
            close();
            throw new LinuxException("io_uring read of a TAP", Errno.EOPNOTSUPP.number());
        }
    }

    /** Whether frames that were read wait in their buffers. */
    boolean holdsFrames() {
        return next < end;
    }

    /** Whether the last {@link #receive} found the kernel's queue empty, or the descriptor failed. */
    boolean isEmpty() {
        return isEmpty;
    }

    /** Whether a frame of the last {@link #receive} was too long for a small slot. */
    boolean sawLong() {
        return sawLong;
    }

    /**
     * Frames in slots; what finds none is dropped and counted.
     *
     * @param budgetFrames most frames to look at
     */
    int receive(FrameBatch batch, int from, int budgetFrames) {
        isEmpty = false;
        sawLong = false;
        int taken = 0;
        int left = budgetFrames;
        long bytes = 0;
        while (left > 0 && bytes < TapService.LARGE_BYTES_A_ROUND && (holdsFrames() || read(left))) {
            int n = reads.result(next);
            long frame = n < headerBytes ? nothing(n) : take(reads.buffer(next), n - headerBytes);
            next++;
            left -= n < 0 ? 0 : 1;
            if (frame != NONE) {
                batch.frames()[from + taken++] = frame;
                bytes += Frame.length(frame);
                if (Frame.hasOffload(frame)) {
                    batch.noteOffloads();
                }
            }
        }
        if (isEmpty) {
            wanted = Math.clamp((long) budgetFrames - left + MARGIN, WORTHWHILE, BATCH);
        }
        return taken;
    }

    /** Reads again unless the queue is known to be empty; false when that brought nothing. */
    private boolean read(int most) {
        if (isEmpty) {
            return false;
        }
        next = 0;
        end = reads.run(Math.min(wanted, most));
        wanted = Math.min(BATCH, 2 * wanted);
        // Known now or never: by the next visit a frame may have come whose edge was told already.
        isEmpty = end > 0 && reads.result(end - 1) < 0;
        while (end > 0 && reads.result(end - 1) < 0) {
            end--;
        }
        return end > 0;
    }

    /** A read that found nothing though a later one did, or less than a header. */
    private long nothing(int n) {
        return n < 0 ? NONE : drop(DropReason.RUNT, reads.buffer(next), 0);
    }

    /** The frame at an address in a slot, with what its sender left to be done; {@link #NONE} when it was dropped. */
    private long take(long buffer, int length) {
        if (length == 0 || length >= TapService.LARGE_READ_BYTES) {
            return drop(length == 0 ? DropReason.RUNT : DropReason.OVERSIZE, buffer + headerBytes, length);
        }
        sawLong |= length > FramePool.MAX_SMALL_FRAME_BYTES;
        long slot = frames.allocateFor(account, length);
        if (slot < 0) {
            return drop(DropReason.NO_BUFFER, buffer + headerBytes, length);
        }
        long address = pool.address(slot);
        Mem.copy(buffer + headerBytes, address, length);
        long frame = Frame.withLength(slot, length);
        if (headerBytes == 0) {
            return frame;
        }
        long offload = header.read(buffer, address, length, pool.offset(slot));
        if (offload == VirtioNetHeader.BAD) {
            frames.release(slot);
            return drop(DropReason.BAD_OFFLOAD, buffer + headerBytes, length);
        }
        return offload == 0 ? frame : pool.withOffload(frame, offload);
    }

    private long drop(DropReason reason, long address, int length) {
        context.dropIngress(reason, address, length, length);
        return NONE;
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
            if (headerBytes == 0) {
                writes.put(i, pool.address(frame), Frame.length(frame));
            } else {
                putWithHeader(i, frame);
            }
        }
        return writes.run(count);
    }

    private void putWithHeader(int index, long frame) {
        long start = pool.address(frame);
        int length = Frame.length(frame);
        if (frames.isExclusive(frame) && pool.offset(frame) >= VNET_BYTES) {
            header.write(start - VNET_BYTES, pool, frame);
            writes.put(index, start - VNET_BYTES, VNET_BYTES + length);
        } else {
            long apart = headersOfShared.address() + index * HEADER_STRIDE;
            header.write(apart, pool, frame);
            writes.put(index, apart, VNET_BYTES, start, length);
        }
    }

    /** Not negative when a frame of the last {@link #write} was taken, else a negative errno. */
    int written(int index) {
        return writes.result(index);
    }

    /** Gives rings and buffers back; a frame that waits in one is lost with what waits in the kernel. */
    @Override
    public void close() {
        reads.close();
        writes.close();
    }
}
