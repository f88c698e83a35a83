// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.control.run.HostConfig;
import weir.control.run.PortPlan;
import weir.control.run.PortSpecs;
import weir.core.Switch;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.core.testing.Law;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Generator and sink in this process, over ports that need no root. */
@RequiresFeature(Feature.LINUX)
@Timeout(120)
class GenRunTest {
    @TempDir
    private Path folder;

    private static GenSettings settings(double rate, int burst, long count) {
        return settings(Traffic.simple(), null, rate, burst, count);
    }

    private static GenSettings settings(Traffic traffic, Path capture, double rate, int burst, long count) {
        return new GenSettings(traffic, capture, rate, burst, new GenLimits(count, 60), false);
    }

    private static GenRun gen(String spec, GenSettings settings) throws PortException {
        return GenRun.open(PortSpecs.parse(spec), settings, event -> {});
    }

    private static SinkRun sink(String spec, GenLimits limits) throws PortException {
        return SinkRun.open(PortSpecs.parse(spec), limits, false, event -> {});
    }

    private static GenReport sendAll(GenRun gen) throws Exception {
        Law.eventually("the port is up", () -> gen.portState() == PortState.UP);
        gen.start();
        Law.eventually("everything is sent", gen::isFinished);
        return gen.finish();
    }

    /** No more frames than the socket holds: nobody needs to be quick, and none may be missing. */
    @Test
    void everyNumberedFrameArrivesOverASocket() throws Exception {
        String socket = folder.resolve("s").toString();
        try (SinkRun sink = sink("unix:" + socket, new GenLimits(200, 60));
                GenRun gen = gen("unix:" + socket + "?role=connect", settings(20_000, 4, 200))) {
            GenReport sent = sendAll(gen);
            Law.eventually("everything is received", sink::isFinished);
            SinkReport.Interval interval = sink.interval();
            SinkReport got = sink.finish();

            assertEquals(200, sent.generated());
            assertEquals(200, sent.transmitted());
            assertEquals(200 * 60, sent.transmittedBytes());
            assertEquals(Map.of(), sent.drops());
            assertTrue(sent.law().holds(), sent.law().detail());
            assertTrue(
                    sent.pps() > 0 && sent.pps() < 25_000,
                    "20,000 pps, on a machine that is busy fewer: " + sent.pps());

            assertEquals(200, got.received());
            assertEquals(200, got.stamped());
            assertEquals(0, got.implausible());
            assertEquals(1, got.streams().size());
            SinkReport.StreamReport stream = got.streams().getFirst();
            assertEquals(new SinkReport.StreamReport(stream.stream(), 0, 199, 200, 0, 0, 0), stream);
            assertEquals(200, got.latency().frames());
            assertTrue(got.latency().minUs() > 0
                    && got.latency().minUs() <= got.latency().p50Us());
            assertTrue(got.latency().p50Us() <= got.latency().p999Us());
            assertEquals(200, interval.frames());
            assertTrue(got.law().holds(), got.law().detail());
        }
    }

    /** Two switches of the same process as well: gen and sink each are one. No more frames than each socket holds. */
    @Test
    void framesCrossASwitchBetweenTwoSockets() throws Exception {
        String left = folder.resolve("left").toString();
        String right = folder.resolve("right").toString();
        try (Switch sw = Switch.create(HostConfig.named("middle"))) {
            PortPlan.of(List.of("unix:" + left, "unix:" + right), PortPlan.Settings.vlans(Map.of()))
                    .attachTo(sw, port -> {});
            Traffic traffic = new Traffic(
                    List.of(80, 590, 1514),
                    100,
                    Traffic.SOURCE_MAC,
                    50,
                    Traffic.DESTINATION_MAC,
                    1,
                    Traffic.IPV6_SOURCE,
                    Traffic.IPV6_DESTINATION,
                    true);
            try (SinkRun sink = sink("unix:" + right + "?role=connect", new GenLimits(120, 60));
                    GenRun gen = gen("unix:" + left + "?role=connect", settings(traffic, null, 10_000, 10, 120))) {
                Law.eventually("the sink is connected", () -> sink.portState() == PortState.UP);
                Law.eventually(
                        "the switch sees its peers",
                        () -> sw.ports().stream().allMatch(p -> p.state() == PortState.UP));
                GenReport sent = sendAll(gen);
                Law.eventually("everything is received", sink::isFinished);
                SinkReport got = sink.finish();

                assertEquals(120, sent.transmitted());
                assertEquals(120, got.received());
                assertEquals(sent.transmittedBytes(), got.receivedBytes());
                assertEquals(0, got.lost());
                assertEquals(0, got.reordered());
                assertEquals(120, got.stamped());
                assertEquals(50, sw.fdb().size(), "every station was learned");
            }
            Law.assertComesToHold(sw);
        }
    }

    @Test
    void stopsAtItsCountWhateverTheBurst() throws Exception {
        try (GenRun gen = gen("null:x", settings(GenSettings.UNLIMITED, 1, 100_001))) {
            assertEquals(100_001, sendAll(gen).transmitted());
        }
        try (GenRun gen = gen("null:x", settings(1_000_000, 1000, 2_500))) {
            assertEquals(2_500, sendAll(gen).transmitted());
        }
    }

    @Test
    void stopsAfterItsTimeAtItsRate() throws Exception {
        GenSettings half = new GenSettings(Traffic.simple(), null, 10_000, 1, new GenLimits(0, 0.5), false);
        try (GenRun gen = gen("null:x", half)) {
            GenReport report = sendAll(gen);
            assertTrue(report.seconds() >= 0.5 && report.seconds() < 20, "took " + report.seconds());
            assertTrue(report.generated() > 0, "on a machine that is busy fewer: " + report.generated());
            assertTrue(report.generated() <= report.seconds() * 10_000 + 1, "never more: " + report.generated());
        }
    }

    @Test
    void sendsACaptureAsItIs() throws Exception {
        Path in = Path.of(System.getProperty("weir.root"), "examples/programs/sample.pcap");
        Path out = folder.resolve("out.pcap");
        long frames = CaptureFrames.read(in).count();
        assertTrue(frames > 0);
        try (GenRun gen = gen("pcap:," + out, settings(Traffic.simple(), in, GenSettings.UNLIMITED, 1, 2 * frames))) {
            assertEquals(2 * frames, sendAll(gen).transmitted());
        }
        try (SinkRun sink = sink("pcap:" + out + "?speed=max", GenLimits.NONE)) {
            Law.eventually("the file is read", sink::isFinished);
            SinkReport got = sink.finish();
            assertEquals(2 * frames, got.received());
            assertEquals(0, got.stamped());
            assertEquals(null, got.latency());
        }
    }

    /** Stamps of long ago count, but make no latency. */
    @Test
    void numbersSurviveInAFileAndTimesDoNot() throws Exception {
        Path out = folder.resolve("out.pcapng");
        try (GenRun gen = gen("pcap:," + out, settings(GenSettings.UNLIMITED, 1, 500))) {
            assertEquals(500, sendAll(gen).transmitted());
        }
        try (SinkRun sink = sink("pcap:" + out + "?speed=max&loops=2", GenLimits.NONE)) {
            Law.eventually("the file is read", sink::isFinished);
            SinkReport got = sink.finish();
            assertEquals(1_000, got.stamped());
            assertEquals(500, got.duplicates());
            assertEquals(0, got.lost());
        }
    }

    @Test
    void refusesFramesThatThePortCannotTake() {
        GenSettings jumbo = settings(
                new Traffic(
                        List.of(60, 1515),
                        1,
                        Traffic.SOURCE_MAC,
                        1,
                        Traffic.DESTINATION_MAC,
                        1,
                        Traffic.IPV4_SOURCE,
                        Traffic.IPV4_DESTINATION,
                        true),
                null,
                1000,
                1,
                1);
        PortException refused = assertThrows(
                PortException.class,
                () -> gen("unix:" + folder.resolve("s"), jumbo).close());
        assertEquals(
                "frames of 1515 bytes are longer than unix:" + folder.resolve("s") + " takes, which is 1514",
                refused.getMessage());
        assertTrue(refused.hint().contains("mtu=1501"), refused.hint());
    }

    /** From when the compiler has seen to it: of some looks at many frames one is without. */
    @Test
    void makesNoGarbageForAFrame() throws Exception {
        try (GenRun gen = gen("null:x", settings(GenSettings.UNLIMITED, 1, 0))) {
            gen.start();
            Thread worker = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("weir-gen-0"))
                    .findFirst()
                    .orElseThrow();
            List<String> looks = new ArrayList<>();
            while (!isWithoutGarbage(gen, worker.threadId(), looks)) {
                assertTrue(looks.size() < 100, looks::toString);
            }
            gen.finish();
        }
    }

    private static boolean isWithoutGarbage(GenRun gen, long worker, List<String> looks) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        GenReport.Interval _ = gen.interval();
        long before = threads.getThreadAllocatedBytes(worker);
        long[] frames = {0};
        Law.eventually("many frames", () -> {
            frames[0] += gen.interval().frames();
            return frames[0] > 100_000;
        });
        long bytes = threads.getThreadAllocatedBytes(worker) - before;
        looks.add(bytes + " bytes for " + frames[0] + " frames");
        return bytes < frames[0] / 10;
    }
}
