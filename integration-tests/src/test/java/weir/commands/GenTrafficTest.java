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
    private static final int FRAMES = 2_000;

    /** gen > g - bridge - a > switch > b - bridge - s > sink, everything but the processes in one namespace. */
    @Test
    @RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
    void everyFrameCrossesASwitchBetweenTapInterfaces() throws Exception {
        try (Netns netns = new Netns().silent();
                WeirProcess run = start("run", "ready: a UP, b UP", tap(netns, "a"), tap(netns, "b"));
                WeirProcess sink = start("sink", "ready: ", tap(netns, "s"), "--seconds", "60", "-o", "json")) {
            bridge(netns, "left", "a");
            bridge(netns, "right", "b", "s");
            try (WeirProcess gen = start(
                    "gen",
                    "sending: ",
                    tap(netns, "g"),
                    "--rate",
                    "1k", // slow enough to be in the bridge before it is over
                    "--seconds",
                    "0",
                    "-o",
                    "json")) {
                netns.ip("link", "set", "dev", "g", "master", "left");
                sink.awaitText(" p50 "); // a second with frames
                gen.signal("INT");
                assertEquals(0, gen.exitCode(), gen::err);
                long seconds = sink.err().lines().count();
                Waiting.within(
                        30_000, () -> sink.err().lines().skip(seconds + 1).anyMatch(line -> !line.contains(" p50 ")));
                run.signal("INT"); // after a second in which nothing was on its way any more
                assertEquals(0, run.exitCode(), run::err);
                sink.signal("INT");
                assertEquals(0, sink.exitCode(), sink::err);

                JsonNode sent = gen.json();
                JsonNode got = sink.json();
                assertEquals(0, sent.get("drops").size(), sent::toString);
                assertEquals(sent.get("generated"), sent.get("transmitted"));
                assertEquals(0, got.get("lost").asLong(), got::toString);
                assertEquals(0, got.get("duplicates").asLong(), got::toString);
                assertEquals(0, got.get("reordered").asLong(), got::toString);
                JsonNode stream = got.get("streams").get(0);
                long last = stream.get("last").asLong();
                assertEquals(sent.get("generated").asLong() - 1, last, "up to the last frame");
                assertEquals(
                        last - stream.get("first").asLong() + 1,
                        got.get("stamped").asLong(),
                        got::toString);
                assertTrue(got.get("latency").get("p50_us").asDouble() > 1, got::toString);
                assertTrue(run.out().contains("law: every frame is accounted for"), run::out);
            }
        }
    }

    private static String tap(Netns netns, String name) {
        return "tap:" + name + "?netns=" + netns.path();
    }

    private static void bridge(Netns netns, String name, String... links) {
        netns.ip("link", "add", name, "type", "bridge", "stp_state", "0", "mcast_snooping", "0");
        netns.ip("link", "set", "dev", name, "up");
        for (String link : links) {
            netns.ip("link", "set", "dev", link, "master", name);
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
                        start("sink", "ready: ", right + "?role=connect", "--count", "" + FRAMES, "-o", "json");
                WeirProcess gen = start(
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
            run.signal("INT");
            assertEquals(0, run.exitCode(), run::err);

            JsonNode got = sink.json();
            assertEquals(FRAMES, gen.json().get("transmitted").asLong());
            assertEquals(FRAMES, got.get("received").asLong());
            assertEquals(gen.json().get("transmitted_bytes"), got.get("received_bytes"));
            assertEquals(0, got.get("lost").asLong() + got.get("reordered").asLong(), got::toString);
            assertTrue(run.out().contains("port left DOWN: peer "), run::out);
            assertTrue(run.out().contains("law: every frame is accounted for"), run::out);
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
