// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code send(2)} and {@code recv(2)} for the packet path: never waits, nothing is allocated or thrown, no signal is
 * raised. One per queue, used by one thread.
 */
public final class SocketIo {
    /** {@code -EAGAIN}: no room to write. */
    public static final long EAGAIN = -11;

    /** {@code -EINTR}: try again at once. */
    public static final long EINTR = -4;

    /** {@code -ENOMEM}: the kernel has no memory for it now. */
    public static final long ENOMEM = -12;

    /** {@code -ENOBUFS}: no room to write. */
    public static final long ENOBUFS = -105;

    /** {@code -EMSGSIZE}: a message that the socket's buffer could never hold. */
    public static final long EMSGSIZE = -90;

    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;

    private final MemorySegment state = Arena.ofAuto().allocate(Libc.STATE);

    /** Makes one with its own place for errno. */
    public SocketIo() {}

    /**
     * Sends once. What fails is tried once more, to learn why; {@code ECONNREFUSED}, which a socket tells once, is then
     * {@code ENOTCONN}.
     *
     * @param address first of {@code lengthBytes} that the caller owns
     * @return bytes sent, on a stream perhaps fewer than asked; or a negative errno
     */
    public long send(int fd, long address, long lengthBytes) {
        try {
            long n = (long) Libc.PLAIN_SEND.invokeExact(fd, address, lengthBytes, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n >= 0) {
                return n;
            }
            n = (long) Libc.SEND.invokeExact(state, fd, address, lengthBytes, MSG_DONTWAIT | MSG_NOSIGNAL);
            return n >= 0 ? n : -Libc.errno(state);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Receives once.
     *
     * @param address first of {@code capacityBytes} that the caller owns
     * @return bytes received, 0 at the end of a stream; or -1 when nothing is there now. An error that the socket tells
     *     once, {@code ECONNRESET}, looks the same, though more may follow it: readiness tells of it ({@code POLLERR})
     */
    public static long receive(int fd, long address, long capacityBytes) {
        return receive(fd, address, capacityBytes, MSG_DONTWAIT);
    }

    /** As {@link #receive}, for a message: its length even where that is more than {@code capacityBytes}. */
    public static long receiveMessage(int fd, long address, long capacityBytes) {
        return receive(fd, address, capacityBytes, MSG_DONTWAIT | MSG_TRUNC);
    }

    private static long receive(int fd, long address, long capacityBytes, int flags) {
        try {
            return (long) Libc.PLAIN_RECV.invokeExact(fd, address, capacityBytes, flags);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }
}
