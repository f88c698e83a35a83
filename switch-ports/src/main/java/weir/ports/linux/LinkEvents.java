// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/**
 * Tells when interfaces change, in the caller's own network namespace and in every other one that has
 * an id in it ({@link RouteSocket#namespaceId}). Events from other namespaces need CAP_NET_BROADCAST
 * there, and are missing without it.
 *
 * <p>One thread waits and reads; {@link #wakeup} is for any thread.
 */
public final class LinkEvents implements AutoCloseable {
    // struct pollfd, uapi/asm-generic/poll.h: fd (4), events (2), revents (2)
    private static final int POLLFD_BYTES = 8;
    private static final int POLLFD_EVENTS = 4;
    private static final short POLLIN = 1;
    private static final int MAX_DATAGRAMS_PER_READ = 256;

    private final NetlinkSocket socket;
    private final Fd wakeupCounter;
    private final DescriptorIo counterIo = new DescriptorIo();
    private final MemorySegment pollFds = Arena.ofAuto().allocate(2 * POLLFD_BYTES, 8);
    private final MemorySegment one = Arena.ofAuto().allocateFrom(JAVA_LONG, 1);
    private final MemorySegment scratch = Arena.ofAuto().allocate(JAVA_LONG);

    private LinkEvents(NetlinkSocket socket, Fd wakeupCounter) {
        this.socket = socket;
        this.wakeupCounter = wakeupCounter;
        putPollFd(0, socket.fd());
        putPollFd(1, wakeupCounter.number());
    }

    private void putPollFd(int index, int fd) {
        pollFds.set(JAVA_INT, (long) index * POLLFD_BYTES, fd);
        pollFds.set(JAVA_SHORT, (long) index * POLLFD_BYTES + POLLFD_EVENTS, POLLIN);
    }

    public static LinkEvents open() throws LinuxException {
        NetlinkSocket socket = NetlinkSocket.forEvents();
        try {
            listenToAllNamespaces(socket);
            socket.bind(NetlinkLayout.RTMGRP_LINK);
            return new LinkEvents(socket, Fd.eventCounter());
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** Without CAP_NET_BROADCAST only this namespace's events come; the monitor's sweep finds the others. */
    private static void listenToAllNamespaces(NetlinkSocket socket) throws LinuxException {
        try {
            socket.option("NETLINK_LISTEN_ALL_NSID", NetlinkLayout.NETLINK_LISTEN_ALL_NSID);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
        }
    }

    /** Waits for events or {@link #wakeup}, at most so long; may return early. */
    public void await(int timeoutMillis) {
        try {
            // Failures (EINTR) count as "returned early".
            int _ = (int) Libc.PLAIN_POLL.invokeExact(pollFds.address(), 2L, timeoutMillis);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
        long _ = DescriptorIo.read(wakeupCounter.number(), scratch.address(), Long.BYTES);
    }

    /** Makes {@link #await} return. */
    public synchronized void wakeup() {
        long _ = counterIo.write(wakeupCounter.number(), one.address(), Long.BYTES);
    }

    /**
     * Reads what came, without waiting.
     *
     * @param changedLink takes the index of each interface that changed; which namespace it is in is
     *     not said
     * @return false when events were lost, so that anything may have changed
     */
    public boolean read(IntConsumer changedLink) {
        for (int i = 0; i < MAX_DATAGRAMS_PER_READ; i++) {
            int n = socket.receive();
            if (n == -Errno.EAGAIN.number()) {
                return true;
            }
            if (n < 0) {
                return false; // ENOBUFS: the kernel dropped some
            }
            readMessages(socket.buffer().asSlice(0, n), changedLink);
        }
        return true; // the rest makes the next await return at once
    }

    private static void readMessages(MemorySegment datagram, IntConsumer changedLink) {
        int linkBytes = NetlinkLayout.HEADER_BYTES + NetlinkLayout.IFINFOMSG_BYTES;
        long at = 0;
        while (at + linkBytes <= datagram.byteSize()) {
            MemorySegment message = datagram.asSlice(at);
            short type = NetlinkLayout.type(message);
            if (type == NetlinkLayout.RTM_NEWLINK || type == NetlinkLayout.RTM_DELLINK) {
                changedLink.accept(NetlinkLayout.linkIndex(message));
            }
            at += NetlinkLayout.align(Math.max(NetlinkLayout.length(message), linkBytes));
        }
    }

    @Override
    public void close() {
        socket.close();
        wakeupCounter.close();
    }
}
