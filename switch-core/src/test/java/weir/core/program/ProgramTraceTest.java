// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.counter.DropReason;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Traced;
import weir.core.trace.PathLine;
import weir.core.trace.Trace;
import weir.core.trace.TraceDetail;
import weir.core.trace.TraceSettings;
import weir.core.trace.TracedEgress;
import weir.core.trace.TracedFrame;
import weir.core.trace.TracedProgram;
import weir.ebpf.Engine;
import weir.ebpf.map.MapFlags;

/** What a trace tells of programs. {@link EngineDifferentialTest} shows that it changes nothing of what they do. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ProgramTraceTest {
    private static final ProgramPlace SWITCH = ProgramPlace.onSwitch();
    private static final int DNS = 53;

    private static Stream<Engine> engines() {
        return Stream.of(Engine.interpreter(), Engine.jit());
    }

    /** UDP over IPv4 to a port, 60 bytes. */
    private static byte[] udp(int port) {
        byte[] frame = Frames.untagged(Frames.station(2), Frames.station(1), 60, 0);
        Frames.writeShort(frame, 12, 0x0800);
        ByteBuffer.wrap(frame)
                .put(14, (byte) 0x45)
                .putShort(16, (short) 46)
                .putShort(20, (short) 0)
                .put(23, (byte) 17)
                .putInt(26, 0xc6120001)
                .putInt(30, 0xc6120002)
                .putShort(34, (short) 1000)
                .putShort(36, (short) port)
                .putShort(38, (short) 26);
        return frame;
    }

    private static AttachedProgram dropPort(HandDrivenSwitch hand, Engine engine) {
        return Steered.load(
                hand,
                SWITCH,
                Steered.example("drop_port"),
                Steered.options().withEngine(engine),
                program -> program.withMap(
                        "blocked_ports",
                        map -> map.control().update(new byte[] {DNS, 0}, new byte[Long.BYTES], MapFlags.ANY)));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theWayThroughAProgramIsLinesAndCalls(Engine engine) throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram loaded = dropPort(hand, engine);
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", udp(DNS), udp(80)));
            TracedFrame dropped = traced.frames().getFirst();
            assertEquals(DropReason.PROGRAM_DROP, dropped.reason());
            assertEquals("drop_port said XDP_DROP", dropped.why());
            TracedProgram program = dropped.programs().getFirst();
            assertEquals("switch", program.place());
            assertTrue(program.instructions() > 20 && program.instructions() < 60, () -> "" + program.instructions());
            List<PathLine> path = program.path(TraceDetail.LINES);
            PathLine lookup = path.stream()
                    .filter(line -> line.text().contains("bpf_map_lookup_elem"))
                    .findFirst()
                    .orElseThrow();
            assertEquals("drop_port.c:32", lookup.place());
            assertEquals(
                    List.of("bpf_map_lookup_elem(blocked_ports, key 3500): found 0000000000000000"), lookup.calls());
            assertTrue(path.stream().anyMatch(line -> line.text().startsWith("__sync_fetch_and_add")), path::toString);
            List<PathLine> passed =
                    traced.frames().getLast().programs().getFirst().path(TraceDetail.LINES);
            assertTrue(
                    passed.stream()
                            .anyMatch(line ->
                                    line.calls().contains("bpf_map_lookup_elem(blocked_ports, key 5000): not found")),
                    passed::toString);
            assertTrue(passed.stream().noneMatch(line -> line.text().startsWith("__sync")), passed::toString);
            assertEquals(
                    "XDP_PASS", traced.frames().getLast().programs().getFirst().action());
            // Both ran once: traced or not, the map has counted one frame.
            assertEquals(
                    List.of("3500=0100000000000000"),
                    loaded.withMap("blocked_ports", map -> map.control().entries()).orElseThrow().stream()
                            .map(entry -> entry.key() + "=" + entry.value())
                            .toList());
            assertEquals(2, loaded.counters().frames());
        }
    }

    @Test
    void eachInstructionIsShownWhereThatIsAskedFor() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            dropPort(hand, Engine.jit());
            Traced each = Traced.of(
                    hand,
                    TraceSettings.NEXT.withDetail(TraceDetail.INSTRUCTIONS),
                    () -> hand.sendAndSettle("a", udp(DNS)));
            TracedProgram program = each.only().programs().getFirst();
            List<PathLine> path = program.path(TraceDetail.INSTRUCTIONS);
            assertEquals(
                    program.instructions(),
                    path.stream().mapToInt(PathLine::times).sum());
            assertEquals("0", path.getFirst().place());
            assertTrue(path.stream().anyMatch(line -> line.text().equals("r1 = map[blocked_ports]")), path::toString);
            assertTrue(
                    path.stream()
                            .anyMatch(line -> line.text().equals("call bpf_map_lookup_elem#1")
                                    && line.calls().size() == 1),
                    path::toString);
            assertEquals("exit", path.getLast().text());
            Traced none = Traced.of(
                    hand, TraceSettings.NEXT.withDetail(TraceDetail.NONE), () -> hand.sendAndSettle("a", udp(DNS)));
            TracedProgram unwatched = none.only().programs().getFirst();
            assertEquals("XDP_DROP", unwatched.action());
            assertEquals(-1, unwatched.instructions());
            assertTrue(unwatched.path(TraceDetail.LINES).isEmpty());
        }
    }

    private static Stream<Arguments> verdicts() {
        return engines().flatMap(engine -> EbpfVerdictTest.cases().stream().map(each -> arguments(each, engine)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("verdicts")
    void whateverAProgramReturnsIsToldAsItIs(EbpfVerdictTest.Case expected, Engine engine) throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c", "d")) {
            Steered.load(
                    hand,
                    SWITCH,
                    Steered.object("steered"),
                    Steered.options().withEngine(engine),
                    EbpfVerdictTest::fillMaps);
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", expected.frame()));
            TracedFrame frame = traced.only();
            assertEquals(expected.drop(), frame.reason());
            assertEquals(
                    expected.to(),
                    frame.egress().stream().map(TracedEgress::port).sorted().toList());
            assertEquals(expected.drop() != null ? TracedFrame.Verdict.DROPPED : frame.verdict(), frame.verdict());
            assertTrue(!frame.why().isEmpty() && !frame.programs().isEmpty());
        }
    }

    @Test
    void budgetAndFaultsAreTold() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Steered.load(
                    hand, SWITCH, Steered.object("steered"), Steered.options().withEngine(Engine.jit()));
            Traced traced = Traced.of(
                    hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", Steered.frame(Steered.SPIN, 1_000_000)));
            TracedProgram program = traced.only().programs().getFirst();
            assertEquals(DropReason.PROGRAM_BUDGET, traced.only().reason());
            assertEquals("fault", program.action());
            assertTrue(program.fault().startsWith("steered: instruction "), program::fault);
            assertEquals(program.fault(), traced.only().why());
            assertTrue(program.instructions() > 100_000, "all are counted");
            assertTrue(program.path(TraceDetail.LINES).size() <= 600, "and not all are kept");
        }
    }

    @Test
    void changesOfTheFrameAreTold() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c", "d")) {
            Steered.load(
                    hand,
                    SWITCH,
                    Steered.object("steered"),
                    Steered.options().withEngine(Engine.jit()),
                    EbpfVerdictTest::fillMaps);
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> {
                hand.sendAndSettle("a", Steered.frame(Steered.ADJUST_HEAD, -4));
                hand.sendAndSettle("a", Steered.frame(Steered.ADJUST_TAIL, -10));
                hand.sendAndSettle("a", Steered.frame(Steered.RETURN, 2));
            });
            assertEquals(
                    List.of("4 bytes added in front", "10 bytes removed at the end", ""),
                    traced.frames().stream()
                            .map(frame -> frame.programs().getFirst().change().text())
                            .map(text -> text.replaceAll(", .* changed from byte .* on", ""))
                            .toList());
        }
    }

    @Test
    void tailCallsNameTheProgramsThatTheyEnter() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Steered.load(
                    hand,
                    SWITCH,
                    Steered.example("tail_calls"),
                    Steered.options().withEngine(Engine.jit()).withProgram("parse_ethernet"));
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", udp(DNS)));
            List<PathLine> path = traced.only().programs().getFirst().path(TraceDetail.LINES);
            assertEquals(
                    List.of("program parse_ipv4", "program parse_udp"),
                    path.stream()
                            .map(PathLine::place)
                            .filter(place -> place.startsWith("program"))
                            .toList());
            assertEquals(
                    2,
                    path.stream()
                            .flatMap(line -> line.calls().stream())
                            .filter(call -> call.startsWith("bpf_tail_call(ctx, ") && call.endsWith("enters a program"))
                            .count(),
                    path::toString);
        }
    }

    @Test
    void programsOfPortAndSwitchAreToldInOrderAndLaterOnesHaveAPath() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Traced traced = new Traced();
            try (Trace _ = hand.sw().trace(TraceSettings.NEXT, traced)) {
                Steered.load(
                        hand,
                        ProgramPlace.onPort("a"),
                        Steered.example("drop_port"),
                        Steered.options().withEngine(Engine.jit()));
                Steered.load(
                        hand,
                        SWITCH,
                        Steered.example("flood_bridge"),
                        Steered.options().withEngine(Engine.jit()));
                hand.sendAndSettle("a", udp(80));
            }
            assertEquals(
                    List.of("drop_port port XDP_PASS", "flood_bridge switch"),
                    traced.only().programs().stream()
                            .map(each -> each.name() + " " + each.place()
                                    + (each.place().equals("port") ? " " + each.action() : ""))
                            .toList());
            assertTrue(traced.only().programs().stream().allMatch(each -> each.instructions() > 0));
        }
    }

    @Test
    void programsOfDevmapEntriesAreTold() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c", "d")) {
            Steered.load(
                    hand, SWITCH, Steered.object("steered"), Steered.options().withEngine(Engine.jit()), each -> {
                        EbpfVerdictTest.fillMaps(each);
                        each.setRedirect("devmap", 3, 3, "on_the_way_out");
                    });
            Traced traced = Traced.of(
                    hand,
                    TraceSettings.NEXT,
                    () -> hand.sendAndSettle(
                            "a",
                            Steered.withEgressAction(Steered.frame(Steered.REDIRECT_DEVMAP, 3), 2),
                            Steered.withEgressAction(Steered.frame(Steered.REDIRECT_DEVMAP, 3), 1)));
            assertEquals(
                    List.of("steered switch, on_the_way_out devmap", "steered switch, on_the_way_out devmap"),
                    traced.frames().stream()
                            .map(frame -> String.join(
                                    ", ",
                                    frame.programs().stream()
                                            .map(each -> each.name() + " " + each.place())
                                            .toList()))
                            .toList());
            assertEquals(
                    "on_the_way_out said XDP_DROP", traced.frames().getLast().why());
        }
    }
}
