// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortException;
import weir.ports.NamespacePath;
import weir.ports.link.LinkOpener;
import weir.ports.link.LinkPlace;
import weir.ports.link.WatchedLink;
import weir.ports.linux.Errno;
import weir.ports.linux.Fd;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.NetworkNamespace;
import weir.ports.linux.PacketSocket;
import weir.ports.linux.RouteSocket;

/** Opens packet ports and says in a user's words what went wrong. */
final class PacketOpener extends LinkOpener<PacketPort> {
    private static final String NEEDS_NET_RAW = "run as root or with CAP_NET_RAW";
    private static final String NEEDS_SYS_ADMIN =
            "run as root or with CAP_SYS_ADMIN, or start weir inside that namespace: ip netns exec NAME weir run ...";
    private static final String NEEDS_NET_ADMIN = "run as root or with CAP_NET_ADMIN, or leave mtu out";

    private final PacketSpec spec;
    private final List<PacketSocket> sockets = new ArrayList<>();
    private final List<PacketChannel> channels = new ArrayList<>();

    private PacketOpener(PacketSpec spec) throws PortException {
        this.spec = spec;
    }

    static PacketPort open(PacketSpec spec) throws PortException {
        return new PacketOpener(spec).open();
    }

    @Override
    protected WatchedLink linkOf(PacketPort port) {
        return port.link();
    }

    @Override
    protected void undo() {
        sockets.forEach(PacketSocket::close);
    }

    @Override
    protected PacketPort make() throws LinuxException, PortException {
        String netns = spec.netns();
        if (netns == null) {
            return open(null, RouteSocket.OWN_NAMESPACE, 0);
        }
        try (Fd namespace = NamespacePath.open(netns)) {
            return open(netns, monitor().namespaceId(namespace), namespace.inode());
        }
    }

    private PacketPort open(@Nullable String netns, int namespaceId, long namespaceInode)
            throws LinuxException, PortException {
        LinkInfo link = requireUsable(monitor().find(LinkPlace.named(spec.name(), namespaceId)));
        requireFree(LinkPlace.numbered(link.index(), namespaceId));
        openSockets(netns);
        if (spec.mtuBytes() != 0 && spec.mtuBytes() != link.mtuBytes()) {
            setMtu();
        }
        for (int i = 0; i < sockets.size(); i += PacketChannel.SOCKETS) {
            channels.add(PacketChannel.of(sockets.subList(i, i + PacketChannel.SOCKETS), link.index()));
        }
        PacketBinding binding = new PacketBinding(sockets, link.index(), namespaceId, netns, namespaceInode);
        return new PacketPort(spec, monitor(), binding, link, channels);
    }

    private LinkInfo requireUsable(@Nullable LinkInfo link) throws PortException {
        String where = spec.netns() == null ? "" : " in " + spec.netns();
        if (link == null && spec.sandbox() != null) {
            throw new PortException(
                    PortException.Kind.GONE,
                    "interface " + spec.name() + " has ended with the container at " + spec.sandbox(),
                    "detach the port",
                    null);
        }
        if (link == null) {
            throw PortException.notFound(
                    "there is no interface " + spec.name() + where,
                    "see: ip link; packet: takes an interface that exists, tap: makes one");
        }
        if (!link.ethernet()) {
            throw new PortException(
                    "interface " + spec.name() + where + " does not carry Ethernet frames"
                            + (link.kind().isEmpty() ? "" : ", it is of kind " + link.kind()),
                    "packet: needs an Ethernet interface, such as a network card, veth or TAP; not lo or a tunnel");
        }
        return link;
    }

    /** The kernel lets several sockets have every frame, so that each would come twice. */
    private void requireFree(LinkPlace place) throws PortException {
        for (WatchedLink other : monitor().links()) {
            if (other.port() instanceof PacketPort port && port.isAt(place)) {
                throw new PortException(
                        "interface " + spec.name() + " is in use by this process, as port " + port.spec(),
                        "detach that port first; for several workers write queues=N");
            }
        }
    }

    private void setMtu() throws PortException {
        try {
            sockets.getFirst().setMtu(spec.name(), spec.mtuBytes());
        } catch (LinuxException e) {
            throw new PortException(
                    "cannot set the MTU of " + spec.name() + ": " + e.getMessage(),
                    e.errno() == Errno.EPERM ? NEEDS_NET_ADMIN : "see: ip -details link show " + spec.name(),
                    e);
        }
    }

    /** A socket belongs to the namespace it was opened in, whoever uses it later. */
    private void openSockets(@Nullable String netns) throws LinuxException, PortException {
        if (netns == null) {
            openHere();
            return;
        }
        try {
            NetworkNamespace.call(netns, () -> {
                openHere();
                return true;
            });
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PortException("interrupted while " + spec + " was opened", "try again", e);
        }
    }

    private void openHere() throws LinuxException {
        for (int i = 0; i < PacketChannel.SOCKETS * spec.queues(); i++) {
            sockets.add(PacketSocket.open());
        }
    }

    @Override
    protected PortException explain(LinuxException e) {
        String what = "cannot open " + spec + ": " + e.getMessage();
        boolean entering = what.contains("setns");
        return switch (e.errno()) {
            case EPERM -> new PortException(what, entering ? NEEDS_SYS_ADMIN : NEEDS_NET_RAW, e);
            // The namespace belongs to a user namespace in which this process is nobody.
            case EACCES -> new PortException(what, NEEDS_SYS_ADMIN, e);
            case ENOMEM, ENOBUFS ->
                new PortException(
                        what, "each queue needs 4 MiB for its ring: use fewer queues, or give the machine memory", e);
            case EMFILE, ENFILE -> new PortException(what, "raise the limit of open files: ulimit -n", e);
            case ENODEV, ENXIO -> new PortException(what, "was the interface deleted meanwhile? try again", e);
            case EAFNOSUPPORT -> new PortException(what, "this kernel has no packet sockets: modprobe af_packet", e);
            default -> new PortException(what, "", e);
        };
    }
}
