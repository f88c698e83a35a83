// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortException;
import weir.ports.NamespacePath;
import weir.ports.PortSpec;
import weir.ports.link.LinkOpener;
import weir.ports.link.LinkPlace;
import weir.ports.link.WatchedLink;
import weir.ports.linux.BpfLink;
import weir.ports.linux.BpfLink.XdpMode;
import weir.ports.linux.BpfProgram;
import weir.ports.linux.Errno;
import weir.ports.linux.Fd;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.NetworkNamespace;
import weir.ports.linux.RouteSocket;

/**
 * Opens AF_XDP ports and says in a user's words what went wrong. Sockets are opened, and the program is
 * attached, by a thread inside the interface's namespace; all else is done from ours.
 */
final class XdpOpener extends LinkOpener<XdpPort> {
    private static final String SOCKET_NEEDS = "CAP_NET_RAW";
    private static final String PROGRAM_NEEDS = "CAP_BPF and CAP_NET_ADMIN";
    private static final String NAMESPACE_NEEDS = "CAP_SYS_ADMIN, as everything with netns=";

    private final XdpSpec spec;
    private final List<XdpChannel> channels = new ArrayList<>();
    private @Nullable RedirectProgram program;
    /** Capabilities for what is done now. */
    private String needs = SOCKET_NEEDS;

    private XdpOpener(XdpSpec spec) throws PortException {
        this.spec = spec;
    }

    static XdpPort open(XdpSpec spec) throws PortException {
        return new XdpOpener(spec).open();
    }

    @Override
    protected WatchedLink linkOf(XdpPort port) {
        return port.link();
    }

    @Override
    protected void undo() {
        if (program != null) {
            program.close();
        }
        channels.forEach(XdpChannel::close);
    }

    @Override
    protected XdpPort make() throws LinuxException, PortException {
        String path = spec.netns();
        if (path == null) {
            return open(RouteSocket.OWN_NAMESPACE, null, 0);
        }
        try (Fd namespace = NamespacePath.open(path)) {
            int id = monitor().namespaceId(namespace);
            // Our own one has no id of its own, and nobody has to enter it.
            return open(id, id == RouteSocket.OWN_NAMESPACE ? null : path, namespace.inode());
        }
    }

    private XdpPort open(int namespaceId, @Nullable String path, long inode) throws LinuxException, PortException {
        LinkInfo found = monitor().find(LinkPlace.named(spec.name(), namespaceId));
        if (found == null) {
            throw PortException.notFound(
                    "there is no interface " + spec.name() + (path == null ? "" : " in " + path),
                    "xdp: takes an interface that exists: ip link shows them");
        }
        XdpService.requireFittingMtu(spec.toString(), found.mtuBytes());
        needs = NAMESPACE_NEEDS;
        RedirectProgram attached = inside(path, () -> attach(found.index()));
        XdpBinding binding = new XdpBinding(attached, List.copyOf(channels), found.index(), namespaceId, path, inode);
        return new XdpPort(spec, monitor(), binding, found);
    }

    private RedirectProgram attach(int interfaceIndex) throws LinuxException {
        needs = SOCKET_NEEDS;
        for (int i = 0; i < spec.queues(); i++) {
            channels.add(XdpChannel.open());
        }
        needs = PROGRAM_NEEDS;
        RedirectProgram attached =
                RedirectProgram.attach(spec.firstQueue() + spec.queues(), loaded -> attach(loaded, interfaceIndex));
        program = attached;
        return attached;
    }

    /** Native where the driver can, unless the spec says which. */
    private RedirectProgram.Attached attach(BpfProgram loaded, int interfaceIndex) throws LinuxException {
        XdpMode wanted = spec.mode();
        XdpMode first = wanted == null ? XdpMode.NATIVE : wanted;
        try {
            return new RedirectProgram.Attached(BpfLink.attachXdp(loaded, interfaceIndex, first), first);
        } catch (LinuxException e) {
            if (wanted != null || isTaken(e) || e.errno() == Errno.EPERM) {
                throw e;
            }
            BpfLink link = BpfLink.attachXdp(loaded, interfaceIndex, XdpMode.SKB);
            return new RedirectProgram.Attached(link, XdpMode.SKB);
        }
    }

    /** EEXIST: a program of the other mode. */
    private static boolean isTaken(LinuxException e) {
        return e.errno() == Errno.EBUSY || e.errno() == Errno.EEXIST;
    }

    private static <T> T inside(@Nullable String path, Callable<T> work) throws LinuxException, PortException {
        try {
            return path == null ? work.call() : NetworkNamespace.call(path, work);
        } catch (LinuxException | RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PortException("interrupted while opening", "", e);
        } catch (ExecutionException e) {
            throw new PortException("cannot work in " + path + ": " + e.getCause(), "", e);
        } catch (Exception e) {
            throw new AssertionError("the work throws nothing else", e);
        }
    }

    @Override
    protected PortException explain(LinuxException e) {
        String what = "cannot open " + spec + ": " + e.getMessage();
        return switch (e.errno()) {
            case EBUSY, EEXIST -> inUse(e);
            case EPERM, EACCES -> new PortException(what, "run as root, or with " + needs, e);
            case EOPNOTSUPP ->
                new PortException(what, "the driver of " + spec.name() + " knows no native XDP: write mode=skb", e);
            case ERANGE ->
                new PortException(what, "native XDP does not fit the MTU of the veth's other end: lower it", e);
            case EMFILE, ENFILE -> new PortException(what, "raise the limit of open files: ulimit -n", e);
            default -> new PortException(what, "weir doctor says what this machine offers", e);
        };
    }

    private PortException inUse(LinuxException e) {
        for (WatchedLink link : monitor().links()) {
            if (link.port() instanceof XdpPort port && port.isSameInterface(spec)) {
                return new PortException(
                        "interface " + spec.name() + " is in use by this process, as port " + port.spec(),
                        "detach that port first",
                        e);
            }
        }
        return new PortException(
                "interface " + PortSpec.quote(spec.name()) + " is in use: another XDP program is attached to it",
                "ip -d link show dev " + spec.name() + " names the program; ip link set dev " + spec.name()
                        + " xdp off removes one that no process holds",
                e);
    }
}
