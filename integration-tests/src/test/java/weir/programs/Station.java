// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import weir.commands.Pings;
import weir.ports.linux.LinuxException;
import weir.ports.linux.NetworkNamespace;
import weir.ports.testing.Netns;

/** A host: a network namespace with one interface, the TAP of a switch's port. Sockets are opened inside of it. */
final class Station implements AutoCloseable {
    static final String INTERFACE = "h0";

    private static final int RECEIVE_BUFFER_BYTES = 1 << 20;
    private static final int CONNECT_MILLIS = 50_000;
    private static final int READ_MILLIS = 50_000;
    private static final int PING_ROUNDS = 10;

    private final Netns netns = new Netns();
    private final int number;

    /**
     * Makes the namespace.
     *
     * @param number of the switch's port, 1 to 9; addresses are made of it
     */
    Station(int number) {
        this.number = number;
        netns.run("sysctl", "-qw", "net.ipv6.conf.default.router_solicitations=0");
    }

    int number() {
        return number;
    }

    String port() {
        return "h" + number;
    }

    /** Station 3 leaves nothing to the switch, and is left nothing, so that its captures show finished checksums. */
    String spec() {
        return "tap:" + INTERFACE + "?netns=" + netns.path() + (number == 3 ? "&vnet=off" : "");
    }

    String ipv4() {
        return "198.18.66." + number;
    }

    String ipv6() {
        return "2001:db8:66::" + number;
    }

    String mac() {
        return "02:00:00:00:42:0" + number;
    }

    byte[] macBytes() {
        return HexFormat.ofDelimiter(":").parseHex(mac());
    }

    Netns netns() {
        return netns;
    }

    /** Gives the interface its addresses, when the port is attached. */
    void configure() {
        netns.ip("link", "set", INTERFACE, "address", mac());
        netns.ip("addr", "add", ipv4() + "/24", "dev", INTERFACE);
        netns.ip("addr", "add", ipv6() + "/64", "dev", INTERFACE, "nodad");
    }

    /** Tells the kernel where an address is, so that it asks nobody. */
    void knows(String address, String mac) {
        netns.ip("neigh", "replace", address, "lladdr", mac, "dev", INTERFACE, "nud", "permanent");
    }

    /**
     * Echo requests, IPv4 or IPv6, until {@code count} are answered or nothing has been for long. Returns how many of the first
     * {@code count} were.
     */
    int ping(String address, int count) {
        int answered = 0;
        // The kernel gives up the question who has an address after three seconds, and ping with it.
        for (int i = 0; i < PING_ROUNDS && answered == 0; i++) {
            answered = answered(count, "-c " + count + " -i 0.05 -w 20 " + address);
        }
        return answered;
    }

    /** Whether an echo request gets no answer. */
    boolean isCutOff(String address) {
        return answered(1, "-c 1 -W 1 " + address) == 0;
    }

    /** Of the first so many: while an answer takes long it asks on. */
    private int answered(int first, String options) {
        String output = netns.run("sh", "-c", "ping -n " + options + " || true");
        if (!output.contains(" received")) {
            throw new AssertionError(output);
        }
        return Pings.answersToTheFirst(first, output);
    }

    /** A UDP socket that does not wait, bound to an address of this host. */
    DatagramChannel udp(String address, int port) throws Exception {
        return inside(() -> {
            DatagramChannel channel = DatagramChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
            channel.configureBlocking(false);
            return channel.bind(new InetSocketAddress(address, port));
        });
    }

    ServerSocket listen(String address, int port) throws Exception {
        return inside(() -> {
            ServerSocket server = new ServerSocket(port, 64, InetAddress.getByName(address));
            server.setSoTimeout(CONNECT_MILLIS);
            return server;
        });
    }

    /** A TCP connection from a port of this host; 0 for any. */
    Socket connect(int localPort, String address, int port) throws Exception {
        return inside(() -> {
            Socket socket = new Socket();
            try {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(ipv4(), localPort));
                socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
                socket.setSoTimeout(READ_MILLIS);
                return socket;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        });
    }

    private <T> T inside(Callable<T> work) throws LinuxException, ExecutionException, InterruptedException {
        return NetworkNamespace.call(netns.path(), work);
    }

    @Override
    public void close() {
        netns.close();
    }
}
