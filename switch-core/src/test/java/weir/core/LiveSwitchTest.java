// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.testing.Law.eventually;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.capture.Capture;
import weir.core.capture.CaptureCounters;
import weir.core.capture.CaptureDrops;
import weir.core.capture.CaptureSettings;
import weir.core.counter.ConservationLaw;
import weir.core.counter.PortCounters;
import weir.core.frame.PoolConfig;
import weir.core.memory.MemoryPort;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.testing.Law;
import weir.core.testing.Talker;
import weir.core.testing.Traced;
import weir.core.trace.Trace;
import weir.core.trace.TraceCounters;
import weir.core.trace.TraceSettings;
import weir.core.worker.WaitMode;
import weir.testing.RunSize;

/** A switch with its own threads, and stations with theirs. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LiveSwitchTest {
    private static final int STATIONS = 4;
    private static final long SOME_FRAMES = 300;
    private static final int COMING_AND_GOING = RunSize.of(1_000, 10_000);
    private static final AtomicInteger NAMES = new AtomicInteger();

    /** A switch, its stations and the faults its workers report. */
    private static final class Net implements AutoCloseable {
        final Switch sw;
        final List<Talker> talkers = new ArrayList<>();
        final List<MemoryPort> ports = new ArrayList<>();
        final ConcurrentLinkedQueue<SwitchEvent> faults = new ConcurrentLinkedQueue<>();

        Net(int workers, WaitMode mode) {
            sw = Switch.create(SwitchConfig.named("live" + NAMES.incrementAndGet())
                    .withWorkers(workers)
                    .withWaitMode(mode)
                    .withPool(new PoolConfig(4096, 16, 2048)));
            sw.listen(event -> {
                if (event instanceof SwitchEvent.WorkerFault) {
                    faults.add(event);
                }
            });
        }

        MemoryPort attach(String name) throws PortException {
            MemoryPort port = new MemoryPort(name);
            sw.attach(port, PortOptions.named(name));
            return port;
        }

        Talker talk(MemoryPort port, int station, int napAfterRounds) {
            return new Talker(port.endpoint(), station, STATIONS + 1, napAfterRounds);
        }

        void stations(int count, int napAfterRounds) throws PortException {
            for (int i = 0; i < count; i++) {
                ports.add(attach("s" + i));
                talkers.add(talk(ports.get(i), i, napAfterRounds));
            }
        }

        /** Everybody falls silent, everything in flight arrives, then the law and the slots are looked at. */
        @Override
        public void close() {
            talkers.forEach(Talker::stopSending);
            eventually("rest, at " + sw.counters(), this::isAtRest);
            Law.assertComesToHold(sw);
            talkers.forEach(Talker::close);
            ports.forEach(port -> {
                sw.detach(port.spec().substring("memory:".length()));
                port.endpoint().close();
            });
            assertEquals(List.of(), List.copyOf(faults), "faults");
            Law.assertHoldsAndSlotsAreBack(sw, 0);
            sw.close();
        }

        private boolean isAtRest() {
            Map<String, PortCounters> counters = sw.counters();
            return total(counters, PortCounters::received) == sum(Talker::sent)
                    && total(counters, PortCounters::transmitted) == sum(Talker::received)
                    && ConservationLaw.switchBalance(counters) == 0;
        }

        private long sum(ToLongFunction<Talker> what) {
            return talkers.stream().mapToLong(what).sum();
        }

        private static long total(Map<String, PortCounters> counters, ToLongFunction<PortCounters> what) {
            return counters.entrySet().stream()
                    .filter(port -> port.getKey().startsWith("s"))
                    .mapToLong(port -> what.applyAsLong(port.getValue()))
                    .sum();
        }
    }

    private static long openFiles() {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        } catch (IOException e) {
            return 0; // not Linux
        }
    }

    private static long threadsOf(Switch sw) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("weir-" + sw.name() + "-"))
                .count();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void attachingAndDetachingUnderLoadLeavesNothingBehind(int workers) throws Exception {
        long filesBefore = openFiles();
        Net net = new Net(workers, WaitMode.ADAPTIVE);
        try (net) {
            net.stations(STATIONS, 50);
            long threadsBefore = threadsOf(net.sw);
            for (int cycle = 0; cycle < RunSize.of(50, 1000); cycle++) {
                MemoryPort port = net.attach("guest" + cycle);
                Talker guest = net.talk(port, STATIONS, cycle % 2 == 0 ? 1 : 50);
                eventually("the guest talks", () -> guest.sent() > SOME_FRAMES && guest.received() > SOME_FRAMES);
                assertTrue(net.sw.detach("guest" + cycle));
                guest.close();
                port.endpoint().close();
                assertEquals(List.of(), List.copyOf(net.faults), "faults in cycle " + cycle);
            }
            assertEquals(threadsBefore, threadsOf(net.sw));
        }
        eventually("threads end", () -> threadsOf(net.sw) == 0);
        eventually("its files are closed, " + filesBefore + " before", () -> openFiles() <= filesBefore + 1);
    }

    /** Everybody floods, so that there are frames for each guest on their way when it goes. */
    @Test
    void countersOfPortsThatAreGoneAreKeptInBoundedMemory() throws Exception {
        int workers = 2;
        try (Net net = new Net(workers, WaitMode.BLOCKING)) {
            net.stations(STATIONS, 1);
            for (int cycle = 0; cycle < COMING_AND_GOING; cycle++) {
                String guest = "guest" + cycle;
                MemoryPort port = net.attach(guest);
                if (cycle % 100 == 0) {
                    eventually("frames come", () -> net.sw.counters().get(guest).enqueued() > 10);
                }
                assertTrue(net.sw.detach(guest));
                port.endpoint().close();
            }
            int sums = Math.min(COMING_AND_GOING, PortLedger.NAMES);
            assertEquals(
                    sums + (STATIONS + 1) * workers, net.sw.countersHeld(), "a sum for each, and the stations' cells");
            net.talkers.forEach(Talker::stopSending);
            eventually("rest", net::isAtRest);
            eventually("nothing is on its way", () -> net.sw.total().inFlight() == 0);
        } // where the law is looked at by name, too
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void capturesComeAndGoUnderLoadAndCountEveryFrame(int workers) throws Exception {
        Net net = new Net(workers, WaitMode.ADAPTIVE);
        try (net) {
            net.stations(STATIONS, 50);
            long captured = 0;
            for (int cycle = 0; cycle < RunSize.of(100, 2_000); cycle++) {
                CaptureSettings settings = CaptureSettings.ALL
                        .withDrops(CaptureDrops.ALSO)
                        .withPort(cycle % 3 == 0 ? "s1" : "")
                        .withBufferBytes(CaptureSettings.MIN_BUFFER_BYTES);
                AtomicLong taken = new AtomicLong();
                Capture capture = net.sw.capture(settings, frame -> taken.incrementAndGet());
                eventually("frames are captured", () -> capture.total().delivered() > SOME_FRAMES);
                capture.close();
                CaptureCounters total = capture.total();
                assertEquals(total.matched(), total.captured() + total.lost());
                assertEquals(0, total.undelivered());
                assertEquals(total.captured(), taken.get());
                captured += taken.get();
            }
            assertTrue(captured > 0);
            assertEquals(List.of(), List.copyOf(net.faults), "faults");
        }
        eventually("threads end", () -> threadsOf(net.sw) == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void tracesComeAndGoUnderLoadAndNoFrameIsLost(int workers) throws Exception {
        Net net = new Net(workers, WaitMode.ADAPTIVE);
        try (net) {
            net.stations(STATIONS, 50);
            for (int cycle = 0; cycle < RunSize.of(100, 2_000); cycle++) {
                TraceSettings settings = TraceSettings.NEXT
                        .withFrames(1 + cycle % 50)
                        .withPort(cycle % 3 == 0 ? "s1" : "")
                        .withDropsOnly(cycle % 5 == 4);
                Traced first = new Traced();
                Traced second = new Traced();
                Trace trace = net.sw.trace(settings, first);
                Trace other = net.sw.trace(settings.withDropsOnly(false), second);
                if (cycle % 2 == 0) { // others are closed while frames are on their way
                    eventually("there are enough", other::isOver);
                    assertEquals(settings.frames(), second.frames().size());
                }
                trace.close();
                other.close();
                for (TraceCounters total : List.of(trace.counters(), other.counters())) {
                    assertEquals(total.matched(), total.traced() + total.passed() + total.skipped() + total.lost());
                }
                assertEquals(trace.counters().traced(), first.frames().size());
                assertEquals(other.counters().traced(), second.frames().size());
            }
            assertEquals(List.of(), List.copyOf(net.faults), "faults");
        }
        eventually("threads end", () -> threadsOf(net.sw) == 0);
    }

    @ParameterizedTest
    @EnumSource(WaitMode.class)
    void everyWaitModeMovesFrames(WaitMode mode) throws Exception {
        try (Net net = new Net(2, mode)) {
            net.stations(STATIONS, 3);
            eventually("everybody hears somebody", () -> net.talkers.stream().allMatch(t -> t.received() > 2_000));
        }
    }

    @Test
    void detachesWhileAStationFloodsEverybody() throws Exception {
        try (Net net = new Net(3, WaitMode.BLOCKING)) {
            net.stations(STATIONS, 1);
            for (int cycle = 0; cycle < 20; cycle++) {
                MemoryPort port = net.attach("idle");
                long heard = net.talkers.getFirst().received();
                eventually("traffic flows", () -> net.talkers.getFirst().received() > heard + 50);
                assertTrue(net.sw.detach("idle"));
                port.endpoint().close();
            }
        }
    }
}
