// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.testing.Law.eventually;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.ObjectFile;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapHandles;
import weir.testing.RunSize;

/**
 * Programs are exchanged while frames flow. Each version writes its number twice into every frame: no frame is lost,
 * doubled, out of order, or seen by two versions.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ProgramSwapTest {
    private static final ProgramPlace SWITCH = ProgramPlace.onSwitch();
    private static final int SWAPS = RunSize.of(300, 10_000);

    /** Sends numbered frames from one endpoint to the other as fast as they come back, and looks at each. */
    private static final class Lane {
        private static final int BURST = 32;
        private static final int WINDOW = 512;
        private static final int NUMBER_BYTE = 24;
        private static final int FIRST_BYTE = 16;
        private static final int LAST_BYTE = 56;

        private final MemoryEndpoint from;
        private final MemoryEndpoint to;
        private final byte[] frame;
        private final long[] frames = new long[BURST];
        private long version;
        long sent;
        long received;

        Lane(MemoryEndpoint from, MemoryEndpoint to, int toPort) {
            this.from = from;
            this.to = to;
            frame = Frames.untagged(Frames.station(toPort), Frames.station(100), 64, 0);
        }

        void send() {
            int wanted = (int) Math.min(BURST, WINDOW - (sent - received));
            int n = from.allocate(frames, 0, wanted);
            for (int i = 0; i < n; i++) {
                frames[i] = Frame.withLength(frames[i], frame.length);
                ByteBuffer bytes = from.bytes(frames[i]).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
                bytes.put(frame);
                bytes.putLong(NUMBER_BYTE, sent + i);
            }
            assertEquals(n, from.send(frames, 0, n));
            sent += n;
        }

        void receive() {
            int n = to.receive(frames, 0, BURST);
            for (int i = 0; i < n; i++) {
                ByteBuffer bytes = to.bytes(frames[i]).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
                assertEquals(received, bytes.getLong(NUMBER_BYTE), "number of the frame");
                long first = bytes.getLong(FIRST_BYTE);
                assertEquals(first, bytes.getLong(LAST_BYTE), "a frame seen by two versions");
                assertTrue(first >= version, "version " + first + " after " + version);
                version = first;
                received++;
            }
            to.release(frames, 0, n);
        }
    }

    /** One thread that drives both directions. */
    private static final class Driver implements AutoCloseable {
        final List<Lane> lanes;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;
        private volatile boolean isSending = true;

        Driver(List<Lane> lanes) {
            this.lanes = lanes;
            thread = Thread.ofPlatform().name("lanes").daemon(true).start(this::run);
        }

        private void run() {
            try {
                while (lanes.stream().anyMatch(lane -> isWanted(lane) || lane.received < lane.sent)) {
                    for (Lane lane : lanes) {
                        if (isWanted(lane)) {
                            lane.send();
                        }
                        lane.receive();
                    }
                }
            } catch (Throwable t) {
                failure.set(t);
            }
        }

        /** All swaps may be over before this thread has run at all. */
        private boolean isWanted(Lane lane) {
            return isSending || lane.sent < SWAPS;
        }

        void check() {
            if (failure.get() != null) {
                throw new AssertionError(failure.get());
            }
        }

        @Override
        public void close() {
            isSending = false;
            try {
                thread.join(300_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            check();
            assertFalse(thread.isAlive(), "frames are missing");
        }
    }

    private record Loaded(WeakReference<AttachedProgram> program, long mapHandle) {}

    @ParameterizedTest
    @CsvSource({"1,switch", "2,switch", "2,port"})
    void noFrameNoticesThatTheProgramChanges(int workers, String place) throws Exception {
        Switch sw = Switch.create(SwitchConfig.named("swap").withWorkers(workers));
        MemoryPort a = new MemoryPort("a");
        MemoryPort b = new MemoryPort("b");
        sw.attach(a, PortOptions.named("a"));
        sw.attach(b, PortOptions.named("b"));
        ObjectFile object = Steered.object("version");
        ObjectFile refused = Steered.object("refused");
        List<ProgramPlace> places =
                place.equals("switch") ? List.of(SWITCH) : List.of(ProgramPlace.onPort("a"), ProgramPlace.onPort("b"));
        List<Loaded> loaded = new ArrayList<>();
        List<ProgramCounters> counters = new ArrayList<>();
        for (ProgramPlace each : places) {
            loaded.add(load(sw, each, object, 0));
        }
        try (Driver driver =
                new Driver(List.of(new Lane(a.endpoint(), b.endpoint(), 2), new Lane(b.endpoint(), a.endpoint(), 1)))) {
            for (int version = 1; version <= SWAPS; version++) {
                for (ProgramPlace each : places) {
                    AttachedProgram before = sw.programs().at(each).orElseThrow();
                    loaded.add(load(sw, each, object, version));
                    counters.add(before.counters());
                    failToLoad(sw, each, object, refused, version);
                }
                driver.check();
            }
        } finally {
            a.endpoint().await(1);
        }
        for (ProgramPlace each : places) {
            counters.add(sw.programs().at(each).orElseThrow().counters());
            assertTrue(sw.programs().unload(each));
        }
        long frames = sw.counters().values().stream()
                .mapToLong(port -> port.transmitted())
                .sum();
        assertTrue(frames > SWAPS, () -> "only " + frames + " frames");
        assertEquals(
                frames, counters.stream().mapToLong(ProgramCounters::frames).sum());
        for (Loaded each : loaded) {
            assertNull(MapHandles.find(each.mapHandle), "map of a program that is gone");
        }
        for (MemoryPort port : List.of(a, b)) {
            assertTrue(sw.detach(port.endpoint() == a.endpoint() ? "a" : "b"));
            port.endpoint().close();
        }
        Law.assertHoldsAndSlotsAreBack(sw, 0);
        eventually("programs that are gone are garbage", () -> {
            System.gc();
            return loaded.stream().allMatch(each -> each.program.get() == null);
        });
        sw.close();
    }

    private static Loaded load(Switch sw, ProgramPlace place, ObjectFile object, long version)
            throws LoadException, ProgramException {
        Engine engine = version % 2 == 0 ? Engine.interpreter() : Engine.jit();
        // Now and then the old one is kept for a while, so that closing it falls into the next exchange.
        Rollback rollback =
                version % 3 == 0 ? new Rollback(0, 1, Duration.ofMillis(version % 200 + 1)) : Rollback.NEVER;
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(version)
                .array();
        AttachedProgram program = sw.programs()
                .load(
                        place,
                        object,
                        Steered.options().withEngine(engine).withRollback(rollback),
                        each -> assertEquals(
                                0,
                                each.withMap("version", map -> map.control().update(new byte[4], bytes, 0))
                                        .orElseThrow()));
        long handle = program.withMap("version", EbpfMap::handle).orElseThrow();
        return new Loaded(new WeakReference<>(program), handle);
    }

    private static void failToLoad(Switch sw, ProgramPlace place, ObjectFile object, ObjectFile refused, int version) {
        switch (version % 4) {
            case 1 -> assertThrows(LoadException.class, () -> sw.programs().load(place, refused, Steered.options()));
            case 2 ->
                assertThrows(
                        IllegalStateException.class,
                        () -> sw.programs().load(place, object, Steered.options(), each -> {
                            throw new IllegalStateException("not to be");
                        }));
            default -> {
                // the next exchange follows at once
            }
        }
    }
}
