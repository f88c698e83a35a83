// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.within;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.testing.Law;
import weir.core.testing.PacketCheck;
import weir.core.testing.Seeds;
import weir.core.testing.SuperFrame;
import weir.ports.linux.LinuxPoolMemory;
import weir.ports.linux.RawSocket;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.tap.TapPort;
import weir.ports.testing.Netns;
import weir.ports.testing.WorkerCpu;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/**
 * Machines at both ends of a switch, behind plain veth pairs: as the kernel makes them they leave checksums and
 * segments to whoever comes next.
 *
 * <pre>
 *   left: h0 ---- left :switch's namespace: right ---- h0 :right
 * </pre>
 */
@RequiresFeature({Feature.ROOT, Feature.NETNS})
class PacketTrafficTest {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final String HOST = "h0";
    private static final String LEFT = "198.18.9.1";
    private static final String RIGHT = "198.18.9.2";
    private static final String LEFT6 = "2001:db8::1";
    private static final String RIGHT6 = "2001:db8::2";
    private static final String TCP = "50M";
    private static final String UDP = "3M";
    private static final String MUCH = "200M";
    /** More than a packet of the usual MTU can have. */
    private static final int PACKET_BYTES = 1_514;

    private final SwitchConfig config =
            SwitchConfig.named("packets").withPoolMemory(new LinuxPoolMemory()).withIdleWait(EpollIdleWait::new);
    private Netns inside;
    private Netns left;
    private Netns right;
    private Switch sw;

    @BeforeEach
    void makeNamespaces() {
        inside = new Netns().silent();
        left = new Netns();
        right = new Netns();
        Veth.make(inside, left, "left", HOST);
        Veth.make(inside, right, "right", HOST);
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        try (Switch ending = sw) {
            Law.assertComesToHold(ending);
            ending.ports().forEach(port -> ending.detach(port.name()));
            Law.assertHoldsAndSlotsAreBack(ending, 0);
        } finally {
            left.close();
            right.close();
            inside.close();
        }
    }

    /** Starts with options of the two ports' specs, each with its {@code &}. */
    private void start(SwitchConfig chosen, String leftOptions, String rightOptions) throws Exception {
        sw = Switch.create(chosen);
        attach("left", leftOptions);
        attach("right", rightOptions);
    }

    private void attach(String name, String options) throws Exception {
        sw.attach(PacketPort.open("packet:" + name + "?netns=" + inside.path() + options), PortOptions.named(name));
    }

    private void configure() {
        configure(left, LEFT, LEFT6);
        configure(right, RIGHT, RIGHT6);
    }

    private static void configure(Netns netns, String address, String address6) {
        netns.ip("addr", "add", address + "/24", "dev", HOST);
        netns.ip("addr", "add", address6 + "/64", "dev", HOST, "nodad");
    }

    private PortCounters counters(String port) {
        sw.slotsInUse(); // workers publish what they have counted before they answer
        return sw.counters().get(port);
    }

    /** Sends from left to right; an error of iperf3 is one of the test. */
    private void iperf(String server, String bytes, String... options) throws InterruptedException {
        Process listening = right.start("iperf3", "-s", "-1", "-B", server);
        try {
            within(PATIENCE_MILLIS, () -> right.run("ss", "-ltn").contains(":5201"));
            List<String> command = new ArrayList<>(List.of("iperf3", "-c", server, "-n", bytes));
            command.addAll(List.of(options));
            left.run(command.toArray(String[]::new));
        } finally {
            listening.destroy();
            listening.waitFor();
        }
    }

    /** Once until addresses are known, and then again. */
    private static void ping(Netns netns, String target, int payloadBytes) {
        awaitPing(netns, target);
        String output = netns.run("ping", "-n", "-c", "1", "-W", "30", "-s", "" + payloadBytes, target);
        assertTrue(output.contains("1 received"), output);
    }

    private static void awaitPing(Netns netns, String target) {
        within(
                PATIENCE_MILLIS,
                () -> netns.run("sh", "-c", "ping -n -c 1 -W 5 " + target + " || true")
                        .contains("1 received"));
    }

    @ParameterizedTest
    @CsvSource({"'', ''", "'', &vnet=off", "&vnet=off, &vnet=off"})
    @RequiresFeature({Feature.PING, Feature.IPERF3})
    void machinesTalkAsTheKernelMakesThem(String leftOptions, String rightOptions) throws Exception {
        start(config, leftOptions, rightOptions);
        configure();

        ping(left, RIGHT, 56);
        ping(left, RIGHT6, 56);
        ping(right, LEFT, 4_000); // in fragments
        iperf(RIGHT, TCP);
        long received = counters("left").receivedBytes() / counters("left").received();
        assertTrue(received > PACKET_BYTES, "received " + received + " bytes a frame");
        iperf(RIGHT6, TCP, "-R");
        iperf(RIGHT, UDP, "-u", "-b", "50M", "-l", "1400");
        iperf(RIGHT6, UDP, "-u", "-b", "50M", "-l", "9000");

        assertEquals(
                !rightOptions.isEmpty(),
                counters("right").segments() > 0,
                counters("right").toString());
    }

    @Test
    @RequiresFeature({Feature.PING, Feature.IPERF3})
    void machinesTalkWithoutOffloads() throws Exception {
        for (Netns each : List.of(left, right)) {
            each.run("ip", "link", "set", HOST, "gso_max_segs", "1");
        }
        start(config, "", "");
        configure();
        ping(left, RIGHT, 56);
        iperf(RIGHT, "5M");
        assertTrue(counters("left").receivedBytes() / counters("left").received() <= PACKET_BYTES);
    }

    @Test
    @RequiresFeature({Feature.PING, Feature.IPERF3, Feature.TUN})
    void aMachineBehindATapTalksWithOneBehindAVeth() throws Exception {
        right.ip("link", "delete", HOST);
        sw = Switch.create(config);
        attach("left", "");
        sw.attach(TapPort.open("tap:" + HOST + "?netns=" + right.path()), PortOptions.named("right"));
        configure();
        ping(left, RIGHT6, 56);
        iperf(RIGHT, TCP);
        iperf(RIGHT6, TCP, "-R");
    }

    @Test
    @RequiresFeature({Feature.PING, Feature.IPERF3})
    void jumboFramesCross() throws Exception {
        left.ip("link", "set", HOST, "mtu", "9000");
        right.ip("link", "set", HOST, "mtu", "9000");
        start(config, "&mtu=9000", "&mtu=9000");
        configure();
        ping(left, RIGHT, 9000 - 28);
        iperf(RIGHT, TCP);
        iperf(RIGHT, UDP, "-u", "-b", "100M", "-l", "8900");
    }

    @ParameterizedTest
    @CsvSource({"'', ''", "'', &vnet=off"})
    @RequiresFeature(Feature.IPERF3)
    void twoWorkersServeTwoQueuesOfEachPort(String leftOptions, String rightOptions) throws Exception {
        start(config.withWorkers(2), "&queues=2" + leftOptions, "&queues=2" + rightOptions);
        configure();
        long[] before = {WorkerCpu.nanos("packets", 0), WorkerCpu.nanos("packets", 1)};
        // The kernel hashes flows to queues: of 64 some come to each.
        iperf(RIGHT, MUCH, "-P", "64");

        for (int worker = 0; worker < 2; worker++) {
            long nanos = WorkerCpu.nanos("packets", worker) - before[worker];
            assertTrue(nanos > 5_000_000, "worker " + worker + " worked for " + nanos + " ns");
        }
    }

    /** Whole in a frame of the kernel, its tag beside it; in packets when it arrives. */
    @ParameterizedTest
    @EnumSource
    void framesOf64KiBAreCutForAPortThatWantsPackets(SuperFrame.Kind kind) throws Exception {
        left.silent();
        sw = Switch.create(config);
        attach("left", "");
        MemoryPort memory = new MemoryPort("memory");
        sw.attach(memory, PortOptions.named("memory"));
        try (RawSocket from = RawSocket.open(left.path(), HOST).withHeaders();
                MemoryEndpoint to = memory.endpoint()) {
            for (long seed : Seeds.of(30)) {
                SuperFrame whole =
                        SuperFrame.random(Seeds.random(seed), kind, new SuperFrame.Variety(1, 500, 1_300, true));
                byte[] message = Arrays.copyOf(whole.header(), SuperFrame.HEADER_BYTES + whole.frame().length);
                System.arraycopy(whole.frame(), 0, message, SuperFrame.HEADER_BYTES, whole.frame().length);
                from.send(message);

                List<byte[]> received = new ArrayList<>();
                within(PATIENCE_MILLIS, () -> {
                    takeFrames(to).stream().filter(frame -> isOf(whole, frame)).forEach(received::add);
                    return received.size() >= whole.segments();
                });
                PacketCheck.assertSegments(whole, received);
            }
            sw.detach("memory");
        }
    }

    private static List<byte[]> takeFrames(MemoryEndpoint endpoint) {
        List<byte[]> taken = new ArrayList<>();
        long[] frames = new long[64];
        int n = endpoint.receive(frames, 0, frames.length);
        for (int i = 0; i < n; i++) {
            taken.add(endpoint.bytes(frames[i]).toArray(ValueLayout.JAVA_BYTE));
        }
        endpoint.release(frames, 0, n);
        return taken;
    }

    private static boolean isOf(SuperFrame whole, byte[] frame) {
        return Arrays.equals(frame, 0, 12, whole.frame(), 0, 12);
    }

    @Test
    @RequiresFeature(Feature.PING)
    void aPeerThatIsStoppedDisturbsNobody() throws Exception {
        start(config, "", "");
        configure();
        ping(left, RIGHT, 56);
        Process reader = right.start("bash", "-c", "while :; do read -r x < /dev/udp/" + LEFT + "/9; done");
        Process load = left.start("bash", "-c", "exec 3>/dev/udp/" + RIGHT + "/9; while :; do echo x >&3; done");
        try {
            within(PATIENCE_MILLIS, () -> counters("right").transmitted() > 1000);
            Netns.exec("kill", "-STOP", Long.toString(reader.pid()));
            long before = counters("right").transmitted();
            within(PATIENCE_MILLIS, () -> counters("right").transmitted() > before + 5000);
            awaitPing(left, RIGHT); // a busy machine may lose one among all that
            Netns.exec("kill", "-CONT", Long.toString(reader.pid()));
        } finally {
            load.destroyForcibly().waitFor();
            reader.destroyForcibly().waitFor();
        }
        within(PATIENCE_MILLIS, () -> counters("right").egressInFlight() == 0);
        PortCounters right = counters("right");
        long dropped = right.egressDrops().values().stream().mapToLong(n -> n).sum();
        assertTrue(dropped <= right.transmitted() / 10, right::toString);
    }

    @Test
    void aFrameThatNeitherPortCanTakeWholeIsDroppedByName() throws Exception {
        left.ip("link", "set", HOST, "mtu", "3000");
        inside.ip("link", "set", "left", "mtu", "3000");
        start(config, "", "");
        byte[] frame = new byte[2500];
        Arrays.fill(frame, 0, 6, (byte) 0xff);
        frame[6] = 2;
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xb5;
        try (RawSocket from = RawSocket.open(left.path(), HOST)) {
            from.send(frame);
            within(PATIENCE_MILLIS, () -> counters("right").egressDrops().containsKey(DropReason.OVERSIZE));
        }
    }
}
