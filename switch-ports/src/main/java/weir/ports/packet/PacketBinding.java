// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ports.NamespacePath;
import weir.ports.link.LinkBinding;
import weir.ports.link.LinkMonitor;
import weir.ports.link.LinkPlace;
import weir.ports.linux.Errno;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.PacketSocket;

/**
 * An interface by the sockets bound to it. The kernel unbinds them when the interface is deleted and also
 * when it leaves their namespace, and says so by the number that they are bound to.
 *
 * <p>The sockets themselves keep another namespace alive, so its deletion would never show. What shows is
 * that its path is gone, or leads to another one.
 */
final class PacketBinding implements LinkBinding {
    private final List<PacketSocket> sockets;
    private final int linkIndex;
    private final int namespaceId;
    private final @Nullable String netns;
    private final long namespaceInode;
    private long drops;
    private boolean closed;

    /**
     * @param sockets all of the port; the first is asked, and each is closed with this
     * @param linkIndex of the interface that they are bound to
     * @param netns path of the namespace, or null for ours; {@code namespaceId} and inode are those behind it
     */
    PacketBinding(
            List<PacketSocket> sockets, int linkIndex, int namespaceId, @Nullable String netns, long namespaceInode) {
        this.sockets = List.copyOf(sockets);
        this.linkIndex = linkIndex;
        this.namespaceId = namespaceId;
        this.netns = netns;
        this.namespaceInode = namespaceInode;
    }

    @Override
    public void requirePresent() throws LinuxException {
        if (sockets.getFirst().boundIndex() == PacketSocket.NO_INTERFACE
                || !NamespacePath.leadsTo(netns, namespaceInode)) {
            throw new LinuxException("AF_PACKET", Errno.ENODEV.number());
        }
    }

    @Override
    public LinkPlace place(LinkMonitor monitor) {
        return place();
    }

    LinkPlace place() {
        return LinkPlace.numbered(linkIndex, namespaceId);
    }

    @Override
    public boolean isUp(LinkInfo link) {
        return link.up() && link.carrier();
    }

    @Override
    public String lossCause() {
        return netns == null
                ? "interface was deleted, or moved to another namespace"
                : "interface or its namespace was deleted, or it moved to another one";
    }

    /** Frames that found no room in the rings, since the port was opened; any thread. */
    synchronized long drops() {
        for (PacketSocket socket : closed ? List.<PacketSocket>of() : sockets) {
            try {
                drops += socket.takeDrops();
            } catch (LinuxException e) {
                return drops; // as far as is known
            }
        }
        return drops;
    }

    @Override
    public synchronized void close() {
        closed = true;
        sockets.forEach(PacketSocket::close);
    }
}
