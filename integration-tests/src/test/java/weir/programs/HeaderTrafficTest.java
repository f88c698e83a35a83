// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.counter.DropReason;
import weir.core.program.AttachedProgram;
import weir.core.program.OffloadView;
import weir.core.program.ProgramOptions;
import weir.ebpf.Engine;
import weir.ports.linux.LinuxException;
import weir.ports.linux.RawSocket;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Examples that read and rewrite headers, of frames that the kernel's stack wrote and checks. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING, Feature.TCPDUMP})
@Timeout(180)
class HeaderTrafficTest {
    private static final int DATAGRAMS = 40;
    private static final int UDP_PORT = 7000;
    private static final int TCP_PORT = 8000;
    private static final int CLIENT_PORT = 40_000;
    private static final int TCP_PROTOCOL = 6;
    private static final int UDP_PROTOCOL = 17;
    private static final RawFrames.Tag CUSTOMER = new RawFrames.Tag(RawFrames.CUSTOMER_TAG, 10);
    private static final RawFrames.Tag PROVIDER = new RawFrames.Tag(RawFrames.PROVIDER_TAG, 100);
    private static final String OUTSIDE_ADDRESS = "198.18.66.100";
    private static final byte[] OUTSIDE_BYTES = {(byte) 198, 18, 66, 100};
    private static final byte[] FIRST_BYTES = {(byte) 198, 18, 66, 1};
    private static final int BULK_BYTES = 1 << 20;

    @RegisterExtension
    final TrafficLab lab = new TrafficLab();

    static Stream<Engine> engines() {
        return TrafficLab.engines();
    }

    // ---- TCP ----------------------------------------------------------------------------------------

    /** Sends bytes there and back, and compares. Returns whom the server saw. */
    private static InetSocketAddress echo(Socket client, ServerSocket server) throws Exception {
        byte[] data = new byte[BULK_BYTES];
        new Random(1).nextBytes(data);
        FutureTask<InetSocketAddress> echo = start(() -> {
            try (Socket accepted = server.accept()) {
                accepted.getOutputStream().write(accepted.getInputStream().readNBytes(BULK_BYTES));
                return (InetSocketAddress) accepted.getRemoteSocketAddress();
            }
        });
        client.getOutputStream().write(data);
        assertArrayEquals(data, client.getInputStream().readNBytes(BULK_BYTES));
        return echo.get();
    }

    private static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().name("server").daemon(true).start(task);
        return task;
    }

    private static void assertChecksumsAreRight(Capture capture) {
        assertTrue(capture.count(packet -> packet.contains("(correct)")) > 0);
        assertEquals(
                0,
                capture.count(packet -> packet.contains("incorrect")),
                () -> capture.packets().toString());
    }

    @ParameterizedTest
    @MethodSource("engines")
    void largeSegmentsAreClampedAndChecksumsStayRight(Engine engine) throws Exception {
        int mss = 1000;
        AttachedProgram program =
                lab.load("tcp_mss", engine, loaded -> Cells.put(loaded, "limit", Cells.u32(0), Cells.u16(mss)));
        Station server = lab.station(2);
        try (Capture syns = new Capture(
                        server,
                        "tcp[tcpflags] & tcp-syn != 0 and src host "
                                + lab.station(1).ipv4());
                ServerSocket listening = server.listen(server.ipv4(), TCP_PORT);
                Socket client = lab.station(1).connect(0, server.ipv4(), TCP_PORT)) {
            echo(client, listening);

            syns.await(1, packet -> packet.contains("mss " + mss));
            assertChecksumsAreRight(syns);
        }
        assertTrue(Cells.sum(program, "clamped", 0) >= 2); // of both sides
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aConnectionIsTranslatedBothWays(Engine engine) throws Exception {
        int outsidePort = 50_000;
        byte[] inside = endpoint(FIRST_BYTES, CLIENT_PORT);
        byte[] outside = endpoint(OUTSIDE_BYTES, outsidePort);
        lab.load("nat", engine, program -> {
            Cells.put(program, "outwards", inside, outside);
            Cells.put(program, "inwards", outside, inside);
        });
        Station client = lab.station(1);
        Station server = lab.station(2);
        server.knows(OUTSIDE_ADDRESS, client.mac());
        try (Capture capture = new Capture(server, "tcp and src host " + OUTSIDE_ADDRESS);
                ServerSocket listening = server.listen(server.ipv4(), TCP_PORT);
                Socket socket = client.connect(CLIENT_PORT, server.ipv4(), TCP_PORT)) {
            InetSocketAddress seen = echo(socket, listening);

            assertEquals(new InetSocketAddress(OUTSIDE_ADDRESS, outsidePort), seen);
            capture.await(2, packet -> packet.contains("(correct)"));
            assertChecksumsAreRight(capture);
        }
    }

    /** Address and port in network order, protocol, a zero. */
    private static byte[] endpoint(byte[] address, int port) {
        return Cells.join(address, new byte[] {(byte) (port >> Byte.SIZE), (byte) port, TCP_PROTOCOL, 0});
    }

    /** Two servers have the service's address; each connection stays with one of them. */
    @ParameterizedTest
    @MethodSource("engines")
    void connectionsAreSharedByServers(Engine engine) throws Exception {
        int tableSlots = 251;
        lab.load("load_balancer", engine, program -> {
            Cells.put(program, "services", endpoint(OUTSIDE_BYTES, TCP_PORT), Cells.u32(0));
            for (int slot = 0; slot < tableSlots; slot++) {
                Cells.put(program, "tables", Cells.u32(slot), Cells.u32(slot % 2));
            }
            for (int number = 0; number < 2; number++) {
                Station server = lab.station(2 + number);
                byte[] value = Cells.join(server.macBytes(), Cells.u16(server.number()));
                Cells.put(program, "servers", Cells.u32(number), value);
            }
        });
        lab.station(1).knows(OUTSIDE_ADDRESS, "02:00:00:00:42:64");
        int[] served = new int[2];
        int connections = 24;
        FutureTask<Integer> byFirst;
        FutureTask<Integer> bySecond;
        try (ServerSocket first = service(lab.station(2));
                ServerSocket second = service(lab.station(3))) {
            byFirst = start(() -> answer(first, 0));
            bySecond = start(() -> answer(second, 1));
            for (int i = 0; i < connections; i++) {
                try (Socket client = lab.station(1).connect(CLIENT_PORT + i, OUTSIDE_ADDRESS, TCP_PORT)) {
                    client.getOutputStream().write(i);
                    int server = client.getInputStream().read();
                    assertEquals(i, client.getInputStream().read());
                    served[server]++;
                }
            }
        }
        assertEquals(served[0], byFirst.get());
        assertEquals(served[1], bySecond.get());
        assertEquals(connections, served[0] + served[1]);
        assertTrue(served[0] > 0 && served[1] > 0, () -> served[0] + " and " + served[1]);
    }

    private static ServerSocket service(Station server) throws Exception {
        server.netns().ip("addr", "add", OUTSIDE_ADDRESS + "/32", "dev", "lo");
        return server.listen(OUTSIDE_ADDRESS, TCP_PORT);
    }

    /** Says who it is and what it read, until the socket is closed. Returns to how many. */
    private static int answer(ServerSocket listening, int number) throws IOException {
        int answered = 0;
        while (true) {
            try (Socket accepted = listening.accept()) {
                int read = accepted.getInputStream().read();
                accepted.getOutputStream().write(new byte[] {(byte) number, (byte) read});
                answered++;
            } catch (SocketException e) {
                if (listening.isClosed()) {
                    return answered;
                }
                throw e;
            }
        }
    }

    // ---- tags and headers ----------------------------------------------------------------------------

    private RawSocket rawSocketOfFirst() throws Exception {
        return RawSocket.open(lab.station(1).netns().path(), Station.INTERFACE);
    }

    private static void send(RawSocket socket, byte[] frame) throws LinuxException {
        for (int i = 0; i < DATAGRAMS; i++) {
            socket.send(frame);
        }
    }

    private byte[] tagged(RawFrames.Tag... tags) throws IOException {
        return RawFrames.udp(lab.station(1), lab.station(2), 0, tags);
    }

    /** More tags than four are dropped; all others arrive as they were sent. */
    @ParameterizedTest
    @MethodSource("engines")
    void framesAreCountedByTheirTags(Engine engine) throws Exception {
        AttachedProgram program = lab.load("vlan_tags", engine, loaded -> {});
        RawFrames.Tag[] tooMany = new RawFrames.Tag[5];
        Arrays.fill(tooMany, CUSTOMER);
        try (Capture second = new Capture(
                        lab.station(2), "ether src " + lab.station(1).mac());
                RawSocket socket = rawSocketOfFirst()) {
            send(socket, tagged(tooMany));
            send(socket, tagged(CUSTOMER));
            send(socket, tagged(PROVIDER, CUSTOMER));
            second.await(DATAGRAMS, packet -> packet.matches("(?s).*vlan 100,.*vlan 10,.*"));
            second.await(DATAGRAMS, packet -> packet.contains("vlan 10,") && !packet.contains("vlan 100,"));
            assertEquals(2 * DATAGRAMS, second.count(packet -> packet.contains("vlan")));
        }
        assertEquals(DATAGRAMS, Cells.word(program, "vlans", Cells.join(Cells.u16(10), Cells.u16(10))));
        assertEquals(DATAGRAMS, Cells.word(program, "vlans", Cells.join(Cells.u16(100), Cells.u16(10))));
        assertEquals(DATAGRAMS, lab.drops(lab.station(1), DropReason.PROGRAM_DROP));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aParserOfSeveralProgramsCountsHeaders(Engine engine) throws Exception {
        ProgramOptions options = ProgramOptions.DEFAULT.withEngine(engine).withProgram("parse_ethernet");
        AttachedProgram program = lab.load("tail_calls", options, loaded -> {});
        try (NumberedUdp udp = new NumberedUdp(lab.station(1), lab.station(2), UDP_PORT);
                RawSocket socket = rawSocketOfFirst()) {
            send(socket, tagged(PROVIDER, CUSTOMER));
            udp.send(DATAGRAMS);
            assertEquals(DATAGRAMS, udp.awaitAll());
        }
        int vlanStage = 1;
        int udpStage = 5;
        int arpStage = 2;
        assertEquals(2 * DATAGRAMS, Cells.sum(program, "seen", vlanStage)); // two tags each
        assertEquals(2 * DATAGRAMS, Cells.sum(program, "seen", udpStage));
        assertTrue(Cells.sum(program, "unparsed", arpStage) >= 2); // a question and its answer
    }

    /** Options are looked through; a routing header of type 0 is the end of a packet. */
    @ParameterizedTest
    @MethodSource("engines")
    void extensionHeadersAreLookedThrough(Engine engine) throws Exception {
        int routing = 43;
        int destinationOptions = 60;
        int padding = 1;
        AttachedProgram program = lab.load("ipv6_extensions", engine, loaded -> {});
        Station from = lab.station(1);
        Station to = lab.station(2);
        try (Capture second = new Capture(to, "ip6 and ether src " + from.mac() + " and dst host " + to.ipv6());
                NumberedUdp udp = new NumberedUdp(from.udp(from.ipv6(), UDP_PORT), to.udp(to.ipv6(), UDP_PORT));
                RawSocket socket = rawSocketOfFirst()) {
            send(socket, RawFrames.udpBehind(from, to, routing, 0));
            send(socket, RawFrames.udpBehind(from, to, destinationOptions, padding));
            udp.send(DATAGRAMS);
            assertEquals(DATAGRAMS, udp.awaitAll());
            second.await(DATAGRAMS, packet -> packet.contains("DSTOPT"));
            assertEquals(DATAGRAMS, second.count(packet -> packet.contains("DSTOPT")));
            assertEquals(0, second.count(packet -> packet.contains("RT6") || packet.contains("srcrt")));
        }
        int routingType0 = 1;
        assertEquals(2 * DATAGRAMS, Cells.sum(program, "protocols", UDP_PROTOCOL));
        assertEquals(DATAGRAMS, Cells.sum(program, "drops", routingType0));
        assertEquals(DATAGRAMS, lab.counters(program).dropped());
    }

    @ParameterizedTest
    @MethodSource("engines")
    void damagedDatagramsAreDropped(Engine engine) throws Exception {
        int damage = 0x1234;
        ProgramOptions finished = ProgramOptions.DEFAULT.withEngine(engine).withOffloads(OffloadView.FINISHED);
        AttachedProgram program = lab.load("udp_checksum", finished, loaded -> {});
        try (NumberedUdp udp = new NumberedUdp(lab.station(1), lab.station(2), UDP_PORT);
                RawSocket socket = rawSocketOfFirst()) {
            send(socket, RawFrames.udp(lab.station(1), lab.station(2), damage));
            udp.sendOfLengths(DATAGRAMS, 35); // even and odd, up to 1,369 bytes
            assertEquals(DATAGRAMS, udp.awaitAll());
        }
        int right = 1;
        int wrong = 2;
        assertEquals(DATAGRAMS, Cells.sum(program, "results", right));
        assertEquals(DATAGRAMS, Cells.sum(program, "results", wrong));
        assertEquals(DATAGRAMS, lab.drops(lab.station(1), DropReason.PROGRAM_DROP));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aFlowIsKnownByItsEnds(Engine engine) throws Exception {
        AttachedProgram program = lab.load("flow_table", engine, loaded -> {});
        try (NumberedUdp udp = new NumberedUdp(lab.station(1), lab.station(2), UDP_PORT)) {
            udp.send(DATAGRAMS);
            assertEquals(DATAGRAMS, udp.awaitAll());
        }
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};
        byte[] port = {(byte) (UDP_PORT >> Byte.SIZE), (byte) UDP_PORT};
        byte[] second = {(byte) 198, 18, 66, 2};
        byte[] flow = Cells.join(mapped, FIRST_BYTES, mapped, second, port, port, new byte[] {UDP_PROTOCOL, 0, 0, 0});
        var state = Cells.get(program, "flows", flow).orElseThrow();
        assertEquals(DATAGRAMS, state.getLong());
        assertEquals((long) DATAGRAMS * NumberedUdp.frameBytes(), state.getLong());
    }
}
