// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import weir.ports.linux.NetworkNamespace;
import weir.ports.testing.Netns;
import weir.ports.testing.Waiting;

/** A host with a network stack of its own: the far end of a veth pair in a namespace of its own. */
final class Station implements AutoCloseable {
    static final String LINK = "e0";

    private static final int PORT = 5001;

    private final int number;
    private final Netns netns = new Netns();

    /** @param near name of the near end, which is made in {@code sw} */
    Station(int number, Netns sw, String near, String... vethOptions) {
        this.number = number;
        sw.ip(concat(new String[] {"link", "add", near}, vethOptions, new String[] {
            "type", "veth", "peer", "name", LINK, "netns", netns.name()
        }));
        sw.ip("link", "set", near, "up");
        netns.ip("link", "set", LINK, "up");
        netns.ip("addr", "add", address(false) + "/24", "dev", LINK);
        netns.ip("addr", "add", address(true) + "/64", "dev", LINK, "nodad");
    }

    private static String[] concat(String[]... parts) {
        return Arrays.stream(parts).flatMap(Arrays::stream).toArray(String[]::new);
    }

    Netns netns() {
        return netns;
    }

    String address(boolean ipv6) {
        return ipv6 ? "2001:db8:60::" + number : "198.18.60." + number;
    }

    /** Whether the other station answers: once until addresses are known, and then again, however late. */
    boolean reaches(Station other, boolean ipv6) {
        return reaches(other.address(ipv6));
    }

    boolean reaches(String address) {
        Waiting.within(30_000, () -> pings(address, 5));
        return pings(address, 30);
    }

    private boolean pings(String address, int patienceSeconds) {
        String command = "ping -n -c 1 -W " + patienceSeconds + " " + address + " || true";
        return netns.run("sh", "-c", command).contains("1 received");
    }

    /** Sends bytes to the other station by TCP, which sends them back; returns whether they came back as they were. */
    boolean tcpComesBack(Station other, boolean ipv6, int bytes) throws Exception {
        byte[] sent = new byte[bytes];
        new Random(bytes).nextBytes(sent);
        InetSocketAddress at = new InetSocketAddress(other.address(ipv6), PORT);
        try (ServerSocketChannel server =
                        other.inside(() -> ServerSocketChannel.open().bind(at));
                SocketChannel client = inside(SocketChannel::open)) {
            FutureTask<Void> echo = new FutureTask<>(() -> echo(server));
            Thread.ofPlatform().daemon().start(echo);
            client.connect(at);
            FutureTask<Void> sender = new FutureTask<>(() -> write(client, sent));
            Thread.ofPlatform().daemon().start(sender);
            ByteBuffer received = ByteBuffer.allocate(bytes);
            while (received.hasRemaining() && client.read(received) >= 0) {
                // read() moves on
            }
            sender.get();
            echo.get();
            return ByteBuffer.wrap(sent).equals(received.flip());
        }
    }

    private static Void write(SocketChannel client, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            client.write(left);
        }
        client.shutdownOutput();
        return null;
    }

    private static Void echo(ServerSocketChannel server) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        try (SocketChannel accepted = server.accept()) {
            while (accepted.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    accepted.write(buffer);
                }
                buffer.clear();
            }
        }
        return null;
    }

    /** Sends datagrams of growing length to the other station; returns how many arrived as they were. */
    int datagramsArrive(Station other, boolean ipv6, int count) throws Exception {
        InetSocketAddress at = new InetSocketAddress(other.address(ipv6), PORT);
        try (DatagramChannel receiver =
                        other.inside(() -> DatagramChannel.open().bind(at));
                DatagramChannel sender = inside(DatagramChannel::open)) {
            receiver.socket().setSoTimeout(30_000);
            ByteBuffer buffer = ByteBuffer.allocate(2048);
            int same = 0;
            for (int length = 1; length <= count; length++) {
                byte[] payload = new byte[length];
                new Random(length).nextBytes(payload);
                sender.send(ByteBuffer.wrap(payload), at);
                var packet = new DatagramPacket(buffer.array(), buffer.capacity());
                receiver.socket().receive(packet);
                same += ByteBuffer.wrap(payload).equals(ByteBuffer.wrap(buffer.array(), 0, packet.getLength())) ? 1 : 0;
            }
            return same;
        }
    }

    /** A socket opened in a namespace stays there. */
    private <T> T inside(Callable<T> work) throws Exception {
        return NetworkNamespace.call(netns.path(), work);
    }

    @Override
    public void close() {
        netns.close();
    }
}
