// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.ports.linux.RawSocket;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/**
 * {@code weir bench rfc2544} and {@code rfc2889} on devices that are not this process: the kernel's bridge, and switches of
 * another process. How fast they are is no test's matter; what is counted must be what the device says.
 *
 * <pre>
 *   tester: t1 t2 t3 ...          one namespace, no addresses
 *            |  |  |              veth pairs
 *   device: d1 d2 d3 ...          br0, or weir run
 * </pre>
 */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.NETNS})
@Timeout(300)
class BenchRfcTest {
    private static final String STATION_OF_SECOND_PORT = "02:00:01:00:00:00";

    private final Netns inside = new Netns().silent();

    @AfterEach
    void removeNamespace() {
        inside.close();
    }

    private void veths(int count) {
        for (int i = 1; i <= count; i++) {
            inside.ip("link", "add", "t" + i, "type", "veth", "peer", "name", "d" + i);
            inside.ip("link", "set", "t" + i, "up");
            inside.ip("link", "set", "d" + i, "up");
        }
    }

    private void bridge(int ports) {
        veths(ports);
        inside.ip("link", "add", "br0", "type", "bridge", "stp_state", "0", "mcast_snooping", "0");
        inside.ip("link", "set", "br0", "up");
        for (int i = 1; i <= ports; i++) {
            inside.ip("link", "set", "d" + i, "master", "br0");
        }
    }

    /** Of interfaces of the tester. */
    private String dut(String prefix, int count) {
        List<String> specs = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            specs.add("packet:" + prefix + i + "?netns=" + inside.path());
        }
        return String.join(",", specs);
    }

    private static JsonNode measure(String benchmark, String dut, String... more) {
        return measure(benchmark, dut, 0.1, more);
    }

    /** @param settleSeconds for which nothing comes before a trial is over */
    private static JsonNode measure(String benchmark, String dut, double settleSeconds, String... more) {
        List<String> command = new ArrayList<>(List.of(
                "bench",
                benchmark,
                "--dut=" + dut,
                "--seconds=0.2",
                "--settle=" + settleSeconds,
                "--warm-up=0.3",
                "--resolution=10",
                "-o",
                "json"));
        command.addAll(List.of(more));
        return WeirRun.of(command.toArray(String[]::new)).succeeds().json();
    }

    /** What was told of trials adds up, however busy the machine is. */
    private static Totals totals(JsonNode report) {
        assertTrue(report.get("complete").asBoolean());
        long offered = 0;
        long delivered = 0;
        for (JsonNode row : report.get("frame_loss")) {
            assertTrue(row.get("lost").asLong() <= row.get("offered").asLong(), row::toString);
            offered += row.get("offered").asLong();
            delivered += row.get("offered").asLong() - row.get("lost").asLong();
        }
        for (JsonNode row : report.get("throughput")) {
            JsonNode failed = row.get("failed");
            if (!failed.isNull()) {
                assertTrue(
                        failed.get("received").asLong() <= failed.get("offered").asLong(), failed::toString);
                assertTrue(
                        failed.get("offered").asLong() <= failed.get("intended").asLong(), failed::toString);
            }
        }
        assertTrue(delivered > 0, report::toString);
        return new Totals(offered, delivered);
    }

    /** Of trials of frame loss: frames that were sent, and those that came out of the device. */
    private record Totals(long offered, long delivered) {}

    @Test
    void measuresTheKernelsBridge() {
        bridge(2);

        JsonNode report = measure("rfc2544", dut("t", 2), "--sizes=64,512", "--tests=throughput,latency,frame_loss");

        Totals totals = totals(report);
        assertEquals(2, report.get("throughput").size());
        long measured = report.get("throughput")
                .valueStream()
                .filter(row -> row.get("pps").asDouble() > 0)
                .count();
        assertEquals(measured, report.get("latency").size());
        for (JsonNode row : report.get("latency")) {
            assertTrue(row.get("latency").get("mean_us").asDouble() > 0, row::toString);
        }
        assertTrue(inside.statistic("d1", "rx_packets") >= totals.offered(), "they came to the bridge");
        assertTrue(inside.statistic("d2", "tx_packets") >= totals.delivered(), "and left it again");
        String learned = inside.run("bridge", "fdb", "show", "dev", "d2");
        assertTrue(learned.contains(STATION_OF_SECOND_PORT), learned);
    }

    /** A link that is down takes every frame and delivers none. */
    @Test
    void aBridgeThatDeliversNothingHasNoThroughput() {
        bridge(2);
        inside.ip("link", "set", "br0", "down");

        JsonNode report = measure("rfc2544", dut("t", 2), "--sizes=64", "--tests=throughput,latency");

        JsonNode row = report.get("throughput").get(0);
        assertEquals(0, row.get("pps").asDouble());
        assertEquals("device", row.get("limited_by").asString());
        assertEquals(0, row.get("failed").get("received").asLong());
        assertEquals(
                row.get("failed").get("offered").asLong(),
                row.get("failed").get("lost").asLong());
        assertTrue(report.get("latency").isEmpty());
    }

    @Test
    void measuresAddressesAndBrokenFramesOfTheKernelsBridge() {
        bridge(3);

        double patience = 2; // what comes later is missing from what the device is said to do
        JsonNode report = measure(
                "rfc2889",
                dut("t", 3),
                patience,
                "--sizes=64",
                "--addresses=200",
                "--tests=address_caching,errored_frames");

        assertEquals(3, report.get("ports").asInt());
        assertEquals(200, report.get("address_caching").get("addresses").asInt());
        assertTrue(report.get("address_caching").get("at_least").asBoolean());
        Map<String, String> results = new TreeMap<>();
        for (JsonNode row : report.get("errored_frames")) {
            results.put(row.get("frame").asString(), row.get("result").asString());
        }
        assertEquals(
                Map.of(
                        "runt", "not_offered",
                        "undersized", "forwarded",
                        "oversized", "not_offered",
                        "multicast_source", "filtered",
                        "zero_source", "filtered",
                        "bad_tag", "not_offered"),
                results);
        String learned = inside.run("bridge", "fdb", "show", "dev", "d1");
        assertTrue(learned.contains("02:00:00:00:00:c7"), learned); // the 200th
    }

    /** Weir in another process, on packet ports and on TAPs, whose counters are held against what was offered. */
    @ParameterizedTest
    @ValueSource(strings = {"packet", "tap"})
    void measuresASwitchOfAnotherProcess(String kind) throws Exception {
        boolean isPacket = kind.equals("packet");
        if (isPacket) {
            veths(2);
        }
        List<String> inNamespace = List.of("ip", "netns", "exec", inside.name());
        String first = isPacket ? "packet:d1" : "tap:w1";
        String second = isPacket ? "packet:d2" : "tap:w2";
        try (WeirProcess run = WeirProcess.startBehind(
                        inNamespace, "run", first, second, "--no-loop-guard", "-o", "json")
                .awaitText("ready")) {
            if (!isPacket) {
                List.of("w1", "w2").forEach(tap -> inside.ip("link", "set", tap, "up"));
            }
            JsonNode report =
                    measure("rfc2544", dut(isPacket ? "t" : "w", 2), "--sizes=128", "--tests=throughput,frame_loss");
            Totals totals = totals(report);
            awaitFrameThroughDevice(isPacket ? "t" : "w");
            long backlogged = inside.statistic(isPacket ? "d1" : "w1", "rx_dropped");

            run.signal("TERM");
            assertEquals(0, run.exitCode(), run::err);
            JsonNode ports = run.json().get("ports");
            long received = ports.get(isPacket ? "d1" : "w1").get("received").asLong();
            long dropped = ports.get(isPacket ? "d1" : "w1").get("peer_dropped").asLong();
            assertTrue(received + dropped + backlogged >= totals.offered(), () -> totals + ": " + ports);
            assertTrue(
                    ports.get(isPacket ? "d2" : "w2").get("transmitted").asLong() >= totals.delivered(),
                    () -> totals + ": " + ports);
            assertTrue(run.json().get("law").get("holds").asBoolean());
        }
    }

    /** One to everybody, which comes out behind all that was sent before; again while there is no room for it. */
    private void awaitFrameThroughDevice(String prefix) throws Exception {
        byte[] last = Frames.untagged(Frames.BROADCAST, Frames.station(1), 100, 7);
        try (RawSocket in = RawSocket.open(inside.path(), prefix + 1);
                RawSocket out = RawSocket.open(inside.path(), prefix + 2)) {
            Law.eventually("a frame comes through the device", () -> {
                in.send(last);
                return out.received().stream().anyMatch(frame -> Arrays.equals(frame, last));
            });
        }
    }

    @Test
    void interfacesThatAreNotThereAreNamed() {
        WeirRun.of("bench", "rfc2544", "--dut=" + dut("none", 2))
                .fails(3, "there is no interface none1", "takes an interface that exists");
        veths(2);
        inside.ip("link", "set", "t2", "mtu", "1000");
        WeirRun.of("bench", "rfc2544", "--dut=" + dut("t", 2))
                .fails(1, "frames of 1514 bytes are longer than packet:t2", "leave the longest of --sizes away");
        assertFalse(inside.ip("link", "show", "t1").contains("PROMISC"), "closed again");
    }
}
