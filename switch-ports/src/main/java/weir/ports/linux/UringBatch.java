// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Reads or writes on one non-blocking descriptor, many with one system call: an io_uring(7) of its own whose
 * operations are all finished when {@link #run} returns. On a descriptor with {@code O_NONBLOCK} the kernel
 * finishes an operation while it is submitted or answers {@code EAGAIN}, so nothing is under way between two
 * calls, and buffers belong to the caller outside of them.
 *
 * <p>Layouts: {@code struct io_uring_params}, {@code io_uring_sqe} and {@code io_uring_cqe} of
 * {@code uapi/linux/io_uring.h}; Linux 5.19 or later. One per queue and direction, used by one thread. Nothing
 * is allocated or thrown by {@link #put}, {@link #run} and {@link #result}.
 */
public final class UringBatch implements AutoCloseable {
    private static final long SETUP = 425;
    private static final long ENTER = 426;
    private static final long REGISTER = 427;

    /** Goes on behind an operation that failed, {@code IORING_SETUP_SUBMIT_ALL}. */
    private static final int SUBMIT_ALL = 1 << 7;

    private static final int FEATURE_SINGLE_MMAP = 1;
    private static final long ENTER_GETEVENTS = 1;
    private static final long REGISTER_FILES = 2;
    private static final long UNREGISTER_FILES = 3;
    private static final byte FIXED_FILE = 1;
    private static final byte OP_WRITEV = 2;
    private static final byte OP_READ = 22;
    private static final byte OP_WRITE = 23;

    private static final int PARAMS_BYTES = 120;
    private static final int PARAMS_FLAGS = 8;
    private static final int PARAMS_FEATURES = 20;
    private static final int SQ_OFFSETS = 40;
    private static final int CQ_OFFSETS = 80;
    private static final int HEAD = 0;
    private static final int TAIL = 4;
    private static final int SQ_ARRAY = 24;
    private static final int CQ_CQES = 20;

    private static final long SQES_OFFSET = 0x1000_0000L;
    private static final int SQE_BYTES = 64;
    private static final int SQE_FLAGS = 1;
    private static final int SQE_OFF = 8;
    private static final int SQE_ADDR = 16;
    private static final int SQE_LEN = 24;
    private static final int SQE_RW_FLAGS = 28;
    private static final int SQE_USER_DATA = 32;
    private static final int CQE_BYTES = 16;
    private static final int CQE_RES = 8;
    /** Without it the kernel waits for a descriptor that is not ready, {@code O_NONBLOCK} or not. */
    private static final int RWF_NOWAIT = 8;
    /** A file without positions. */
    private static final long NO_POSITION = -1;

    private static final int CACHE_LINE_BYTES = 64;
    private static final int PARTS = 2;
    private static final int PART_BYTES = 16;
    private static final int PART_LENGTH = 8;
    private static final int VECTOR_BYTES = PARTS * PART_BYTES;

    private static final VarHandle INDEX = JAVA_INT.varHandle();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = arena.allocate(Libc.STATE);
    private final Fd ring;
    private final MemorySegment rings;
    private final MemorySegment sqes;
    private final int capacity;
    private final long sqTail;
    private final long cqHead;
    private final long cqTail;
    private final long cqes;
    private final int[] results;
    private final MemorySegment vectors;
    /** Address and distance of the buffers that are read into, one for each entry of the submission queue. */
    private long buffers;

    private long bufferStride;
    /** Operations submitted since the start, modulo 2^32: the tail of the submission queue. */
    private int tail;
    /** Where the last run began. */
    private int start;

    private UringBatch(int fd, byte operation, int capacity) throws LinuxException {
        this.capacity = capacity;
        results = new int[capacity];
        vectors = arena.allocate((long) capacity * VECTOR_BYTES, Long.BYTES);
        MemorySegment params = arena.allocate(PARAMS_BYTES, Long.BYTES);
        params.set(JAVA_INT, PARAMS_FLAGS, SUBMIT_ALL);
        ring = setup(params, capacity);
        try {
            if ((params.get(JAVA_INT, PARAMS_FEATURES) & FEATURE_SINGLE_MMAP) == 0) {
                throw new LinuxException("io_uring with rings in two mappings", Errno.EOPNOTSUPP.number());
            }
            long array = params.get(JAVA_INT, SQ_OFFSETS + SQ_ARRAY);
            cqes = params.get(JAVA_INT, CQ_OFFSETS + CQ_CQES);
            sqTail = params.get(JAVA_INT, SQ_OFFSETS + TAIL);
            cqHead = params.get(JAVA_INT, CQ_OFFSETS + HEAD);
            cqTail = params.get(JAVA_INT, CQ_OFFSETS + TAIL);
            // The kernel makes the completion queue twice as long as the submission queue.
            long bytes = Math.max(array + (long) capacity * Integer.BYTES, cqes + 2L * capacity * CQE_BYTES);
            rings = Mapping.shared("io_uring", ring, 0, bytes, true, arena);
            sqes = Mapping.shared("io_uring", ring, SQES_OFFSET, (long) capacity * SQE_BYTES, true, arena);
            for (int i = 0; i < capacity; i++) {
                rings.set(JAVA_INT, array + (long) i * Integer.BYTES, i);
                prepare((long) i * SQE_BYTES, operation, i);
            }
            MemorySegment files = arena.allocateFrom(JAVA_INT, fd);
            int _ = SystemCall.call("io_uring_register", REGISTER, ring.number(), REGISTER_FILES, files.address(), 1);
        } catch (LinuxException e) {
            close();
            throw e;
        }
    }

    /**
     * A batch of {@code read(2)} on a descriptor, which stays open at least until {@link #close}, into buffers of
     * its own. Their pages are there as soon as something was read into them.
     *
     * @param capacity most operations of a run, a power of two from 1 to 4,096
     * @param bufferBytes most bytes of one read
     */
    public static UringBatch reading(int fd, int capacity, int bufferBytes) throws LinuxException {
        UringBatch batch = new UringBatch(fd, OP_READ, capacity);
        try {
            batch.makeBuffers(bufferBytes);
            return batch;
        } catch (LinuxException e) {
            batch.close();
            throw e;
        }
    }

    /**
     * A batch of {@code write(2)} on a descriptor, which stays open at least until {@link #close}.
     *
     * @param capacity most operations of a run, a power of two from 1 to 4,096
     */
    public static UringBatch writing(int fd, int capacity) throws LinuxException {
        return new UringBatch(fd, OP_WRITE, capacity);
    }

    private void makeBuffers(int bufferBytes) throws LinuxException {
        // An odd number of cache lines, so that the first lines of all do not share one set of the cache.
        bufferStride = ((bufferBytes + CACHE_LINE_BYTES - 1L) / CACHE_LINE_BYTES | 1) * CACHE_LINE_BYTES;
        buffers = Mapping.anonymous(capacity * bufferStride, arena).address();
        for (int i = 0; i < capacity; i++) {
            long sqe = (long) i * SQE_BYTES;
            sqes.set(JAVA_LONG, sqe + SQE_ADDR, buffers + i * bufferStride);
            sqes.set(JAVA_INT, sqe + SQE_LEN, bufferBytes);
        }
    }

    private Fd setup(MemorySegment params, int entries) throws LinuxException {
        try {
            return new Fd(SystemCall.call("io_uring_setup", SETUP, entries, params.address(), 0, 0));
        } catch (LinuxException e) {
            arena.close();
            throw e;
        }
    }

    private void prepare(long sqe, byte operation, int index) {
        sqes.set(JAVA_BYTE, sqe, operation);
        sqes.set(JAVA_BYTE, sqe + SQE_FLAGS, FIXED_FILE);
        sqes.set(JAVA_LONG, sqe + SQE_OFF, NO_POSITION);
        sqes.set(JAVA_INT, sqe + SQE_RW_FLAGS, RWF_NOWAIT);
        sqes.set(JAVA_LONG, sqe + SQE_USER_DATA, index);
    }

    /** Most operations of a run. */
    public int capacity() {
        return capacity;
    }

    /**
     * Says what an operation of the next run writes.
     *
     * @param index of the operation, from 0
     * @param address first byte; the caller owns {@code lengthBytes} from there until the run is over
     */
    public void put(int index, long address, int lengthBytes) {
        put(OP_WRITE, index, address, lengthBytes);
    }

    /** As {@link #put(int, long, int)}, two areas as one piece. */
    public void put(int index, long headAddress, int headBytes, long address, int lengthBytes) {
        long at = (long) index * VECTOR_BYTES;
        vectors.set(JAVA_LONG, at, headAddress);
        vectors.set(JAVA_LONG, at + PART_LENGTH, headBytes);
        vectors.set(JAVA_LONG, at + PART_BYTES, address);
        vectors.set(JAVA_LONG, at + PART_BYTES + PART_LENGTH, lengthBytes);
        put(OP_WRITEV, index, vectors.address() + at, PARTS);
    }

    private void put(byte operation, int index, long address, int length) {
        long sqe = (long) ((tail + index) & (capacity - 1)) * SQE_BYTES;
        sqes.set(JAVA_BYTE, sqe, operation);
        sqes.set(JAVA_LONG, sqe + SQE_ADDR, address);
        sqes.set(JAVA_INT, sqe + SQE_LEN, length);
    }

    /**
     * Does the first {@code count} operations, in order, with one system call if the kernel takes all of them.
     *
     * @param count at most {@link #capacity}
     * @return how many it did: all, unless the kernel had no memory to take more
     */
    public int run(int count) {
        start = tail;
        INDEX.setRelease(rings, sqTail, start + count);
        int taken = 0;
        while (taken < count) {
            long result = enter(count - taken, count - taken);
            if (result > 0) {
                taken += (int) result;
            } else if (result != -Errno.EINTR.number()) {
                break;
            }
        }
        tail = start + taken;
        INDEX.setRelease(rings, sqTail, tail);
        int done = reap();
        while (done < taken) {
            enter(0, taken - done);
            done += reap();
        }
        return taken;
    }

    /**
     * What became of an operation of the last run.
     *
     * @return bytes that were read or written, or a negative errno
     */
    public int result(int index) {
        return results[index];
    }

    /** Address of what an operation of the last run read, until the next run. */
    public long buffer(int index) {
        return buffers + ((start + index) & (capacity - 1)) * bufferStride;
    }

    private int reap() {
        int head = rings.get(JAVA_INT, cqHead);
        int end = (int) INDEX.getAcquire(rings, cqTail);
        int count = end - head;
        int cqMask = 2 * capacity - 1;
        for (; head != end; head++) {
            long cqe = cqes + (long) (head & cqMask) * CQE_BYTES;
            int index = ((int) rings.get(JAVA_LONG, cqe) - start) & (capacity - 1);
            results[index] = rings.get(JAVA_INT, cqe + CQE_RES);
        }
        INDEX.setRelease(rings, cqHead, end);
        return count;
    }

    private long enter(int submit, int complete) {
        try {
            long result = (long) Libc.PLAIN_SYSCALL.invokeExact(
                    ENTER, (long) ring.number(), (long) submit, (long) complete, ENTER_GETEVENTS, 0L, 0L);
            if (result >= 0) {
                return result;
            }
            result = (long) Libc.SYSCALL.invokeExact(
                    state, ENTER, (long) ring.number(), (long) submit, (long) complete, ENTER_GETEVENTS, 0L, 0L);
            return result < 0 ? -Libc.errno(state) : result;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Gives the rings back; the descriptor stays open. Idempotent. The kernel takes a ring apart some time later; so that it
     * does not hold the file until then, and with it an interface that should go, the ring lets go of it first.
     */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            unregisterFiles();
            ring.close();
            arena.close();
        }
    }

    private void unregisterFiles() {
        try {
            int _ = SystemCall.call("io_uring_register", REGISTER, ring.number(), UNREGISTER_FILES, 0, 0);
        } catch (LinuxException ignored) {
            // ENXIO: nothing was registered yet.
        }
    }
}
