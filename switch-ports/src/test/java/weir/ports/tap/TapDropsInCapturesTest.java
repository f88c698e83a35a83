// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.testing.Law.eventually;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.capture.Capture;
import weir.core.capture.CaptureDrops;
import weir.core.capture.CaptureSettings;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.frame.Frame;
import weir.core.frame.PoolConfig;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.port.PortState;
import weir.core.program.CaptureFilters;
import weir.core.testing.Frames;
import weir.core.worker.WaitMode;
import weir.ports.linux.RawSocket;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;
import weir.ports.pcap.CaptureSink;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What a TAP drops itself, in files, with the reason as comment: of frames in slots, and of those that found none. */
@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class TapDropsInCapturesTest {
    private static final String LINK = "t1";
    private static final int FRAMES = 60;
    /** Frames of 100 bytes and more, 40 bytes of each. */
    private static final String LONG_ONES = "4,128 0 0 0,53 0 1 100,6 0 0 40,6 0 0 0";

    @TempDir
    private Path folder;

    private Netns netns;
    private Switch sw;
    private RawSocket outside;
    private MemoryPort hoarder;

    @BeforeEach
    void aTapAndAMemoryPort() throws Exception {
        netns = new Netns().silent();
        sw = Switch.create(SwitchConfig.named("drops")
                .withPool(new PoolConfig(512, 4, 16))
                .withWaitMode(WaitMode.BLOCKING)
                .withIdleWait(EpollIdleWait::new)
                .withoutThreads());
        sw.attach(TapPort.open("tap:" + LINK + "?netns=" + netns.path()), PortOptions.named("tap"));
        hoarder = new MemoryPort("m");
        sw.attach(hoarder, PortOptions.named("m"));
        outside = RawSocket.open(netns.path(), LINK);
    }

    @AfterEach
    void close() {
        outside.close();
        hoarder.endpoint().close();
        sw.close();
        netns.close();
    }

    private PortCounters tap() {
        return sw.counters().get("tap");
    }

    private static byte[] frame(int number) {
        return Frames.untagged(Frames.BROADCAST, Frames.station(1), 60 + 60 * (number % 2), number);
    }

    /** A hoarder keeps what it gets, until the TAP has no credit. */
    private void sendMoreThanTheCredit() throws Exception {
        for (int i = 0; i < FRAMES; i++) {
            outside.send(frame(i));
        }
        eventually("all have come", () -> {
            sw.runRounds();
            return tap().received() == FRAMES;
        });
    }

    private void sendToALinkThatIsDown() {
        netns.ip("link", "set", "dev", LINK, "down");
        eventually("the port knows", () -> sw.ports().getFirst().state() == PortState.DOWN);
        long[] slots = new long[1];
        for (int i = 0; i < FRAMES; i++) {
            eventually("a slot", () -> {
                sw.runRounds();
                return hoarder.endpoint().allocate(slots, 0, 1) == 1;
            });
            byte[] bytes = Frames.untagged(Frames.BROADCAST, Frames.station(2), 100, i);
            long frame = Frame.withLength(slots[0], bytes.length);
            hoarder.endpoint().bytes(frame).copyFrom(MemorySegment.ofArray(bytes));
            assertEquals(1, hoarder.endpoint().send(new long[] {frame}, 0, 1));
        }
        eventually("all are dropped", () -> {
            sw.runRounds();
            return tap().egressDrops().equals(Map.of(DropReason.PORT_DOWN, (long) FRAMES));
        });
    }

    private static Map<String, Long> byComment(Path file) throws Exception {
        Map<String, Long> comments = new TreeMap<>();
        try (CaptureReader reader = CaptureReader.open(Files.newInputStream(file))) {
            for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                comments.merge(
                        frame.comment() + " " + frame.bytes().length + "/" + frame.originalBytes(), 1L, Long::sum);
            }
        }
        return comments;
    }

    @Test
    void everyDropIsThereWithItsReason() throws Exception {
        Path file = folder.resolve("drops.pcapng");
        CaptureSettings settings = CaptureSettings.ALL.withPort("tap").withDrops(CaptureDrops.ONLY);
        try (Capture _ = sw.capture(settings, CaptureSink.to(file, settings.snapBytes()))) {
            sendMoreThanTheCredit();
            sendToALinkThatIsDown();
        }
        long without = tap().ingressDrops().get(DropReason.NO_BUFFER);
        Map<String, Long> comments = byComment(file);
        assertEquals(
                without, comments.remove("dropped: no_buffer 60/60") + comments.remove("dropped: no_buffer 120/120"));
        assertEquals(Map.of("dropped: port_down 100/100", (long) FRAMES), comments);
        assertTrue(without > FRAMES / 2, without + " dropped with a credit of 16");
    }

    @Test
    void filtersLookAtFramesThatFoundNoSlot() throws Exception {
        Path file = folder.resolve("long.pcapng");
        CaptureSettings settings = CaptureSettings.ALL
                .withPort("tap")
                .withDrops(CaptureDrops.ONLY)
                .withFilter(CaptureFilters.classic(LONG_ONES));
        try (Capture capture = sw.capture(settings, CaptureSink.to(file, settings.snapBytes()))) {
            sendMoreThanTheCredit();
            assertEquals(
                    tap().ingressDrops().get(DropReason.NO_BUFFER),
                    capture.total().seen());
        }
        Map<String, Long> comments = byComment(file);
        assertEquals(1, comments.size(), comments::toString);
        assertTrue(comments.get("dropped: no_buffer 40/120") > FRAMES / 4, comments::toString);
    }
}
