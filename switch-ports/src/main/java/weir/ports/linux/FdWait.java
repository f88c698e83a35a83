// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code poll(2)} on one descriptor, without garbage. One thread uses it. */
public final class FdWait {
    /** What {@link #await} found. */
    public enum Found {
        /** The time is over, or a signal came. */
        NOTHING,
        /** There is input. */
        INPUT,
        /** The peer has closed it, or it has failed; input may be left. */
        FAILURE
    }

    // struct pollfd, uapi/asm-generic/poll.h: fd (4), events (2), revents (2)
    private static final int POLLFD_BYTES = 8;
    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_REVENTS = 6;
    private static final short POLLIN = 1;
    private static final int ERROR_OR_HANGUP = 0x8 | 0x10 | 0x20;

    private final MemorySegment pollFd = Arena.ofAuto().allocate(POLLFD_BYTES, Long.BYTES);

    /** @param forInput whether input ends the wait; failures always do */
    public FdWait(int fd, boolean forInput) {
        pollFd.set(JAVA_INT, 0, fd);
        pollFd.set(JAVA_SHORT, POLLFD_EVENTS, forInput ? POLLIN : 0);
    }

    /** Waits at most so long; 0 only looks. */
    public Found await(int timeoutMillis) {
        pollFd.set(JAVA_SHORT, POLLFD_REVENTS, (short) 0);
        try {
            int n = (int) Libc.PLAIN_POLL.invokeExact(pollFd.address(), 1L, timeoutMillis);
            if (n <= 0) {
                return Found.NOTHING;
            }
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
        int found = pollFd.get(JAVA_SHORT, POLLFD_REVENTS);
        return (found & ERROR_OR_HANGUP) != 0 ? Found.FAILURE : Found.INPUT;
    }
}
