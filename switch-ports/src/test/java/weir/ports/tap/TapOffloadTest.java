// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.within;

import java.io.ByteArrayOutputStream;
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
import weir.core.counter.PortCounters;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.core.testing.PacketCheck;
import weir.core.testing.Seeds;
import weir.core.testing.SuperFrame;
import weir.ports.linux.LinuxPoolMemory;
import weir.ports.linux.RawSocket;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.testing.Netns;
import weir.ports.testing.WorkerCpu;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Two machines at TAP ports that leave each other checksums and segments, and such that do not. */
@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
class TapOffloadTest {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final String LEFT = "198.18.9.1";
    private static final String RIGHT = "198.18.9.2";
    private static final String LEFT6 = "2001:db8::1";
    private static final String RIGHT6 = "2001:db8::2";
    private static final String TCP = "50M";
    private static final String UDP = "3M";
    private static final String MUCH = "500M";
    /** More than a packet of the usual MTU can have. */
    private static final int PACKET_BYTES = 1_514;

    private final SwitchConfig config =
            SwitchConfig.named("offload").withPoolMemory(new LinuxPoolMemory()).withIdleWait(EpollIdleWait::new);
    private Netns left;
    private Netns right;
    private Switch sw;

    @BeforeEach
    void makeNamespaces() {
        left = new Netns();
        right = new Netns();
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
        }
    }

    /** Starts a switch with two ports; options of their specs each have their {@code &}. */
    private void start(SwitchConfig chosen, String leftOptions, String rightOptions) throws Exception {
        sw = Switch.create(chosen);
        attach(left, "left", leftOptions);
        attach(right, "right", rightOptions);
    }

    private void attach(Netns netns, String name, String options) throws Exception {
        sw.attach(TapPort.open("tap:t1?netns=" + netns.path() + options), PortOptions.named(name));
    }

    private void configure() {
        configure(left, LEFT, LEFT6);
        configure(right, RIGHT, RIGHT6);
    }

    private static void configure(Netns netns, String address, String address6) {
        netns.ip("addr", "add", address + "/24", "dev", "t1");
        netns.ip("addr", "add", address6 + "/64", "dev", "t1", "nodad");
    }

    private PortCounters counters(String port) {
        sw.slotsInUse(); // workers publish what they have counted before they answer
        return sw.counters().get(port);
    }

    // ---- one frame at a time --------------------------------------------------------------------

    private static byte[] withHeader(SuperFrame frame) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(frame.header());
        both.writeBytes(frame.frame());
        return both.toByteArray();
    }

    private void silence() {
        left.silent();
        right.silent();
    }

    private static List<byte[]> await(RawSocket socket, int count) throws Exception {
        List<byte[]> received = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        while (received.size() < count && System.nanoTime() - deadline < 0) {
            received.addAll(socket.received());
        }
        return received;
    }

    @ParameterizedTest
    @EnumSource
    void framesOf64KiBCrossWhole(SuperFrame.Kind kind) throws Exception {
        silence();
        start(config, "", "");
        try (RawSocket from = RawSocket.open(left.path(), "t1").withHeaders();
                RawSocket to = RawSocket.open(right.path(), "t1").withHeaders()) {
            for (long seed : Seeds.of(30)) {
                SuperFrame whole =
                        SuperFrame.random(Seeds.random(seed), kind, new SuperFrame.Variety(0, 500, 1_300, true));
                from.send(withHeader(whole));

                List<byte[]> received = await(to, 1);
                assertEquals(1, received.size(), "frames of " + whole);
                byte[] header = Arrays.copyOf(received.getFirst(), SuperFrame.HEADER_BYTES);
                byte[] frame =
                        Arrays.copyOfRange(received.getFirst(), SuperFrame.HEADER_BYTES, received.getFirst().length);
                assertArrayEquals(whole.frame(), frame, "frame of seed " + seed + ", " + whole);
                assertEquals(whole.header()[1], header[1], "kind of segments of " + whole);
                assertArrayEquals(
                        Arrays.copyOfRange(whole.header(), 4, 10), Arrays.copyOfRange(header, 4, 10), "" + whole);
            }
        }
        assertEquals(0, counters("right").segments());
    }

    @ParameterizedTest
    @EnumSource
    void areCutForPortsWithoutOffloadsAndForMemoryPorts(SuperFrame.Kind kind) throws Exception {
        silence();
        start(config, "", "&vnet=off");
        MemoryPort memory = new MemoryPort("memory", MemoryPortConfig.DEFAULT);
        sw.attach(memory, PortOptions.named("memory"));
        try (RawSocket from = RawSocket.open(left.path(), "t1").withHeaders();
                RawSocket to = RawSocket.open(right.path(), "t1");
                MemoryEndpoint inside = memory.endpoint()) {
            for (long seed : Seeds.of(30)) {
                SuperFrame whole =
                        SuperFrame.random(Seeds.random(seed), kind, new SuperFrame.Variety(1, 500, 1_300, true));
                from.send(withHeader(whole));

                PacketCheck.assertSegments(whole, await(inside, whole.segments()));
                // A packet socket does not show the outer tag.
                PacketCheck.assertSegments(untagged(whole), await(to, whole.segments()));
            }
            sw.detach("memory");
        }
    }

    private static SuperFrame untagged(SuperFrame whole) {
        if (whole.tags() == 0) {
            return whole;
        }
        byte[] header = whole.header().clone();
        header[6] = (byte) (header[6] - 4);
        return new SuperFrame(whole.kind(), header, Frames.pop(whole.frame()), 0, whole.headerBytes() - 4);
    }

    private static List<byte[]> await(MemoryEndpoint endpoint, int count) {
        List<byte[]> received = new ArrayList<>();
        long[] frames = new long[64];
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        while (received.size() < count && System.nanoTime() - deadline < 0) {
            int n = endpoint.receive(frames, 0, frames.length);
            for (int i = 0; i < n; i++) {
                received.add(endpoint.bytes(frames[i]).toArray(ValueLayout.JAVA_BYTE));
            }
            endpoint.release(frames, 0, n);
        }
        return received;
    }

    // ---- traffic --------------------------------------------------------------------------------

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
        within(
                PATIENCE_MILLIS,
                () -> netns.run("sh", "-c", "ping -n -c 1 -W 5 " + target + " || true")
                        .contains("1 received"));
        String output = netns.run("ping", "-n", "-c", "1", "-W", "30", "-s", "" + payloadBytes, target);
        assertTrue(output.contains("1 received"), output);
    }

    @ParameterizedTest
    @CsvSource({"'', ''", "'', &vnet=off", "&vnet=off, ''", "&vnet=off, &vnet=off"})
    @RequiresFeature({Feature.PING, Feature.IPERF3})
    void machinesTalkWhateverTheirPortsLeaveToEachOther(String leftOptions, String rightOptions) throws Exception {
        start(config, leftOptions, rightOptions);
        configure();

        ping(left, RIGHT, 56);
        ping(left, RIGHT6, 56);
        ping(right, LEFT, 4_000); // in fragments
        iperf(RIGHT, TCP);
        iperf(RIGHT6, TCP);
        long received = counters("left").receivedBytes() / counters("left").received();
        assertEquals(leftOptions.isEmpty(), received > PACKET_BYTES, "received " + received + " bytes a frame");
        iperf(RIGHT6, TCP, "-R");
        iperf(RIGHT, UDP, "-u", "-b", "50M", "-l", "1400");
        iperf(RIGHT6, UDP, "-u", "-b", "50M", "-l", "9000");

        boolean cutToTheRight = leftOptions.isEmpty() && !rightOptions.isEmpty();
        assertEquals(
                cutToTheRight,
                counters("right").segments() > 0,
                counters("right").toString());
    }

    @ParameterizedTest
    @CsvSource({
        "9000, '', ''",
        "9000, '', &vnet=off",
        "9000, &vnet=off, &vnet=off",
        "65521, '', ''",
        "65521, '', &vnet=off",
        "65521, &vnet=off, &vnet=off"
    })
    @RequiresFeature({Feature.PING, Feature.IPERF3})
    void jumboFramesCross(int mtu, String leftOptions, String rightOptions) throws Exception {
        start(config, "&mtu=" + mtu + leftOptions, "&mtu=" + mtu + rightOptions);
        configure();

        int largestPing = mtu - 28; // headers of IPv4 and ICMP
        ping(left, RIGHT, largestPing);
        ping(right, LEFT, Math.min(largestPing + 200, 65_507)); // the former in one frame, this one in two or one
        iperf(RIGHT, TCP);
        iperf(RIGHT, TCP, "-R");
    }

    @ParameterizedTest
    @CsvSource({"'', ''", "'', &vnet=off"})
    @RequiresFeature(Feature.IPERF3)
    void twoWorkersServeTwoQueuesOfEachPort(String leftOptions, String rightOptions) throws Exception {
        start(config.withWorkers(2), "&queues=2" + leftOptions, "&queues=2" + rightOptions);
        configure();
        long[] before = {WorkerCpu.nanos("offload", 0), WorkerCpu.nanos("offload", 1)};
        // The kernel hashes flows to queues: of 64 some come to each.
        iperf(RIGHT, MUCH, "-P", "64");
        iperf(RIGHT6, MUCH, "-P", "64", "-R");

        for (int worker = 0; worker < 2; worker++) {
            long nanos = WorkerCpu.nanos("offload", worker) - before[worker];
            assertTrue(nanos > 5_000_000, "worker " + worker + " worked for " + nanos + " ns");
        }
    }

    @Test
    void aPersistentInterfaceForgetsWhatItWasAllowed() throws Exception {
        silence();
        sw = Switch.create(config);
        String name = "weirt" + ProcessHandle.current().pid() % 100_000;
        Netns.exec("ip", "tuntap", "add", "dev", name, "mode", "tap");
        try {
            TapPort.open("tap:" + name).close();
            try (TapPort plain = TapPort.open("tap:" + name + "?vnet=off")) {
                assertEquals(0, plain.offloads());
                String features = Netns.exec("ip", "-d", "link", "show", name);
                assertTrue(features.contains("vnet_hdr off"), features);
            }
        } finally {
            Netns.exec("ip", "link", "delete", name);
        }
    }
}
