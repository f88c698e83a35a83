// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.counter.DropReason;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramPlace;
import weir.core.testing.Law;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What changes while frames of the kernel's stack flow. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING})
@Timeout(300)
class SwapTrafficTest {
    private static final int SWAPS = 20;
    private static final int UDP_PORT = 7000;
    private static final int DATAGRAMS = 50;

    @RegisterExtension
    final TrafficLab lab = new TrafficLab();

    static Stream<Engine> engines() {
        return TrafficLab.engines();
    }

    /** Datagrams of one direction until it is told to end, a window ahead of the receiver at most. */
    private static final class Flow implements AutoCloseable {
        private static final int WINDOW = 100;

        private final NumberedUdp udp;
        private final CompletableFuture<Integer> result = new CompletableFuture<>();
        private volatile boolean isEnding;
        private volatile int progress;

        Flow(Station from, Station to, int port) throws Exception {
            udp = new NumberedUdp(from, to, port);
            Thread.ofPlatform().name("flow-" + from.port()).daemon(true).start(this::run);
        }

        private void run() {
            try {
                result.complete(send());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        }

        private int send() throws Exception {
            int lost = 0;
            while (!isEnding) {
                udp.send(1);
                udp.poll();
                if (udp.sent() - udp.arrived() - lost >= WINDOW) {
                    lost = udp.sent() - udp.awaitAll();
                }
                progress = udp.arrived();
            }
            return udp.sent() - udp.awaitAll();
        }

        int progress() {
            return progress;
        }

        /** Ends it. Returns how many did not arrive. */
        int lost() {
            isEnding = true;
            return result.join();
        }

        @Override
        public void close() throws IOException {
            try (udp) {
                lost();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void noDatagramIsLostOrDoubledWhileProgramsAreSwapped(Engine engine) throws Exception {
        List<String> bridges = List.of("flood_bridge", "l2_bridge", "bridge");
        lab.loadBridge("bridge", engine);
        assertEquals(1, lab.station(1).ping(lab.station(2).ipv4(), 1));
        try (Flow there = new Flow(lab.station(1), lab.station(2), UDP_PORT);
                Flow back = new Flow(lab.station(2), lab.station(1), UDP_PORT + 1)) {
            for (int i = 0; i < SWAPS; i++) {
                AttachedProgram program = lab.loadBridge(bridges.get(i % bridges.size()), engine);
                int thereBefore = there.progress();
                int backBefore = back.progress();
                Law.eventually(
                        "both directions flow on",
                        () -> there.progress() > thereBefore && back.progress() > backBefore);
                // What arrived may have been on its way before.
                Law.eventually(
                        "the new program decides", () -> lab.counters(program).frames() > 0);
            }
            int lost = there.lost() + back.lost();
            assertTrue(
                    lost <= lab.lostAtInterfaces(), () -> lost + " lost, " + lab.lostAtInterfaces() + " at interfaces");
            assertEquals(0, there.udp.duplicates() + back.udp.duplicates());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aRefusedLoadChangesNothing(Engine engine) throws Exception {
        AttachedProgram before = lab.loadBridge("flood_bridge", engine);
        try (Flow flow = new Flow(lab.station(1), lab.station(2), UDP_PORT)) {
            for (int i = 0; i < SWAPS; i++) {
                assertThrows(LoadException.class, () -> lab.load("no_bounds_check", engine, program -> {}));
                assertThrows(
                        IllegalStateException.class,
                        () -> lab.load("bridge", engine, program -> {
                            throw new IllegalStateException("cannot be prepared");
                        }));
                int progress = flow.progress();
                Law.eventually("it flows on", () -> flow.progress() > progress);
            }
            int lost = flow.lost();
            assertTrue(
                    lost <= lab.lostAtInterfaces(), () -> lost + " lost, " + lab.lostAtInterfaces() + " at interfaces");
            assertEquals(0, flow.udp.duplicates());
            assertSame(before, lab.sw().programs().at(ProgramPlace.onSwitch()).orElseThrow());
            assertTrue(lab.counters(before).frames() >= flow.udp.sent() - lost);
        }
    }

    /** The address is known, the port behind it is gone. */
    @ParameterizedTest
    @MethodSource("engines")
    void redirectsToADetachedPortAreDroppedByName(Engine engine) throws Exception {
        lab.loadBridge("bridge", engine);
        Station from = lab.station(1);
        Station gone = lab.station(3);
        assertEquals(1, from.ping(gone.ipv4(), 1));
        from.knows(gone.ipv4(), gone.mac());
        gone.knows(from.ipv4(), from.mac()); // or it might ask, and the answer be dropped
        try (NumberedUdp udp = new NumberedUdp(from, gone, UDP_PORT)) {
            udp.send(DATAGRAMS);
            assertEquals(DATAGRAMS, udp.awaitAll());
            assertTrue(lab.sw().detach(gone.port()));
            assertEquals(0, lab.drops(from, DropReason.REDIRECT_INVALID));

            udp.send(DATAGRAMS);
            Law.eventually("all are dropped", () -> lab.drops(from, DropReason.REDIRECT_INVALID) >= DATAGRAMS);
            assertEquals(DATAGRAMS, lab.drops(from, DropReason.REDIRECT_INVALID));
        }
        assertEquals(2, from.ping(lab.station(2).ipv4(), 2));
    }

    /** Every datagram arrived or was dropped by name, whenever the port went. */
    @Test
    void aPortThatGoesUnderTrafficLosesNoCount() throws Exception {
        lab.loadBridge("bridge", Engine.jit());
        Station from = lab.station(1);
        Station gone = lab.station(3);
        assertEquals(1, from.ping(gone.ipv4(), 1));
        from.knows(gone.ipv4(), gone.mac());
        NumberedUdp udp = new NumberedUdp(from, gone, UDP_PORT);
        AtomicBoolean isEnding = new AtomicBoolean();
        FutureTask<Boolean> sending = new FutureTask<>(() -> {
            while (!isEnding.get()) {
                udp.send(1);
                udp.poll();
                Thread.sleep(0, 200_000);
            }
            return true;
        });
        try (udp) {
            Thread.ofPlatform().name("sender").daemon(true).start(sending);
            Law.eventually("it flows", () -> lab.counters(gone).transmitted() > 4 * DATAGRAMS);
            assertTrue(lab.sw().detach(gone.port()));
            Law.eventually("it is dropped", () -> lab.drops(from, DropReason.REDIRECT_INVALID) > DATAGRAMS);
            isEnding.set(true);
            assertTrue(sending.get());
            Law.eventually("each arrived or was dropped by name", () -> {
                udp.poll();
                return udp.sent() - udp.arrived() <= lab.lostByName();
            });
            assertEquals(0, udp.duplicates());
        }
    }
}
