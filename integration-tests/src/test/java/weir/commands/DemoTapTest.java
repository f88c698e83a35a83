// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING})
@Timeout(300)
class DemoTapTest {
    private static final List<String> SIDES = List.of("a", "b");

    /** Of IPv6, so that there is time for a signal. */
    private static final String UNHURRIED_PING = """
            #!/bin/sh
            PATH=${PATH#*:}
            case "$*" in *2001:*) exec ping "$@" -i 5 -w 12 ;; esac
            exec ping "$@"
            """;

    @Test
    void carriesPingAndUdpBothWaysAndRemovesEverything() throws InterruptedException {
        try (WeirProcess demo = WeirProcess.start("demo", "--tap", "--seconds", "1", "-o", "json")) {
            assertEquals(0, demo.exitCode(), demo::err);

            JsonNode report = demo.json();
            assertEquals(2, report.get("pings").size());
            for (JsonNode ping : report.get("pings")) {
                assertEquals(ping.get("sent").asInt(), ping.get("received").asInt(), ping::toString);
            }
            assertEquals(2, report.get("bursts").size());
            for (JsonNode burst : report.get("bursts")) {
                assertTrue(burst.get("received").asLong() > 0, burst::toString);
            }
            assertCountersHoldTheBursts(report);
            assertProgramsDecided(report);
            assertNothingIsLeftOf(demo);
        }
    }

    private static void assertCountersHoldTheBursts(JsonNode report) {
        JsonNode ports = report.get("result").get("ports");
        for (JsonNode burst : report.get("bursts")) {
            JsonNode from = ports.get(burst.get("from").asString());
            JsonNode to = ports.get(burst.get("to").asString());
            assertTrue(to.get("transmitted").asLong() >= burst.get("received").asLong(), ports::toString);
            assertTrue(
                    from.get("received").asLong() + from.get("peer_dropped").asLong()
                            >= burst.get("sent").asLong(),
                    ports::toString);
        }
        assertTrue(report.get("result").get("law").get("holds").asBoolean());
    }

    private static void assertProgramsDecided(JsonNode report) {
        assertEquals(2, report.get("loads").size());
        assertEquals("flood_bridge", report.get("loads").get(1).get("replaced").asString());
        assertEquals(1, report.get("refusal").get("verdict").get("rejected").asInt());
        assertEquals("flood_bridge", report.get("refusal").get("still").asString());
        JsonNode programs = report.get("result").get("programs");
        assertEquals("bridge", programs.get(0).get("program").asString());
        assertTrue(programs.get(0).get("actions").get("XDP_REDIRECT").asLong() > 0, programs::toString);
        // Swapped under traffic, and every datagram that was sent arrived.
        JsonNode burst = report.get("bursts").get(0);
        assertEquals(burst.get("sent").asLong(), burst.get("received").asLong(), burst::toString);
    }

    /** While ping runs, which hears of Ctrl-C too and may end before the demo knows. */
    @Test
    void leavesNothingBehindAfterCtrlCDuringAPing(@TempDir Path folder) throws Exception {
        Path ping = Files.writeString(folder.resolve("ping"), UNHURRIED_PING);
        Files.setPosixFilePermissions(ping, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> behind = List.of("setsid", "env", "PATH=" + folder + ":" + System.getenv("PATH"));
        try (WeirProcess demo = WeirProcess.startBehind(behind, "demo", "--tap", "--seconds", "25")) {
            demo.awaitText("ping 198.18.64.2").ctrlC();

            assertEquals(130, demo.exitCode(), demo::err);
            assertEquals("", demo.err());
            assertTrue(demo.out().contains("stopped; everything is removed again"), demo::out);
            assertFalse(demo.out().contains("ping 2001:db8::2"), demo::out);
            assertNothingIsLeftOf(demo);
        }
    }

    @Test
    void leavesNothingBehindAfterCtrlC() throws InterruptedException {
        try (WeirProcess demo = WeirProcess.startBehind(List.of("setsid"), "demo", "--tap", "--seconds", "25")) {
            demo.awaitText("ping 2001:db8::2").ctrlC();

            assertEquals(130, demo.exitCode(), demo::err);
            assertEquals("", demo.err());
            assertTrue(demo.out().contains("stopped; everything is removed again"), demo::out);
            assertNothingIsLeftOf(demo);
        }
    }

    @Test
    void leavesNothingBehindWhenStoppedAtOnce() throws InterruptedException {
        try (WeirProcess demo = WeirProcess.start("demo", "--tap", "--seconds", "25")) {
            demo.awaitText("port b").signal("TERM");

            assertEquals(130, demo.exitCode(), demo::err);
            assertNothingIsLeftOf(demo);
        }
    }

    @Test
    void removesWhatAKilledDemoLeftBehind() throws InterruptedException {
        try (WeirProcess killed = WeirProcess.start("demo", "--tap", "--seconds", "25")) {
            killed.awaitText("ping 198.18.64.2").signal("KILL");
            killed.exitCode();
            assertTrue(Files.exists(netns(killed, "a")));

            try (WeirProcess next = WeirProcess.start("demo", "--tap", "--seconds", "0.4")) {
                assertEquals(0, next.exitCode(), next::err);
                assertTrue(next.out().contains("removed what a killed demo left behind"), next::out);
                assertNothingIsLeftOf(killed);
                assertNothingIsLeftOf(next);
            }
        }
    }

    @Test
    void saysInOneLineThatPrivilegesAreMissing() throws InterruptedException {
        List<String> withoutCapabilities = List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all");
        try (WeirProcess demo = WeirProcess.startBehind(withoutCapabilities, "demo", "--tap")) {
            assertEquals(1, demo.exitCode());
            assertEquals(
                    List.of(
                            "weir: demo --tap makes network namespaces and TAP interfaces, which needs"
                                    + " CAP_NET_ADMIN and CAP_SYS_ADMIN",
                            "hint: run it as root: sudo ./weir demo --tap; 'weir demo' needs no privileges"),
                    demo.err().lines().toList());
            assertEquals("", demo.out());
        }
    }

    private static Path netns(WeirProcess demo, String side) {
        return Path.of("/run/netns/weir-demo-" + demo.pid() + "-" + side);
    }

    private static void assertNothingIsLeftOf(WeirProcess demo) {
        assertFalse(demo.isAlive());
        for (String side : SIDES) {
            assertFalse(Files.exists(netns(demo, side)), () -> netns(demo, side) + " is left");
        }
        String links = Netns.exec("ip", "-o", "link");
        assertFalse(links.contains("demo0"), links);
        assertFalse(links.contains(": weir"), links);
    }
}
