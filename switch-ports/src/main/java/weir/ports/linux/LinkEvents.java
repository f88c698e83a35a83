// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

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
    private static final int MAX_DATAGRAMS_PER_READ = 256;

    private final NetlinkSocket socket;
    private final PollSet wait;

    private LinkEvents(NetlinkSocket socket, PollSet wait) {
        this.socket = socket;
        this.wait = wait;
    }

    public static LinkEvents open() throws LinuxException {
        NetlinkSocket socket = NetlinkSocket.forEvents();
        try {
            listenToAllNamespaces(socket);
            socket.bind(NetlinkLayout.RTMGRP_LINK);
            return new LinkEvents(socket, PollSet.open(1));
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
        wait.clear();
        boolean _ = wait.add(socket.fd());
        wait.await(timeoutMillis);
    }

    /** Makes {@link #await} return. */
    public void wakeup() {
        wait.wakeup();
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
        wait.close();
    }
}
