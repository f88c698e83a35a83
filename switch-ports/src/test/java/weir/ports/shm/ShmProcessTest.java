// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.core.counter.DropReason;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.core.testing.Seeds;
import weir.core.worker.WaitMode;
import weir.ports.shm.client.ShmClient;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/** Clients in other processes: the examples in C, a second JVM, and some that are stopped or killed. */
@RequiresFeature({Feature.LINUX, Feature.C_COMPILER})
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class ShmProcessTest {
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final long PROMISED_MILLIS = 1_000;

    @TempDir
    static Path programs;

    @TempDir
    Path dir;

    private static Path echo;
    private static Path generator;
    private static Path sink;

    @BeforeAll
    static void compile() throws Exception {
        echo = ClientProcess.compile("echo", programs);
        generator = ClientProcess.compile("generator", programs);
        sink = ClientProcess.compile("sink", programs);
    }

    private ShmLab lab(WaitMode mode) throws Exception {
        return new ShmLab(dir, mode, 1).withNeighbours();
    }

    /** Sends frames of all lengths, and gets each back from the other side. */
    private static void converse(ShmClient client, int count) {
        byte[] buffer = new byte[client.slotBytes()];
        for (int i = 0; i < count; i++) {
            int length = 14 + i * 7 % (client.mtuBytes() + 1);
            byte[] question = Frames.untagged(Frames.station(2), Frames.station(1), length, i);
            assertTrue(client.sender().send(question, 0, length));
            assertTrue(client.receiver().await(PATIENCE_NANOS), "an answer to frame " + i);
            byte[] answer = Frames.untagged(Frames.station(1), Frames.station(2), length, i);
            assertArrayEquals(answer, Arrays.copyOf(buffer, client.receiver().receive(buffer)));
        }
    }

    @Test
    void theEchoInCSendsBackWhatItGets() throws Exception {
        try (ShmLab lab = lab(WaitMode.ADAPTIVE)) {
            lab.attach("a", "");
            lab.attach("b", "");
            try (ClientProcess other = ClientProcess.start(echo, lab.socket("b"));
                    ShmClient client = lab.connect("a")) {
                lab.awaitState("b", PortState.UP);
                converse(client, 2_000);
                lab.detach("b");
                assertEquals("echoed 2000 frames", other.awaitEnd());
            }
        }
    }

    @Test
    void aSecondJvmSendsBackWhatItGets() throws Exception {
        try (ShmLab lab = lab(WaitMode.ADAPTIVE)) {
            lab.attach("a", "");
            lab.attach("b", "");
            try (ClientProcess other = ClientProcess.startEchoOnJvm(lab.socket("b"));
                    ShmClient client = lab.connect("a")) {
                assertEquals("ready", other.line());
                lab.awaitState("b", PortState.UP);
                converse(client, 2_000);
                lab.detach("b");
                assertEquals("echoed 2000 frames", other.awaitEnd());
            }
        }
    }

    @Test
    void whatTheGeneratorSentTheSinkGotOrTheSwitchCounted() throws Exception {
        try (ShmLab lab = lab(WaitMode.BUSY)) {
            lab.attach("a", "&slots=1024");
            lab.attach("b", "&slots=1024");
            int frames = 200_000;
            try (ClientProcess to = ClientProcess.start(sink, lab.socket("b"), frames)) {
                assertEquals("ready", to.line());
                lab.awaitState("b", PortState.UP);
                try (ClientProcess from = ClientProcess.start(generator, lab.socket("a"), frames)) {
                    assertEquals("sent " + frames + " frames", from.awaitEnd());
                }
                long sent = frames + makeUpForDrops(lab, frames);
                assertTrue(to.awaitEnd().startsWith("frames " + frames + " "));
                assertEquals(sent, lab.counters("a").received());
                assertEquals(sent, frames + droppedAtSink(lab));
                assertEquals(frames, arrivedAtSink(lab));
            }
        }
    }

    /** The sink ends when it has got so many: sends as many more as did not arrive. Returns how many. */
    private static long makeUpForDrops(ShmLab lab, int frames) throws Exception {
        byte[] frame = Frames.untagged(Frames.BROADCAST, Frames.station(1), 64, 0);
        long more = 0;
        try (ShmClient client = lab.connect("a")) {
            while (true) {
                long sent = frames + more;
                Law.eventually("all arrive or are dropped", () -> arrivedAtSink(lab) + droppedAtSink(lab) == sent);
                long missing = Math.min(frames - arrivedAtSink(lab), ShmSpec.DEFAULT_SLOTS / 2);
                if (missing == 0) {
                    return more;
                }
                for (int i = 0; i < missing; i++) {
                    assertTrue(client.sender().await(PATIENCE_NANOS));
                    assertTrue(client.sender().send(frame, 0, frame.length));
                }
                more += missing;
            }
        }
    }

    private static long arrivedAtSink(ShmLab lab) {
        return lab.counters("b").transmitted();
    }

    private static long droppedAtSink(ShmLab lab) {
        return lab.counters("b").egressDrops().getOrDefault(DropReason.QUEUE_FULL, 0L);
    }

    /** Every other one when it sends; a busy machine may clear some away late, but not all. */
    @Test
    void clientsThatAreKilledAtAnyInstantAreClearedAwayWithinASecond() throws Exception {
        RandomGenerator random = Seeds.random(11);
        int kills = RunSize.of(20, 1_000);
        int late = 0;
        try (ShmLab lab = lab(WaitMode.ADAPTIVE)) {
            lab.attach("a", "&slots=64");
            lab.attach("b", "&slots=64");
            try (ShmClient b = lab.connect("b")) {
                byte[] buffer = new byte[b.slotBytes()];
                for (int i = 0; i < kills; i++) {
                    try (ClientProcess victim =
                            i % 2 == 0 ? ClientProcess.start(generator, lab.socket("a")) : startSending(lab)) {
                        long end = System.nanoTime() + random.nextLong(15_000_000);
                        while (System.nanoTime() - end < 0) {
                            b.receiver().receive(buffer);
                        }
                        victim.kill();
                    }
                    long millis = Waiting.within(30_000, () -> {
                        try (ShmClient next = ShmClient.connect(lab.socket("a"))) {
                            return next.isConnected();
                        } catch (weir.ports.shm.client.ShmException e) {
                            return false;
                        }
                    });
                    late += millis > PROMISED_MILLIS ? 1 : 0;
                }
                lab.awaitState("a", PortState.DOWN);
                assertTrue(late < kills / 2, late + " of " + kills + " took more than a second");
            }
        }
    }

    /** A generator that comes before the last client is cleared away is refused, and the next one tries. */
    private static ClientProcess startSending(ShmLab lab) throws Exception {
        long before = lab.counters("a").received();
        ClientProcess[] started = {ClientProcess.start(generator, lab.socket("a"))};
        Law.eventually("a generator sends", () -> {
            if (!started[0].isAlive()) {
                started[0].close();
                started[0] = ClientProcess.start(generator, lab.socket("a"));
            }
            return lab.counters("a").received() > before;
        });
        return started[0];
    }

    @Test
    void aClientThatIsStoppedCostsOnlyItself() throws Exception {
        try (ShmLab lab = lab(WaitMode.ADAPTIVE)) {
            lab.attach("a", "");
            lab.attach("b", "");
            try (ClientProcess stopped = ClientProcess.start(sink, lab.socket("b"), 1_000_000, -1);
                    ShmClient a = lab.connect("a")) {
                assertEquals("ready", stopped.line());
                lab.awaitState("b", PortState.UP);
                stopped.signal("STOP");
                long exchanged = lab.neighbours().exchanged();
                byte[] frame = Frames.untagged(Frames.BROADCAST, Frames.station(1), 64, 0);
                for (int i = 0; i < 20_000; i++) {
                    assertTrue(a.sender().await(PATIENCE_NANOS));
                    assertTrue(a.sender().send(frame, 0, frame.length));
                }
                Law.eventually("all taken", () -> lab.counters("a").received() == 20_000);
                Law.eventually("neighbours go on", () -> lab.neighbours().exchanged() > exchanged + 100);
                long full = lab.counters("b").egressDrops().getOrDefault(DropReason.QUEUE_FULL, 0L);
                assertTrue(full >= 20_000 - 2 * ShmSpec.DEFAULT_SLOTS, "dropped " + full);
                assertEquals(Map.of(), lab.counters("a").drops());
                assertEquals(PortState.UP, lab.sw().ports().get(3).state());
                stopped.signal("CONT");
                long before = lab.counters("b").transmitted();
                Law.eventually("it reads again", () -> {
                    a.sender().send(frame, 0, frame.length);
                    LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
                    return lab.counters("b").transmitted() > before;
                });
            }
        }
    }
}
