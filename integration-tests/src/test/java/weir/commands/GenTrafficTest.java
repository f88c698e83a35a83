// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.ports.testing.Netns;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** {@code weir gen}, {@code weir run} and {@code weir sink}, each a process of its own. */
@RequiresFeature(Feature.LINUX)
@Timeout(180)
class GenTrafficTest {
    /** So few that a switch or a sink that stands still for a while finds all of them in the queue of its port. */
    private static final int FRAMES = 300;

    private static final String FORWARDING = "3"; // BR_STATE_FORWARDING

    /** gen > g = e - bridge - a > switch > b - bridge - s > sink, everything but the processes in one namespace. */
    @Test
    @RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
    void everyFrameCrossesASwitchBetweenTapInterfaces() throws Exception {
        try (Netns netns = new Netns().silent();
                WeirProcess run = start(
                        "run", "ready: a UP, b UP", tap(netns, "a"), tap(netns, "b"), "--no-loop-guard", "-o", "json");
                WeirProcess sink = start("sink", "ready: ", tap(netns, "s"), "--count", "" + FRAMES, "-o", "json")) {
            netns.ip("link", "add", "g", "type", "veth", "peer", "name", "e");
            netns.ip("link", "set", "dev", "g", "up");
            netns.ip("link", "set", "dev", "e", "up");
            bridge(netns, "left", "e", "a");
            bridge(netns, "right", "b", "s");
            try (WeirProcess gen = start(
                    "gen",
                    "sending: ",
                    "packet:g?netns=" + netns.path(),
                    "--rate",
                    "1k",
                    "--count",
                    "" + FRAMES,
                    "-o",
                    "json")) {
                assertEquals(0, gen.exitCode(), gen::err);
                assertEquals(0, sink.exitCode(), sink::err);
                run.signal("INT");
                assertEquals(0, run.exitCode(), run::err);

                JsonNode sent = gen.json();
                JsonNode got = sink.json();
                assertEquals(0, sent.get("drops").size(), sent::toString);
                assertEquals(FRAMES, sent.get("generated").asLong());
                assertEquals(FRAMES, sent.get("transmitted").asLong());
                assertEquals(0, got.get("lost").asLong(), got::toString);
                assertEquals(0, got.get("duplicates").asLong(), got::toString);
                assertEquals(0, got.get("reordered").asLong(), got::toString);
                assertEquals(FRAMES, got.get("stamped").asLong(), got::toString);
                JsonNode stream = got.get("streams").get(0);
                assertEquals(0, stream.get("first").asLong(), got::toString);
                assertEquals(FRAMES - 1, stream.get("last").asLong(), got::toString);
                assertTrue(got.get("latency").get("p50_us").asDouble() > 1, got::toString);
                JsonNode ports = run.json().get("ports");
                assertEquals(FRAMES, ports.get("a").get("received").asLong(), ports::toString);
                assertEquals(FRAMES, ports.get("b").get("transmitted").asLong(), ports::toString);
                assertTrue(run.json().get("law").get("holds").asBoolean());
            }
        }
    }

    private static String tap(Netns netns, String name) {
        return "tap:" + name + "?netns=" + netns.path();
    }

    /** When it forwards. */
    private static void bridge(Netns netns, String name, String... links) {
        netns.ip("link", "add", name, "type", "bridge", "stp_state", "0", "mcast_snooping", "0");
        netns.ip("link", "set", "dev", name, "up");
        for (String link : links) {
            netns.ip("link", "set", "dev", link, "master", name);
        }
        for (String link : links) {
            Waiting.within(
                    30_000,
                    () -> netns.run("cat", "/sys/class/net/" + link + "/brport/state")
                            .strip()
                            .equals(FORWARDING));
        }
    }

    private static WeirProcess start(String command, String ready, String... args) {
        String[] all = new String[1 + args.length];
        all[0] = command;
        System.arraycopy(args, 0, all, 1, args.length);
        return WeirProcess.start(all).awaitText(ready);
    }

    /** Without root: sockets in a folder, and a capture of what goes by. */
    @Test
    void everyFrameCrossesASwitchBetweenSockets(@TempDir Path folder) throws Exception {
        String left = "unix:" + folder.resolve("left");
        String right = "unix:" + folder.resolve("right");
        Path copy = folder.resolve("copy.pcap");
        try (WeirProcess run = start(
                        "run",
                        "ready: left DOWN, right DOWN, copy UP",
                        left,
                        right,
                        "pcap:," + copy,
                        "--no-loop-guard");
                WeirProcess sink =
                        start("sink", "ready: ", right + "?role=connect", "--count", "" + FRAMES, "-o", "json")) {
            run.awaitText("port right UP: "); // what comes before that is dropped
            try (WeirProcess gen = start(
                    "gen",
                    "sending: ",
                    left + "?role=connect",
                    "--rate",
                    "5k",
                    "--count",
                    "" + FRAMES,
                    "--size",
                    "imix",
                    "--flows",
                    "100",
                    "-o",
                    "json")) {
                assertEquals(0, gen.exitCode(), gen::err);
                assertEquals(0, sink.exitCode(), sink::err);
                run.awaitText("port left DOWN: peer ");
                run.signal("INT");
                assertEquals(0, run.exitCode(), run::err);

                JsonNode got = sink.json();
                assertEquals(FRAMES, gen.json().get("transmitted").asLong());
                assertEquals(FRAMES, got.get("received").asLong());
                assertEquals(gen.json().get("transmitted_bytes"), got.get("received_bytes"));
                assertEquals(0, got.get("lost").asLong() + got.get("reordered").asLong(), got::toString);
                assertTrue(run.out().contains("law: every frame is accounted for"), run::out);
            }
        }
        try (WeirProcess sink = WeirProcess.start("sink", "pcap:" + copy + "?speed=max", "-o", "json")) {
            assertEquals(0, sink.exitCode(), sink::err);
            assertEquals(FRAMES, sink.json().get("stamped").asLong(), "flooded to the capture, too");
            assertEquals(0, sink.json().get("lost").asLong());
        }
    }

    /** A reader that is not ours checks every checksum. */
    @Test
    @RequiresFeature(Feature.TCPDUMP)
    void tcpdumpFindsNothingWrongWithTheFrames(@TempDir Path folder) throws Exception {
        for (String family : new String[] {"--src-ip=198.18.0.1", "--ipv6"}) {
            Path out = folder.resolve("out" + family + ".pcap");
            try (WeirProcess gen = WeirProcess.start(
                    "gen", "pcap:," + out, family, "--rate=max", "--count=1000", "--size=80,591,1514", "--flows=900")) {
                assertEquals(0, gen.exitCode(), gen::err);
            }
            String text = Netns.exec("tcpdump", "-vvnn", "-r", out.toString());
            assertEquals(
                    1000,
                    text.lines().filter(line -> line.contains("udp sum ok")).count(),
                    family);
            assertTrue(!text.contains("bad"), family);
        }
    }
}
