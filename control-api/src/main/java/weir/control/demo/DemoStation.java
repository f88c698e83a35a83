// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.ExecutionException;
import weir.ports.linux.LinuxException;
import weir.ports.linux.NetworkNamespace;

/**
 * One of the two hosts of the TAP demo: a network namespace with one interface.
 *
 * @param port name of the switch's port
 * @param namespace name of the namespace
 * @param ipv4 address of the interface, of 198.18.0.0/15 (RFC 2544, for tests)
 * @param ipv6 address of the interface, of 2001:db8::/32 (RFC 3849, for documentation)
 */
public record DemoStation(String port, String namespace, String ipv4, String ipv6) {
    static final String INTERFACE = "demo0";
    static final String NETNS_FOLDER = "/run/netns/";
    private static final int UDP_PORT = 7777;
    private static final int RECEIVE_BUFFER_BYTES = 1 << 20;

    String path() {
        return NETNS_FOLDER + namespace;
    }

    /** Where this host's sockets are. */
    InetSocketAddress address() {
        return new InetSocketAddress(ipv4, UDP_PORT);
    }

    /** Opens a UDP socket inside the namespace, bound to {@link #address()} and talking to a peer. */
    DatagramChannel openUdp(DemoStation peer) throws DemoFailure, InterruptedException {
        try {
            return NetworkNamespace.call(path(), () -> {
                DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
                channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
                return channel.bind(address()).connect(peer.address());
            });
        } catch (LinuxException e) {
            throw new DemoFailure("cannot enter " + namespace + ": " + e.getMessage(), TapDemo.AS_ROOT);
        } catch (ExecutionException e) {
            throw new DemoFailure("cannot open a UDP socket in " + namespace + ": " + e.getCause(), TapDemo.AS_ROOT);
        }
    }

    /** Text such as {@code 198.18.64.1} for messages. */
    @Override
    public String toString() {
        return namespace + " (" + ipv4 + ", " + ipv6 + ")";
    }
}
