// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import org.jspecify.annotations.Nullable;
import weir.ports.NamespacePath;
import weir.ports.linux.Fd;
import weir.ports.linux.LinkChange;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.RouteSocket;

/**
 * Interfaces for containers, which Docker moves into them and back. One on the host has the name {@code wd} and the first
 * twelve digits of its endpoint's id; the end of a veth pair that goes into the container begins with {@code wp}. Both keep
 * an alias by which they are found wherever they are.
 */
final class HostLinks {
    private static final int ID_CHARACTERS = 12;
    private static final String ALIAS_PREFIX = "weir ";

    private HostLinks() {}

    /** The first characters of an id, as Docker's commands show it. */
    static String shortId(String id) {
        return id.substring(0, ID_CHARACTERS);
    }

    /** Interface of an endpoint on the host. */
    static String name(String endpoint) {
        return "wd" + shortId(endpoint);
    }

    private static String peer(String endpoint) {
        return "wp" + shortId(endpoint);
    }

    /** What Docker is told to move. */
    static String movedName(String endpoint, LinkMode mode) {
        return mode == LinkMode.TAP ? name(endpoint) : peer(endpoint);
    }

    /**
     * The port that serves an endpoint.
     *
     * @param sandbox where Docker moves the interface to
     */
    static String portSpec(String endpoint, LinkMode mode, int mtuBytes, String sandbox) {
        String name = name(endpoint);
        return mode == LinkMode.VETH
                ? "packet:" + name + "?sandbox=" + sandbox
                : "tap:" + name + "?" + (mtuBytes == 0 ? "" : "mtu=" + mtuBytes + "&") + "persist=on&sandbox="
                        + sandbox;
    }

    /** Makes what must be there before the port is opened: for a TAP nothing. */
    static void prepare(String endpoint, LinkMode mode, int mtuBytes) throws DriverException {
        if (mode == LinkMode.TAP) {
            return;
        }
        try (RouteSocket route = RouteSocket.open()) {
            if (find(route, name(endpoint)) == null) {
                route.addVeth(name(endpoint), peer(endpoint), mtuBytes);
            }
            LinkInfo moved = find(route, peer(endpoint));
            if (moved != null) {
                route.change(moved, LinkChange.NOTHING.alias(ALIAS_PREFIX + name(endpoint)));
            }
            LinkInfo stays = find(route, name(endpoint));
            if (stays != null) {
                route.change(stays, LinkChange.NOTHING.bringUp());
            }
        } catch (LinuxException e) {
            throw new DriverException("cannot make a veth pair: " + e.getMessage(), e);
        }
    }

    /** Deletes an endpoint's interface if it is on the host. */
    static void delete(String endpoint) throws DriverException {
        try (RouteSocket route = RouteSocket.open()) {
            LinkInfo link = find(route, name(endpoint));
            if (link != null) {
                route.delete(link);
            }
        } catch (LinuxException e) {
            throw new DriverException("cannot delete the interface " + name(endpoint) + ": " + e.getMessage(), e);
        }
    }

    /**
     * Whether an endpoint's interface is neither on the host, from where Docker takes it, nor can be in its container any more,
     * as far as this process sees what Docker mounts. False where it may not look.
     */
    static boolean isNowhere(String endpoint, LinkMode mode, String sandbox) {
        try (RouteSocket route = RouteSocket.open()) {
            // In this order: what has left the host since has a namespace by now.
            return find(route, movedName(endpoint, mode)) == null && !isNamespace(sandbox);
        } catch (LinuxException e) {
            return false;
        }
    }

    private static boolean isNamespace(String sandbox) throws LinuxException {
        try (Fd namespace = NamespacePath.find(sandbox)) {
            return namespace != null;
        }
    }

    /** Whether an endpoint's interface is in a container. */
    static boolean isIn(String sandbox, String endpoint) throws DriverException {
        try (Fd namespace = NamespacePath.find(sandbox);
                RouteSocket route = RouteSocket.open()) {
            String alias = ALIAS_PREFIX + name(endpoint);
            return namespace != null
                    && route.links(route.namespaceId(namespace)).stream()
                            .anyMatch(link -> link.alias().equals(alias));
        } catch (LinuxException e) {
            throw new DriverException("cannot look into " + sandbox + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable LinkInfo find(RouteSocket route, String name) throws LinuxException {
        return route.find(name, RouteSocket.OWN_NAMESPACE);
    }
}
