// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.capture.Capture;
import weir.core.capture.CaptureDrops;
import weir.core.capture.CaptureSettings;
import weir.core.frame.Frame;
import weir.core.link.LinkSettings;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.program.CaptureFilters;
import weir.core.program.ForwardingProgram;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.core.program.Steered;
import weir.core.rate.StormLimits;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.trace.Trace;
import weir.core.trace.TraceSettings;
import weir.ebpf.Engine;
import weir.ebpf.ObjectFile;
import weir.ebpf.testing.TestObjects;
import weir.testing.AllocatedBytes;

/** A frame costs no garbage: neither known unicast nor floods, tags, learning, drops, rings between workers. */
class AllocationTest {
    private static final int BURST = 32;
    private static final int STATIONS = 40;
    private static final long WARM_UP_FRAMES = 400_000;
    private static final long MEASURED_FRAMES = 1_000_000;

    private static final long NANOS_BETWEEN_LOOKS = 200;

    /** Generator and sink at every port, on the test's thread, without garbage of their own. */
    private static final class Load {
        private final HandDrivenSwitch hand;
        private final List<MemoryEndpoint> endpoints = new ArrayList<>();
        private final MemorySegment[] payloads;
        private final long[] frames = new long[BURST];
        private int next;
        long sent;

        Load(HandDrivenSwitch hand, boolean tagged) {
            this.hand = hand;
            hand.portNames().forEach(name -> endpoints.add(hand.endpoint(name)));
            payloads = new MemorySegment[1024];
            for (int i = 0; i < payloads.length; i++) {
                long to = i % 8 == 0 ? Frames.BROADCAST : Frames.station(i * 7 % STATIONS);
                byte[] payload = Frames.untagged(to, Frames.station(i % STATIONS), 64, i);
                byte[] whole = tagged && i % 3 == 0 ? Frames.push(payload, 10) : payload;
                payloads[i] = MemorySegment.ofArray(whole);
            }
        }

        void run(long count) {
            for (long until = sent + count; sent < until; ) {
                for (int i = 0; i < endpoints.size(); i++) {
                    send(endpoints.get(i));
                }
                hand.sw().runRounds();
                for (int i = 0; i < endpoints.size(); i++) {
                    sink(endpoints.get(i));
                }
            }
        }

        private void send(MemoryEndpoint endpoint) {
            int n = endpoint.allocate(frames, 0, BURST);
            for (int i = 0; i < n; i++) {
                MemorySegment payload = payloads[next++ & (payloads.length - 1)];
                frames[i] = Frame.withLength(frames[i], (int) payload.byteSize());
                MemorySegment.copy(
                        payload, 0, hand.sw().pool().memory(), Frame.position(frames[i]), payload.byteSize());
            }
            assertEquals(n, endpoint.enqueue(frames, 0, n));
            endpoint.ring();
            sent += n;
        }

        private void sink(MemoryEndpoint endpoint) {
            for (int n = endpoint.receive(frames, 0, BURST); n > 0; n = endpoint.receive(frames, 0, BURST)) {
                endpoint.release(frames, 0, n);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 'unaware;unaware;unaware;unaware'",
        "1, 'access:10;access:10;trunk:10;trunk:10,20,native=10'",
        "3, 'unaware;unaware;unaware;unaware'",
        "3, 'access:10;access:10;trunk:10;trunk:10,20,native=10'"
    })
    void aFrameCostsNoGarbage(int workers, String modes) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers))) {
            for (String mode : modes.split(";", -1)) {
                String name = "p" + hand.portNames().size();
                hand.port(PortOptions.named(name).withVlan(VlanMode.parse(mode)), MemoryPortConfig.DEFAULT);
            }
            assertNoGarbage(new Load(hand, modes.contains("trunk")));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 'delay:200us,jitter:100us,loss:1%,duplicate:1%,reorder:1%,corrupt:1%,rate:10gbit'",
        "3, 'delay:200us,jitter:100us,distribution:normal,loss:5%,loss-burst:4'"
    })
    void anEmulatedLinkAddsNoGarbage(int workers, String settings) {
        // A clock of its own, so slow that no address that flaps is told of again: an event is an object.
        AtomicLong nanos = new AtomicLong();
        try (HandDrivenSwitch hand = new HandDrivenSwitch(
                        c -> c.withWorkers(workers).withClock(() -> nanos.addAndGet(NANOS_BETWEEN_LOOKS)))
                .ports("a", "b", "c")) {
            hand.portNames().forEach(name -> hand.sw().links().set(name, LinkSettings.parse(settings)));
            assertNoGarbage(new Load(hand, false));
            hand.portNames().forEach(name -> hand.sw().links().clear(name));
            nanos.addAndGet(1_000_000_000);
            hand.settle();
            nanos.addAndGet(1_000_000_000);
            hand.settle();
            hand.portNames().forEach(hand::received);
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "3"})
    void stormLimitsAndTheLoopGuardAddNoGarbage(int workers) {
        AtomicLong nanos = new AtomicLong();
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)
                .withLoopGuard(true)
                .withClock(() -> nanos.addAndGet(10 * NANOS_BETWEEN_LOOKS)))) {
            for (String name : List.of("a", "b", "c")) {
                StormLimits limits = StormLimits.parse("broadcast:1000000,unknown:1000");
                hand.port(PortOptions.named(name).withStorm(limits), MemoryPortConfig.DEFAULT);
            }
            assertNoGarbage(new Load(hand, false));
            hand.portNames().forEach(hand::received);
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "3"})
    void aProgramInFrontAddsNoGarbage(int workers) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c")) {
            ForwardingProgram program = (batch, from, to, decision) -> {
                for (int i = 0; i < batch.size(); i++) {
                    if ((i & 7) == 3) {
                        decision.forward(i, 2);
                    } else if ((i & 7) == 5) {
                        decision.forward(i, 99);
                    }
                }
            };
            hand.sw().program(program);
            assertNoGarbage(new Load(hand, false));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, flood_bridge, ''",
        "3, flood_bridge, ''",
        "1, devmap_redirect, devmap_egress",
        "3, devmap_redirect, devmap_egress"
    })
    void anEbpfProgramAddsNoGarbage(int workers, String object, String egressProgram) throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c", "d")) {
            ObjectFile file = egressProgram.isEmpty() ? Steered.example(object) : TestObjects.parse(object);
            ProgramOptions options = Steered.options().withEngine(Engine.jit());
            hand.sw().programs().load(ProgramPlace.onSwitch(), file, options, program -> {
                for (int port = 1; port <= 4; port++) {
                    assertEquals(0, program.setRedirect("ports", port, port, port % 2 == 0 ? egressProgram : ""));
                }
            });
            assertNoGarbage(new Load(hand, false));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, ''", "3, ''", "1, '4,128 0 0 0,53 0 1 60,6 0 0 40,6 0 0 0'"})
    void aCaptureAddsNoGarbageToWorkers(int workers, String filter) throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c")) {
            CaptureSettings settings = CaptureSettings.ALL.withDrops(CaptureDrops.ALSO);
            if (!filter.isEmpty()) {
                settings = settings.withFilter(CaptureFilters.classic(filter));
            }
            try (Capture capture = hand.sw().capture(settings, frame -> {})) {
                assertNoGarbage(new Load(hand, false));
                assertTrue(capture.total().captured() > 0);
            }
            hand.portNames().forEach(hand::received);
        }
    }

    /** A trace costs garbage for the frames that it tells of, and for no others. */
    @ParameterizedTest
    @CsvSource({"1", "3"})
    void aTraceThatHasEnoughAddsNoGarbageToWorkers(int workers) throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c")) {
            try (Trace trace = hand.sw().trace(TraceSettings.NEXT, (number, frame) -> {})) {
                assertNoGarbage(new Load(hand, false));
                assertEquals(TraceSettings.DEFAULT_FRAMES, trace.counters().traced());
            }
            hand.portNames().forEach(hand::received);
        }
    }

    /** Tries again while the compiler is still at work; what a frame costs by nature, it costs every time. */
    private static void assertNoGarbage(Load load) {
        load.run(WARM_UP_FRAMES);
        long bytes = AllocatedBytes.ofRun(1, () -> load.run(MEASURED_FRAMES));
        assertEquals(0, bytes, "bytes allocated for " + MEASURED_FRAMES + " frames");
    }
}
