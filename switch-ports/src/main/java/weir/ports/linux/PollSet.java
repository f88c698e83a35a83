// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code poll(2)} over a few descriptors for threads off the packet path. One thread fills it and waits; {@link
 * #wakeup} is for any thread.
 */
public final class PollSet implements AutoCloseable {
    // struct pollfd, uapi/asm-generic/poll.h: fd (4), events (2), revents (2)
    private static final int POLLFD_BYTES = 8;
    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_REVENTS = 6;
    private static final short POLLIN = 1;

    private final int capacity;
    private final Fd counter;
    private final DescriptorIo counterIo = new DescriptorIo();
    private final MemorySegment fds;
    private final MemorySegment one = Arena.ofAuto().allocateFrom(JAVA_LONG, 1);
    private final MemorySegment scratch = Arena.ofAuto().allocate(JAVA_LONG);
    private int size;

    private PollSet(int capacity, Fd counter) {
        this.capacity = capacity;
        this.counter = counter;
        fds = Arena.ofAuto().allocate((long) (capacity + 1) * POLLFD_BYTES, Long.BYTES);
    }

    /**
     * An empty set.
     *
     * @param capacity most descriptors at a time
     */
    public static PollSet open(int capacity) throws LinuxException {
        return new PollSet(capacity, Fd.eventCounter());
    }

    private void put(int index, int fd) {
        fds.set(JAVA_INT, (long) index * POLLFD_BYTES, fd);
        fds.set(JAVA_SHORT, (long) index * POLLFD_BYTES + POLLFD_EVENTS, POLLIN);
        fds.set(JAVA_SHORT, (long) index * POLLFD_BYTES + POLLFD_REVENTS, (short) 0);
    }

    /** Begins anew. */
    public void clear() {
        size = 0;
    }

    /** Watches a descriptor for input in the next {@link #await}; false when the set is full. */
    public boolean add(int fd) {
        if (size == capacity) {
            return false;
        }
        put(size++, fd);
        return true;
    }

    /** Waits for input at one of them or for {@link #wakeup}, at most so long; may return early. */
    public void await(int timeoutMillis) {
        put(size, counter.number());
        try {
            // Failures (EINTR) count as "returned early".
            int _ = (int) Libc.PLAIN_POLL.invokeExact(fds.address(), size + 1L, timeoutMillis);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
        long _ = DescriptorIo.read(counter.number(), scratch.address(), Long.BYTES);
    }

    /** Makes {@link #await} return. */
    public synchronized void wakeup() {
        long _ = counterIo.write(counter.number(), one.address(), Long.BYTES);
    }

    @Override
    public void close() {
        counter.close();
    }
}
