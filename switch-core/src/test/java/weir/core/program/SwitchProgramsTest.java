// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.testing.Law.eventually;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.SwitchEvent;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.RedirectMap;
import weir.ebpf.xdp.XdpAction;

/** Loading, replacing, keeping maps, rolling back, unloading; what programs say to control code. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SwitchProgramsTest {
    private static final ProgramPlace SWITCH = ProgramPlace.onSwitch();

    private static long count(AttachedProgram program, int command) {
        MapControl.Result result = program.withMap(
                        "counts", map -> map.control().lookup(Steered.littleEndian(command), 0))
                .orElseThrow();
        return ((MapControl.Result.Found) result).bytes().at(0);
    }

    @Test
    void whatFailsLeavesTheOldProgramRunning() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram old = Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options());
            SwitchPrograms programs = hand.sw().programs();
            LoadException refused = assertThrows(
                    LoadException.class, () -> programs.load(SWITCH, Steered.object("refused"), Steered.options()));
            assertEquals(1, refused.violations().size());
            assertThrows(
                    LoadException.class,
                    () -> programs.load(
                            SWITCH, Steered.object("steered"), Steered.options().withProgram("absent")));
            assertThrows(
                    LoadException.class,
                    () -> programs.load(
                            SWITCH, Steered.object("steered"), Steered.options().withProgram("on_the_way_out")));
            LoadException several = assertThrows(
                    LoadException.class, () -> programs.load(SWITCH, Steered.object("nologic"), Steered.options()));
            assertTrue(several.getMessage().contains("to_port_2, count_and_drop"), several::getMessage);
            assertThrows(
                    ProgramException.class,
                    () -> programs.load(ProgramPlace.onPort("absent"), Steered.object("steered"), Steered.options()));
            assertThrows(
                    IllegalStateException.class,
                    () -> programs.load(SWITCH, Steered.object("steered"), Steered.options(), program -> {
                        throw new IllegalStateException("maps");
                    }));
            assertSame(old, programs.at(SWITCH).orElseThrow());
            hand.sendAndSettle("a", Steered.frame(Steered.RETURN, XdpAction.DROP));
            assertEquals(1, old.counters().dropped());
        }
    }

    @Test
    void aReplacedProgramIsClosedAndItsSuccessorStartsAfresh() throws ProgramException {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram old = Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options());
            hand.sendAndSettle("a", Steered.frame(Steered.RETURN, XdpAction.DROP));
            assertEquals(1, count(old, Steered.RETURN));
            AttachedProgram next = Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options());
            assertFalse(old.isOpen());
            assertThrows(IllegalStateException.class, () -> count(old, Steered.RETURN));
            assertEquals(1, old.counters().dropped());
            assertEquals(0, count(next, Steered.RETURN));
            assertTrue(hand.sw().programs().unload(SWITCH));
            assertFalse(hand.sw().programs().unload(SWITCH));
            assertFalse(next.isOpen());
            byte[] dropped = Steered.frame(Steered.RETURN, XdpAction.DROP);
            hand.sendAndSettle("a", dropped);
            hand.assertReceived("b", dropped);
        }
    }

    @Test
    void keptMapsGoOnAndEntriesGetTheNewObjectsPrograms() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram old = Steered.load(
                    hand,
                    SWITCH,
                    Steered.object("steered"),
                    Steered.options(),
                    each -> each.setRedirect("devmap", 2, 2, "on_the_way_out"));
            byte[] frame = Steered.frame(Steered.REDIRECT_DEVMAP, 2);
            hand.sendAndSettle("a", frame);
            AttachedProgram next = Steered.load(
                    hand, SWITCH, Steered.object("steered"), Steered.options().withKeepMaps(true));
            assertFalse(old.isOpen());
            hand.sendAndSettle("a", frame);
            assertEquals(2, count(next, Steered.REDIRECT_DEVMAP));
            hand.assertReceived("b", Steered.written(frame, 1, 2, 0), Steered.written(frame, 1, 2, 0));
            assertEquals(1, next.counters().egressFrames());
        }
    }

    @Test
    void mapsOfAnotherDefinitionAreNotKept() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Steered.load(hand, SWITCH, Steered.object("version"), Steered.options());
            AttachedProgram next = Steered.load(
                    hand, SWITCH, Steered.object("steered"), Steered.options().withKeepMaps(true));
            assertEquals(0, count(next, Steered.RETURN));
            assertEquals(Optional.empty(), next.withMap("version", map -> true));
            assertEquals(
                    List.of("counts", "cpumap", "devmap", "devmap_hash", "events", "records", "xskmap"),
                    next.maps().stream()
                            .map(MapSpec::name)
                            .filter(name -> !name.startsWith("."))
                            .sorted()
                            .toList());
        }
    }

    @Test
    void tooManyFaultsBringTheOldProgramBack() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            ConcurrentLinkedQueue<ProgramEvent> events = new ConcurrentLinkedQueue<>();
            hand.sw().listen(event -> {
                if (event instanceof SwitchEvent.ProgramChanged change) {
                    events.add(change.event());
                }
            });
            SwitchPrograms programs = hand.sw().programs();
            ProgramOptions options =
                    Steered.options().withKeepMaps(true).withRollback(new Rollback(0.5, 4, Duration.ofHours(1)));
            AttachedProgram old = Steered.load(
                    hand,
                    SWITCH,
                    Steered.object("steered"),
                    options,
                    each -> each.setRedirect("devmap", 2, 2, "on_the_way_out"));
            AttachedProgram next = Steered.load(hand, SWITCH, Steered.object("steered"), options);
            assertTrue(old.isOpen());
            byte[] good = Steered.frame(Steered.REDIRECT_DEVMAP, 2);
            byte[] bad = Steered.frame(Steered.SPIN, 1_000_000);
            hand.sendAndSettle("a", bad, bad, bad);
            assertTrue(programs.checkRollbacks(), "too few frames to tell");
            assertSame(next, programs.at(SWITCH).orElseThrow());
            hand.sendAndSettle("a", good);
            assertFalse(programs.checkRollbacks());
            assertSame(old, programs.at(SWITCH).orElseThrow());
            assertFalse(next.isOpen());
            hand.sendAndSettle("a", good);
            hand.assertReceived("b", Steered.written(good, 1, 2, 0), Steered.written(good, 1, 2, 0));
            assertEquals(5, count(old, Steered.REDIRECT_DEVMAP) + count(old, Steered.SPIN));
            eventually("three events", () -> events.size() == 3);
            List<ProgramEvent> told = List.copyOf(events);
            assertEquals(
                    List.of(
                            new ProgramEvent.Loaded(SWITCH, "steered"),
                            new ProgramEvent.Replaced(SWITCH, "steered", "steered")),
                    told.subList(0, 2));
            ProgramEvent.RolledBack back = (ProgramEvent.RolledBack) told.get(2);
            assertEquals(3, back.faults());
            assertEquals(4, back.frames());
            assertTrue(back.cause().contains("steered.c"), back::toString);
        }
    }

    @Test
    void anOldProgramComesBackWhileAnotherLoadIsUnderWay() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            SwitchPrograms programs = hand.sw().programs();
            ProgramOptions options =
                    Steered.options().withKeepMaps(true).withRollback(new Rollback(0, 1, Duration.ofHours(1)));
            AttachedProgram old = Steered.load(hand, SWITCH, Steered.object("steered"), options);
            AttachedProgram faulty = Steered.load(
                    hand,
                    SWITCH,
                    Steered.object("steered"),
                    options.withKeepMaps(false),
                    each -> each.setRedirect("devmap", 2, 2, "on_the_way_out"));
            hand.sendAndSettle("a", Steered.frame(Steered.SPIN, 1_000_000));
            AttachedProgram next = Steered.load(hand, SWITCH, Steered.object("steered"), options, loading -> {
                assertFalse(onAnotherThread(programs::checkRollbacks), "brought back without waiting for this load");
                assertSame(old, programs.at(SWITCH).orElseThrow());
                assertTrue(faulty.isOpen(), "its maps are being kept");
            });
            assertSame(next, programs.at(SWITCH).orElseThrow());
            assertFalse(faulty.isOpen());
            assertTrue(old.isOpen(), "may come back once more");
            byte[] good = Steered.frame(Steered.REDIRECT_DEVMAP, 2);
            hand.sendAndSettle("a", good);
            hand.assertReceived("b", Steered.written(good, 1, 2, 0));
            assertEquals(1, next.counters().egressFrames());
        }
    }

    private static <T> T onAnotherThread(Callable<T> call) {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<T> result = thread.submit(call);
            try {
                return result.get(1, TimeUnit.MINUTES);
            } catch (TimeoutException e) {
                thread.shutdownNow();
                throw new AssertionError("it waited", e);
            } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void whenTheWindowIsOverTheOldProgramIsClosed() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            ProgramOptions options = Steered.options().withRollback(new Rollback(0, 1, Duration.ofNanos(1)));
            AttachedProgram old = Steered.load(hand, SWITCH, Steered.object("steered"), options);
            AttachedProgram next = Steered.load(hand, SWITCH, Steered.object("steered"), options);
            assertTrue(old.isOpen());
            assertFalse(hand.sw().programs().checkRollbacks());
            assertFalse(old.isOpen());
            assertSame(next, hand.sw().programs().at(SWITCH).orElseThrow());
        }
    }

    @Test
    void noFrameOfAPortGetsPastTheProgramThatItIsAttachedWith() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a")) {
            MemoryPort port = new MemoryPort("b");
            byte[] frame = Steered.frame(Steered.RETURN, XdpAction.DROP);
            hand.sw().attach(port, PortOptions.named("b"), attached -> {
                // The frame waits at the port when the load begins. Both ports have the same worker, and so its slots.
                long[] waiting = hand.allocate("a", 1);
                waiting[0] = Frame.withLength(waiting[0], frame.length);
                hand.endpoint("a").bytes(waiting[0]).copyFrom(MemorySegment.ofArray(frame));
                assertEquals(1, port.endpoint().send(waiting, 0, 1));
                hand.settle();
                Steered.load(hand, ProgramPlace.onPort("b"), Steered.object("steered"), Steered.options());
            });
            hand.settle();
            AttachedProgram program =
                    hand.sw().programs().at(ProgramPlace.onPort("b")).orElseThrow();
            assertEquals(1, program.counters().dropped());
            hand.assertReceived("a");
            hand.sw().detach("b");
            port.endpoint().close();
        }
    }

    @Test
    void aPortsProgramGoesWithIt() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram program =
                    Steered.load(hand, ProgramPlace.onPort("b"), Steered.object("steered"), Steered.options());
            hand.detach("b");
            assertFalse(program.isOpen());
            assertEquals(Optional.empty(), hand.sw().programs().at(ProgramPlace.onPort("b")));
            hand.ports("b"); // has b's index, and no program
            byte[] frame = Steered.frame(Steered.RETURN, XdpAction.DROP);
            hand.sendAndSettle("b", frame);
            hand.assertReceived("a", frame);
        }
    }

    @Test
    void aProgramInJavaAndOneInEbpfDoNotReplaceEachOtherUnasked() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sw().program((batch, from, to, decision) -> {});
            assertThrows(
                    ProgramException.class,
                    () -> hand.sw().programs().load(SWITCH, Steered.object("steered"), Steered.options()));
            hand.sw().program(null);
            AttachedProgram program = Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options());
            hand.sw().program(null);
            assertFalse(program.isOpen());
        }
    }

    @Test
    void perfEventsReachWhoListensAndOutliveTheProgram() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram program = Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options());
            byte[] tells = Steered.frame(Steered.TELL, 77);
            hand.sendAndSettle("a", tells); // nobody listens
            EventConsumer consumer = program.events("events", 1 << 10);
            hand.sendAndSettle("a", tells, tells);
            Bytes frame = Bytes.of(Arrays.copyOf(tells, 16));
            EventRecord expected = new EventRecord(0, Bytes.of(Steered.littleEndian(77)), frame);
            assertEquals(List.of(expected), consumer.poll(1));
            assertEquals(List.of(expected), consumer.poll(10));
            assertEquals(List.of(), consumer.poll(10));
            Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options());
            for (int i = 0; i < 100; i++) {
                hand.sendAndSettle("a", tells);
            }
            assertEquals(21, consumer.poll(1000).size(), "48 bytes each in 1024");
            assertEquals(79, consumer.lost());
            consumer.close();
            consumer.close();
            hand.sendAndSettle("a", tells);
        }
    }

    @Test
    void ringBuffersReachWhoPollsAndLossIsCounted() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram program = Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options());
            EventConsumer consumer = program.events("records", 0);
            byte[] tells = Steered.frame(Steered.PUSH_RECORD, 1, 2);
            for (int i = 0; i < 300; i++) {
                hand.sendAndSettle("a", tells);
                hand.received("b");
            }
            List<EventRecord> records = consumer.poll(1000);
            assertEquals(255, records.size(), "16 bytes each in 4096, less one byte");
            assertEquals(8, records.getFirst().data().length());
            assertEquals(45, consumer.lost());
            assertEquals(
                    Map.of(DropReason.PROGRAM_DROP, 45L),
                    hand.sw().counters().get("a").drops());
            assertThrows(IllegalArgumentException.class, () -> program.events("counts", 1024));
            assertThrows(IllegalArgumentException.class, () -> program.events("absent", 1024));
        }
    }

    @Test
    void whatProgramsPrintIsKeptUpToABound() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram program = Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options());
            hand.sendAndSettle("a", Steered.frame(Steered.SAY, -5, 6));
            assertEquals(
                    List.of("argument -5 flags 6"),
                    program.takeTrace(10).stream().map(TraceLine::text).toList());
            byte[] says = Steered.frame(Steered.SAY, 1, 2);
            for (int i = 0; i < 3000; i++) {
                hand.sendAndSettle("a", says);
                hand.received("b");
            }
            int kept = program.takeTrace(10_000).size();
            assertTrue(kept > 1000, () -> "kept " + kept);
            assertEquals(3000, kept + program.lostTrace());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void programArraysAreFilledByControlCodeToo(Engine engine) {
        byte[] arp = Frames.untagged(Frames.station(9), Frames.station(7), 64, 0);
        arp[12] = 0x08;
        arp[13] = 0x06;
        arp[14] = 0; // as IPv4, a header that is too short
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            ProgramOptions options = Steered.options().withEngine(engine).withProgram("parse_ethernet");
            int arpStage = 2;
            AttachedProgram program = Steered.load(
                    hand,
                    SWITCH,
                    Steered.example("tail_calls"),
                    options.withTailCalled(Set.of("parse_ipv4")),
                    each -> assertEquals(0, each.setProgram("stages", arpStage, "parse_ipv4")));
            hand.sendAndSettle("a", arp);
            assertEquals(1, program.counters().dropped());
            assertTrue(program.setProgram("stages", 6, "parse_ipv4") < 0);
            assertTrue(program.setProgram("seen", 0, "parse_ipv4") < 0);
            assertThrows(IllegalArgumentException.class, () -> program.setProgram("stages", 0, "absent"));
            assertThrows(IllegalArgumentException.class, () -> program.setProgram("absent", 0, "parse_ipv4"));
            AttachedProgram next =
                    Steered.load(hand, SWITCH, Steered.example("tail_calls"), options.withKeepMaps(true));
            hand.sendAndSettle("a", arp);
            assertEquals(1, next.counters().passed(), "arrays are never kept");
            hand.assertReceived("b", arp);
        }
    }

    static List<Engine> engines() {
        return List.of(Engine.interpreter(), Engine.jit());
    }

    @Test
    void entriesCanNameOnlyProgramsOfTheObject() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram program = Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options());
            assertThrows(IllegalArgumentException.class, () -> program.setRedirect("devmap", 1, 1, "steered"));
            assertThrows(IllegalArgumentException.class, () -> program.setRedirect("absent", 1, 1, ""));
            assertTrue(program.setRedirect("counts", 1, 1, "") < 0);
            assertTrue(program.setRedirect("devmap", 16, 1, "") < 0);
            assertEquals(0, program.setRedirect("devmap", 1, 1, "on_the_way_out"));
            assertEquals(Optional.of(1), program.withMap("devmap", map -> ((RedirectMap) map).target(1)));
        }
    }
}
