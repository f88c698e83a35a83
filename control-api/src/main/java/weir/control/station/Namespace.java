// SPDX-License-Identifier: Apache-2.0

package weir.control.station;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import weir.control.station.StationException.Kind;
import weir.ports.linux.Errno;
import weir.ports.linux.Fd;
import weir.ports.linux.LinkChange;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.NetworkNamespace;
import weir.ports.linux.RouteSocket;

/**
 * The interfaces of a network namespace, as who is inside sees them. Needs CAP_SYS_ADMIN to enter; each call does so on a
 * thread of its own and leaves nothing open there, since that would keep the namespace alive.
 *
 * @param path such as {@code /run/netns/blue} or {@code /proc/1234/ns/net}
 * @param owner whose it is, for messages: {@code container web}
 */
public record Namespace(String path, String owner) {
    private static final String LOOPBACK = "lo";
    private static final String OWN = "/proc/self/ns/net";

    /** What is done inside. */
    @FunctionalInterface
    private interface Work<T extends @Nullable Object> {
        T with(RouteSocket route) throws LinuxException, StationException;
    }

    private <T extends @Nullable Object> T inside(Work<T> work) throws StationException {
        try {
            return NetworkNamespace.call(path, () -> {
                try (RouteSocket route = RouteSocket.open()) {
                    return work.with(route);
                }
            });
        } catch (LinuxException e) {
            throw explain(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StationException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StationException(Kind.FAILED, "interrupted", "try again", e);
        }
    }

    private StationException explain(LinuxException e) {
        String cause = owner + ": " + e.getMessage();
        if (e.isMissingPath()) {
            return new StationException(
                    Kind.NOT_FOUND, owner + " has no network namespace any more", "has it ended?", e);
        }
        boolean isForbidden = e.errno() == Errno.EPERM || e.errno() == Errno.EACCES;
        boolean isOutside = cause.contains("setns ") || cause.contains("open ");
        return new StationException(
                Kind.FAILED,
                isForbidden && isOutside ? "no permission to enter the network namespace of " + owner : cause,
                isForbidden
                        ? "run this as root, or with CAP_SYS_ADMIN and CAP_NET_ADMIN"
                        : "'weir doctor' shows what this machine lacks",
                e);
    }

    /** Number of the namespace, the same for every path to it while it lives. */
    public long inode() throws StationException {
        return inode(path);
    }

    private long inode(String file) throws StationException {
        try (Fd namespace = Fd.openForReading(file)) {
            return namespace.inode();
        } catch (LinuxException e) {
            throw explain(e);
        }
    }

    /** Whether it is that of this process. */
    public boolean isOwn() throws StationException {
        return inode() == inode(OWN);
    }

    /** All interfaces. */
    public List<LinkInfo> interfaces() throws StationException {
        return inside(route -> route.links(RouteSocket.OWN_NAMESPACE));
    }

    /**
     * Gives an interface what it is to have, and brings it up; addresses that it has already are left as they are.
     *
     * @return the routes that were not added, since there are others to their destinations
     * @throws StationException when there is none of that name, or the kernel refuses
     */
    public List<Route> configure(InterfaceSettings settings) throws StationException {
        return inside(route -> {
            LinkInfo link = route.find(settings.name(), RouteSocket.OWN_NAMESPACE);
            if (link == null) {
                throw new StationException(
                        Kind.NOT_FOUND, owner + " has no interface " + settings.name(), "was it renamed meanwhile?");
            }
            route.change(link, LinkChange.NOTHING.mac(settings.mac()).bringUp());
            if (settings.addresses().stream().anyMatch(IpPrefix::isIpv6)) {
                allowIpv6(settings.name());
            }
            for (IpPrefix address : settings.addresses()) {
                unlessThere(() -> route.addAddress(link, address.address(), address.length()));
            }
            List<Route> left = new ArrayList<>();
            for (Route each : settings.routes()) {
                if (!add(route, link, each)) {
                    left.add(each);
                }
            }
            return left;
        });
    }

    /** Docker turns IPv6 off in containers whose networks have none. What is written counts in the namespace of who writes. */
    private void allowIpv6(String interfaceName) throws StationException {
        try {
            Files.writeString(Path.of("/proc/sys/net/ipv6/conf", interfaceName, "disable_ipv6"), "0");
        } catch (IOException e) {
            throw new StationException(
                    Kind.FAILED,
                    owner + " cannot have IPv6: " + e,
                    "leave IPv6 addresses out, or mount /proc/sys so that it can be written",
                    e);
        }
    }

    /** Adds a route; false when there is one to its destination. */
    private boolean add(RouteSocket route, LinkInfo link, Route wanted) throws LinuxException, StationException {
        IpPrefix to = wanted.destination();
        try {
            return unlessThere(() -> route.addRoute(link, to.address(), to.length(), wanted.gateway()));
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENETUNREACH && e.errno() != Errno.EHOSTUNREACH && e.errno() != Errno.EINVAL) {
                throw e;
            }
            throw new StationException(
                    Kind.INVALID,
                    "no address of " + link.name() + " leads to " + IpPrefix.text(wanted.gateway()),
                    "give it an address in the gateway's network",
                    e);
        }
    }

    /** A step that may have been taken before. */
    @FunctionalInterface
    private interface Step {
        void take() throws LinuxException;
    }

    private static boolean unlessThere(Step step) throws LinuxException {
        try {
            step.take();
            return true;
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            return false;
        }
    }

    /** Brings the loopback interface up, which is down in a namespace that is new. */
    public void bringLoopbackUp() throws StationException {
        inside(route -> {
            LinkInfo loopback = route.find(LOOPBACK, RouteSocket.OWN_NAMESPACE);
            if (loopback != null) {
                route.change(loopback, LinkChange.NOTHING.bringUp());
            }
            return null;
        });
    }

    /** Deletes an interface that a port has left; false when there is none with that alias. */
    public boolean deleteByAlias(String alias) throws StationException {
        return inside(route -> {
            for (LinkInfo link : route.links(RouteSocket.OWN_NAMESPACE)) {
                if (link.alias().equals(alias)) {
                    return route.delete(link);
                }
            }
            return false;
        });
    }
}
