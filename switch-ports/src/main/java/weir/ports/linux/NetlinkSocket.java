// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A NETLINK_ROUTE socket in the calling thread's network namespace, and its buffer. One thread at a time. */
final class NetlinkSocket implements AutoCloseable {
    private static final int MSG_TRUNC = 0x20;
    private static final int BUFFER_BYTES = 32 * 1024;

    private final MemorySegment state = Arena.ofAuto().allocate(Libc.STATE);
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES, 8);
    private final Fd fd;

    private NetlinkSocket(int type) throws LinuxException {
        try {
            int number =
                    (int) Libc.SOCKET.invokeExact(state, NetlinkLayout.AF_NETLINK, type, NetlinkLayout.NETLINK_ROUTE);
            fd = new Fd(Fd.check("socket(AF_NETLINK)", number, state));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Blocking: the kernel answers a request before send(2) returns, so nothing waits. */
    static NetlinkSocket forRequests() throws LinuxException {
        return new NetlinkSocket(NetlinkLayout.SOCK_RAW_CLOEXEC);
    }

    static NetlinkSocket forEvents() throws LinuxException {
        return new NetlinkSocket(NetlinkLayout.SOCK_RAW_NONBLOCK_CLOEXEC);
    }

    int fd() {
        return fd.number();
    }

    /** Where requests are built and answers arrive. */
    MemorySegment buffer() {
        return buffer;
    }

    void option(String what, int option) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            long one = arena.allocateFrom(JAVA_INT, 1).address();
            int level = NetlinkLayout.SOL_NETLINK;
            Fd.check(
                    what,
                    (int) Libc.SETSOCKOPT.invokeExact(
                            state, fd.number(), level, option, one, (int) JAVA_INT.byteSize()),
                    state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    void bind(int groups) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(NetlinkLayout.SOCKADDR_NL_BYTES, 4);
            address.set(JAVA_SHORT, 0, (short) NetlinkLayout.AF_NETLINK);
            address.set(JAVA_INT, NetlinkLayout.SOCKADDR_NL_GROUPS, groups);
            int length = NetlinkLayout.SOCKADDR_NL_BYTES;
            Fd.check(
                    "bind(AF_NETLINK)",
                    (int) Libc.BIND.invokeExact(state, fd.number(), address.address(), length),
                    state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Sends the first bytes of the buffer to the kernel. */
    void send(String what, int lengthBytes) throws LinuxException {
        try {
            long n = (long) Libc.SEND.invokeExact(state, fd.number(), buffer.address(), (long) lengthBytes, 0);
            if (n < 0) {
                throw new LinuxException(what, Libc.errno(state));
            }
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Receives one datagram into the buffer.
     *
     * @return bytes, or a negative errno
     */
    int receive() {
        try {
            long n;
            do {
                n = (long) Libc.RECV.invokeExact(state, fd.number(), buffer.address(), (long) BUFFER_BYTES, MSG_TRUNC);
            } while (n < 0 && Libc.errno(state) == Errno.EINTR.number());
            if (n > BUFFER_BYTES) {
                return -Errno.EMSGSIZE.number();
            }
            return n >= 0 ? (int) n : -Libc.errno(state);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
