// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import weir.core.port.PortException;
import weir.ports.PortSpec;
import weir.ports.linux.UnixSocket;

/**
 * What {@code unix:PATH[?mode=stream|dgram&role=listen|connect&wait=on|off&peer=PATH&mtu=N]} says. Making one touches nothing on
 * the machine.
 *
 * @param path the port's own socket, or of a stream that connects the peer's
 * @param role who makes the first step
 * @param waits whether the peer's socket of a stream that connects may be missing when the port is opened
 * @param peer socket of a dgram port's peer; empty otherwise
 * @param mtuBytes largest payload of an untagged frame
 */
record UnixSpec(String path, Role role, boolean waits, String peer, int mtuBytes) {
    static final String KIND = "unix";
    static final String FORM = "unix:PATH";

    /** How a port meets its peer. */
    enum Role {
        LISTEN,
        CONNECT,
        DATAGRAM
    }

    private static final int MIN_MTU_BYTES = 68;
    private static final int MAX_MTU_BYTES = 65_521;
    private static final int DEFAULT_MTU_BYTES = 1500;
    private static final SortedSet<String> OPTIONS =
            Collections.unmodifiableSortedSet(new TreeSet<>(List.of("mode", "mtu", "peer", "role", "wait")));

    static UnixSpec of(PortSpec spec) throws PortException {
        spec.requireKnownOptions(OPTIONS);
        String path = requirePath(spec.target(), "path", spec);
        boolean datagram = choice(spec, "mode", "stream", "dgram");
        boolean connects = choice(spec, "role", "listen", "connect");
        boolean waits = choice(spec, "wait", "off", "on");
        boolean hasPeer = spec.options().containsKey("peer");
        if (datagram && spec.options().containsKey("role")) {
            throw new PortException(
                    PortSpec.quote(spec.text()) + " has a role, but dgram sockets have none",
                    "leave role out and name the other socket: peer=PATH");
        }
        if (datagram != hasPeer) {
            throw new PortException(
                    PortSpec.quote(spec.text())
                            + (datagram ? " does not name its peer" : " names a peer, but is a stream"),
                    datagram
                            ? "write unix:PATH?mode=dgram&peer=PATH with the socket to send to"
                            : "write role=connect to go to a peer, or mode=dgram");
        }
        if (waits && !connects) {
            throw new PortException(
                    PortSpec.quote(spec.text()) + " is to wait for its peer's socket, but connects to none",
                    "write role=connect&wait=on, or leave wait out");
        }
        String peer = hasPeer ? requirePath(spec.options().getOrDefault("peer", ""), "peer", spec) : "";
        Role role = datagram ? Role.DATAGRAM : connects ? Role.CONNECT : Role.LISTEN;
        return new UnixSpec(
                path, role, waits, peer, spec.number("mtu", MIN_MTU_BYTES, MAX_MTU_BYTES, DEFAULT_MTU_BYTES));
    }

    /** Whether an option has the second of two values; the first is the default. */
    private static boolean choice(PortSpec spec, String option, String first, String second) throws PortException {
        String value = spec.options().getOrDefault(option, first);
        if (!value.equals(first) && !value.equals(second)) {
            throw new PortException(
                    option + " " + PortSpec.quote(value) + " in " + PortSpec.quote(spec.text()) + " is neither " + first
                            + " nor " + second,
                    "write " + option + "=" + first + " or " + option + "=" + second);
        }
        return value.equals(second);
    }

    private static String requirePath(String path, String what, PortSpec spec) throws PortException {
        String where = what + " in " + PortSpec.quote(spec.text());
        String hint = "write the path of a socket, such as unix:/run/weir/a";
        if (path.isEmpty()) {
            throw new PortException(where + " is empty", hint);
        }
        if (path.startsWith("@")) {
            throw new PortException(where + " is an abstract socket, which has no permissions", "name a file: " + hint);
        }
        if (path.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new PortException(where + " has a control character", hint);
        }
        int bytes = path.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > UnixSocket.MAX_PATH_BYTES) {
            throw new PortException(
                    where + " has " + bytes + " bytes, more than " + UnixSocket.MAX_PATH_BYTES,
                    "choose a shorter path; the kernel has room for no more");
        }
        return path;
    }

    /** The spec as text; options that have their default are left out. */
    @Override
    public String toString() {
        boolean isDatagram = role == Role.DATAGRAM;
        return PortSpec.writer(KIND, path)
                .option("role", role == Role.CONNECT ? "connect" : null)
                .option("wait", role == Role.CONNECT && waits ? "on" : null)
                .option("mode", isDatagram ? "dgram" : null)
                .option("peer", isDatagram ? peer : null)
                .option("mtu", mtuBytes == DEFAULT_MTU_BYTES ? null : mtuBytes)
                .toString();
    }
}
