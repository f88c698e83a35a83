// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import weir.core.frame.Offload;
import weir.core.offload.VirtioNetHeader;
import weir.core.port.PortException;
import weir.ports.NamespacePath;
import weir.ports.link.LinkOpener;
import weir.ports.link.LinkPlace;
import weir.ports.link.WatchedLink;
import weir.ports.linux.Errno;
import weir.ports.linux.Fd;
import weir.ports.linux.LinkChange;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.NetworkNamespace;
import weir.ports.linux.RouteSocket;
import weir.ports.linux.TunDevice;

/**
 * Opens TAP ports and says in a user's words what went wrong.
 *
 * <p>A TAP for another network namespace is created here, under a name that the kernel chooses, and
 * moved there by netlink. A descriptor opened inside the other namespace would hold that namespace, so
 * that its deletion would never show; this one belongs to ours. One RTM_SETLINK moves, renames, sets
 * the MTU and brings the interface up: NET_ADMIN is enough, and no thread has to enter the namespace.
 */
final class TapOpener extends LinkOpener<TapPort> {
    private static final String ANY_FREE_NAME = "weir%d";
    private static final String NEEDS_NET_ADMIN = "run as root or with CAP_NET_ADMIN, or let root make the interface:"
            + " ip tuntap add dev NAME mode tap user USER";

    private static final String NEEDS_SYS_ADMIN =
            "taking up an interface that stayed in another namespace needs root or CAP_SYS_ADMIN";

    private static final String DETACH = "it has ended with its container or process: detach the port";

    private final TapSpec spec;
    private final List<TunDevice> devices = new ArrayList<>();
    private int offloads = Offload.NONE;
    private boolean isNew;
    /** Of the namespace that descriptors were opened in, which keep it alive; 0 for ours. */
    private long inodeInside;

    private TapOpener(TapSpec spec) throws PortException {
        this.spec = spec;
    }

    static TapPort open(TapSpec spec) throws PortException {
        return new TapOpener(spec).open();
    }

    @Override
    protected WatchedLink linkOf(TapPort port) {
        return port.link();
    }

    @Override
    protected void undo() {
        // A TAP that was created a moment ago disappears with its last descriptor.
        if (spec.persist() && isNew && !devices.isEmpty()) {
            forget(devices.getFirst());
        }
        devices.forEach(TunDevice::close);
    }

    @Override
    protected TapPort make() throws LinuxException, PortException {
        LinkInfo link = spec.persist() ? takeUp() : null;
        if (link == null) {
            try (Fd namespace = openNamespace()) {
                int id = namespace == null
                        ? RouteSocket.OWN_NAMESPACE
                        : monitor().namespaceId(namespace);
                link = namespace == null || id == RouteSocket.OWN_NAMESPACE ? openHere() : createThere(namespace, id);
            }
        }
        if (spec.persist()) {
            devices.getFirst().persist(true);
        }
        for (TunDevice device : devices.subList(1, devices.size())) {
            device.enableQueue(false); // until a worker serves it
        }
        TapBinding binding =
                new TapBinding(List.copyOf(devices), inodeInside == 0 ? null : spec.elsewhere(), inodeInside);
        return new TapPort(spec, monitor(), binding, link, offloads);
    }

    /**
     * Opens the interface that an earlier port of the spec left in another namespace; null when there is none. Only who is
     * inside a namespace can attach to an interface of it, and the descriptor then keeps that namespace alive.
     */
    private @Nullable LinkInfo takeUp() throws LinuxException, PortException {
        String path = spec.elsewhere();
        if (path == null) {
            return null;
        }
        try (Fd namespace = NamespacePath.find(path)) {
            if (namespace == null || !isMeant(namespace)) {
                return null;
            }
            int id = monitor().namespaceId(namespace);
            if (id == RouteSocket.OWN_NAMESPACE) {
                return null;
            }
            for (LinkInfo link : monitor().all(id)) {
                if (link.alias().equals(spec.alias())) {
                    requireUsable(link);
                    openInside(path, link.name());
                    inodeInside = namespace.inode();
                    return link;
                }
            }
        }
        return null;
    }

    private void openInside(String path, String name) throws LinuxException, PortException {
        try {
            NetworkNamespace.call(path, () -> openQueues(name));
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PortException("interrupted while " + spec + " was opened", "try again", e);
        }
    }

    private static void forget(TunDevice device) {
        try {
            device.persist(false);
        } catch (LinuxException e) {
            // It was deleted, or has no interface yet: either way nothing stays.
        }
    }

    private @Nullable Fd openNamespace() throws LinuxException, PortException {
        String path = spec.netns();
        if (path == null) {
            return null;
        }
        try {
            Fd namespace = NamespacePath.open(path);
            if (isMeant(namespace)) {
                return namespace;
            }
            namespace.close();
            throw new PortException(
                    PortException.Kind.GONE,
                    "the network namespace at " + path + " is another one than that of " + spec,
                    DETACH,
                    null);
        } catch (PortException e) {
            // What an interface that stays was left in: a container has ended, or the machine was started anew.
            throw spec.persist() && e.kind() == PortException.Kind.NOT_FOUND
                    ? new PortException(PortException.Kind.GONE, String.valueOf(e.getMessage()), DETACH, e)
                    : e;
        }
    }

    private boolean isMeant(Fd namespace) throws LinuxException {
        return spec.inode() == 0 || spec.inode() == namespace.inode();
    }

    private LinkInfo openHere() throws LinuxException, PortException {
        LinkInfo existing = findHere(spec.name());
        if (existing != null) {
            requireUsable(existing);
        }
        isNew = existing == null;
        openQueues(spec.name());
        LinkInfo link = requireFound(spec.name());
        LinkChange change = withAlias(LinkChange.NOTHING).mtu(spec.mtuBytes());
        if (existing == null) {
            monitor().change(link, change.bringUp());
        } else if (spec.mtuBytes() != 0 || spec.persist()) {
            monitor().change(link, change);
        }
        return existing == null ? requireFound(spec.name()) : existing;
    }

    private LinkChange withAlias(LinkChange change) {
        return spec.persist() ? change.alias(spec.alias()) : change;
    }

    private void requireUsable(LinkInfo existing) throws PortException {
        if (!existing.kind().equals("tun") || !existing.tap()) {
            String what =
                    existing.kind().isEmpty() ? "physical" : existing.kind().equals("tun") ? "TUN" : existing.kind();
            throw new PortException(
                    "interface " + spec.name() + " exists and is no TAP but " + what,
                    "choose another name: tap: makes a TAP interface, or takes a persistent one");
        }
        if (existing.multiQueue() != spec.queues() > 1) {
            throw new PortException(
                    "TAP " + spec.name() + " exists and was made "
                            + (existing.multiQueue() ? "with several queues" : "with one queue"),
                    existing.multiQueue()
                            ? "write queues=2 or more, or make it again without multi_queue"
                            : "leave queues out, or make it again: ip tuntap add dev NAME mode tap multi_queue");
        }
        if (existing.queues() > 0) {
            throw inUse();
        }
    }

    private LinkInfo createThere(Fd namespace, int namespaceId) throws LinuxException, PortException {
        isNew = true;
        String temporary = openQueues(ANY_FREE_NAME);
        LinkInfo link = requireFound(temporary);
        try {
            monitor()
                    .change(
                            link,
                            withAlias(LinkChange.NOTHING)
                                    .moveTo(namespace, spec.name())
                                    .mtu(spec.mtuBytes())
                                    .bringUp());
        } catch (LinuxException e) {
            if (e.errno() == Errno.EEXIST) {
                throw new PortException(
                        "an interface named " + spec.name() + " exists already in " + spec.netns(),
                        "choose another name, or delete it there",
                        e);
            }
            throw e;
        }
        LinkInfo moved = monitor().find(LinkPlace.named(spec.name(), namespaceId));
        if (moved == null) {
            throw new PortException(spec + " disappeared while it was opened", "was its namespace deleted?");
        }
        return moved;
    }

    private String openQueues(String name) throws LinuxException {
        String actual = name;
        for (int i = 0; i < spec.queues(); i++) {
            TunDevice device = TunDevice.open();
            devices.add(device);
            actual = device.attach(actual, spec.queues() > 1, spec.vnet());
        }
        if (spec.vnet()) {
            offloads = devices.getFirst().enableOffloads(VirtioNetHeader.BYTES);
        } else {
            devices.getFirst().disableOffloads();
        }
        return actual;
    }

    private @Nullable LinkInfo findHere(String name) throws LinuxException {
        return monitor().find(LinkPlace.named(name, RouteSocket.OWN_NAMESPACE));
    }

    private LinkInfo requireFound(String name) throws LinuxException, PortException {
        LinkInfo link = findHere(name);
        if (link == null) {
            throw new PortException("TAP " + name + " disappeared while it was opened", "try again");
        }
        return link;
    }

    @Override
    protected PortException explain(LinuxException e) {
        String what = "cannot open " + spec + ": " + e.getMessage();
        return switch (e.errno()) {
            case EBUSY -> inUse();
            case EPERM -> new PortException(what, what.contains("setns") ? NEEDS_SYS_ADMIN : NEEDS_NET_ADMIN, e);
            case ENOENT, ENODEV, ENXIO ->
                new PortException(
                        what, "load the driver: modprobe tun; in a container add --device " + TunDevice.PATH, e);
            case EACCES -> new PortException(what, "give this user read and write access to " + TunDevice.PATH, e);
            case EMFILE, ENFILE -> new PortException(what, "raise the limit of open files: ulimit -n", e);
            case EINVAL ->
                new PortException(what, "is there a TUN interface, or one with other flags, of that name?", e);
            default -> new PortException(what, "", e);
        };
    }

    private PortException inUse() {
        for (WatchedLink link : monitor().links()) {
            if (link.port() instanceof TapPort port
                    && link.isHere()
                    && link.info().name().equals(spec.name())) {
                return new PortException(
                        "TAP " + spec.name() + " is in use by this process, as port " + port.spec(),
                        "detach that port first");
            }
        }
        return new PortException(
                "TAP " + spec.name() + " is in use by another process",
                "fuser -v " + TunDevice.PATH + " shows the candidates");
    }
}
