// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.counter.DropReason;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Engine;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.AddressKind;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.xdp.ValeVerdict;
import weir.ebpf.xdp.XdpBatch;

/** What programs for VALE-BPF say, and what becomes of frames. Each switch asserts the law when it is closed. */
class ValeProgramTest {
    private static final ProgramPlace SWITCH = ProgramPlace.onSwitch();
    private static final int SET_VLAN = 13;

    /**
     * @param to ports that get frames of port b, which has index 1
     * @param drop reason, or null when no frame is dropped
     * @param counted as what
     */
    record Case(int returned, List<String> to, DropReason drop, String counted) {}

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>(List.of(
                new Case(0, List.of("a"), null, "port"),
                new Case(2, List.of("c"), null, "port"),
                new Case(253, List.of("last"), null, "port"),
                new Case(1, List.of(), DropReason.HAIRPIN, "port"),
                new Case(3, List.of(), DropReason.REDIRECT_INVALID, "port"),
                new Case(252, List.of(), DropReason.REDIRECT_INVALID, "port"),
                new Case(254, List.of("a", "c", "last", "beyond"), null, "broadcast")));
        for (int none : new int[] {255, 256, 257, 1 << 16, Integer.MAX_VALUE, Integer.MIN_VALUE, -2, -1}) {
            cases.add(new Case(none, List.of(), DropReason.PROGRAM_DROP, "drop"));
        }
        return cases;
    }

    private static Stream<Engine> engines() {
        return Stream.of(Engine.interpreter(), Engine.jit());
    }

    private static Stream<Arguments> casesByWorkersAndEngine() {
        return cases().stream()
                .flatMap(each ->
                        Stream.of(1, 2).flatMap(workers -> engines().map(engine -> arguments(each, workers, engine))));
    }

    /** Ports a, b, c have indices 0 to 2, "last" has 253; "beyond" has none. */
    private static HandDrivenSwitch fivePorts(int workers) {
        HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c");
        hand.port(PortOptions.named("last").withNumber(254), MemoryPortConfig.DEFAULT);
        return hand.port(PortOptions.named("beyond").withNumber(255), MemoryPortConfig.DEFAULT);
    }

    private static AttachedProgram load(HandDrivenSwitch hand, Engine engine) {
        return Steered.load(
                hand, SWITCH, Steered.object("vale_steered"), Steered.options().withEngine(engine));
    }

    private static Map<DropReason, Long> drops(HandDrivenSwitch hand, String port) {
        return hand.sw().counters().get(port).drops();
    }

    @ParameterizedTest(name = "{0}, {1} workers, {2}")
    @MethodSource("casesByWorkersAndEngine")
    void doesWhatTheProgramSays(Case each, int workers, Engine engine) {
        try (HandDrivenSwitch hand = fivePorts(workers)) {
            AttachedProgram program = load(hand, engine);
            byte[] frame = Steered.frame(Steered.RETURN, each.returned);
            hand.sendAndSettle("b", frame, frame);
            for (String port : hand.portNames()) {
                hand.assertReceived(port, each.to.contains(port) ? new byte[][] {frame, frame} : new byte[0][]);
            }
            assertEquals(each.drop == null ? Map.of() : Map.of(each.drop, 2L), drops(hand, "b"));
            assertEquals(
                    2,
                    program.counters().byAction(ProgramType.VALE).get(each.counted),
                    () -> program.counters().toString());
            assertEquals(2, program.counters().frames());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aBatchOfAllSortsIsDecidedFrameByFrame(Engine engine) {
        try (HandDrivenSwitch hand = fivePorts(1)) {
            AttachedProgram program = load(hand, engine);
            List<Case> all = cases();
            hand.sendAndSettle(
                    "b",
                    all.stream()
                            .map(each -> Steered.frame(Steered.RETURN, each.returned))
                            .toArray(byte[][]::new));
            for (String port : hand.portNames()) {
                hand.assertReceived(
                        port,
                        all.stream()
                                .filter(each -> each.to.contains(port))
                                .map(each -> Steered.frame(Steered.RETURN, each.returned))
                                .toArray(byte[][]::new));
            }
            assertEquals(
                    Map.of("port", 6L, "broadcast", 1L, "drop", 8L),
                    program.counters().byAction(ProgramType.VALE));
            assertEquals(
                    Map.of(DropReason.HAIRPIN, 1L, DropReason.REDIRECT_INVALID, 2L, DropReason.PROGRAM_DROP, 8L),
                    drops(hand, "b"));
        }
    }

    @ParameterizedTest
    @CsvSource({"a,0", "b,1", "last,253", "beyond,255"})
    void aProgramSeesTheIndexOfTheIngressPort(String from, int index) {
        try (HandDrivenSwitch hand = fivePorts(1)) {
            load(hand, Engine.jit());
            byte[] asks = Steered.frame(Steered.WRITE_CONTEXT, 2);
            hand.sendAndSettle(from, asks);
            hand.assertReceived("c", Steered.written(asks, index, 0));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theRingAskedForChangesNothingAndTheNextFrameDoesNotSeeIt(Engine engine) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            load(hand, engine);
            byte[] asks = Steered.frame(Steered.WRITE_CONTEXT, 2, 0x77);
            byte[] seen = Steered.written(asks, 0, 0);
            hand.sendAndSettle("a", asks, asks);
            hand.sendAndSettle("a", asks);
            hand.assertReceived("c", seen, seen, seen);
        }
    }

    @Test
    void framesThatOthersHoldAreCopiedBeforeTheyAreWritten() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            byte[] flooded = Steered.frame(Steered.WRITE_CONTEXT, 2);
            hand.sendAndSettle("a", flooded); // no program yet: b and c share one slot
            long[] atB = new long[1];
            assertEquals(1, hand.endpoint("b").receive(atB, 0, 1));
            load(hand, Engine.interpreter());
            assertEquals(1, hand.endpoint("b").send(atB, 0, 1));
            hand.settle();
            hand.assertReceived("c", flooded, Steered.written(flooded, 1, 0)); // the first is what c held all the time
        }
    }

    @Test
    void aBroadcastStaysInTheFramesVlan() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            for (String port : List.of("a=10", "b=10", "c=20", "d=10")) {
                hand.port(
                        PortOptions.named(port.substring(0, 1)).withVlan(VlanMode.parse("access:" + port.substring(2))),
                        MemoryPortConfig.DEFAULT);
            }
            load(hand, Engine.interpreter());
            byte[] broadcast = Steered.frame(Steered.RETURN, ValeVerdict.BROADCAST);
            byte[] toOtherVlan = Steered.frame(Steered.RETURN, 2);
            hand.sendAndSettle("a", broadcast, toOtherVlan);
            hand.assertReceived("b", broadcast);
            hand.assertReceived("c");
            hand.assertReceived("d", broadcast);
            assertEquals(Map.of(DropReason.VLAN_DENIED, 1L), drops(hand, "c"));
        }
    }

    @Test
    void aFrameThatAProgramMovedToAVlanIsThere() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            hand.port(PortOptions.named("a").withVlan(VlanMode.parse("trunk:3338,3339")), MemoryPortConfig.DEFAULT);
            hand.port(PortOptions.named("b").withVlan(VlanMode.parse("trunk:3338")), MemoryPortConfig.DEFAULT);
            hand.port(PortOptions.named("c").withVlan(VlanMode.parse("trunk:3339")), MemoryPortConfig.DEFAULT);
            AttachedProgram program = load(hand, Engine.interpreter());
            byte[] moved = tagged(3339 & 0xff);
            byte[] refused = tagged(3340 & 0xff);
            hand.sendAndSettle("a", refused, moved, refused);
            hand.assertReceived("b");
            moved[15] = (byte) 3339;
            hand.assertReceived("c", moved);
            assertEquals(Map.of(DropReason.VLAN_DENIED, 2L), drops(hand, "a"));
            assertEquals(1, program.counters().frames(), "what is refused is not counted as decided");
        }
    }

    /** A broadcast in VLAN 3338, 0xd0a: its upper byte is the command. */
    private static byte[] tagged(int vlanLowByte) {
        byte[] frame = Steered.frame(0, ValeVerdict.BROADCAST, vlanLowByte);
        Frames.writeShort(frame, 12, Frames.TPID);
        Frames.writeShort(frame, 14, SET_VLAN << 8 | 0x0a);
        return frame;
    }

    @Test
    void onAPortItDecidesBeforeTheProgramOfTheSwitch() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            AttachedProgram onPort =
                    Steered.load(hand, ProgramPlace.onPort("a"), Steered.object("vale_steered"), Steered.options());
            AttachedProgram onSwitch = Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options());
            byte[] frame = Steered.frame(Steered.RETURN, 2); // port c, or XDP_PASS
            hand.sendAndSettle("a", frame);
            hand.sendAndSettle("b", frame);
            hand.assertReceived("c", frame, frame);
            hand.assertReceived("a", frame);
            assertEquals(1, onPort.counters().redirected());
            assertEquals(1, onSwitch.counters().passed());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void valesBridgeLearnsAndForwards(Engine engine) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            AttachedProgram bridge = Steered.load(
                    hand,
                    SWITCH,
                    Steered.valeExample("l2_bridge"),
                    Steered.options().withEngine(engine));
            byte[] there = Frames.untagged(Frames.station(2), Frames.station(1), 64, 0);
            byte[] back = Frames.untagged(Frames.station(1), Frames.station(2), 64, 0);
            byte[] toItself = Frames.untagged(Frames.station(1), Frames.station(1), 64, 0);
            hand.sendAndSettle("a", there); // unknown: to all
            hand.sendAndSettle("b", back);
            hand.sendAndSettle("a", there, toItself);
            hand.assertReceived("a", back);
            hand.assertReceived("b", there, there);
            hand.assertReceived("c", there);
            assertEquals(
                    Map.of("port", 3L, "broadcast", 1L, "drop", 0L),
                    bridge.counters().byAction(ProgramType.VALE));
            assertEquals(Map.of(DropReason.HAIRPIN, 1L), drops(hand, "a"));
        }
    }

    /** An engine with a fault on each second frame, which no verified program for VALE-BPF has. */
    private record Faulty(FaultKind kind) implements EbpfProgram {
        private static final ProgramSpec SPEC =
                ProgramSpec.of("faulty", ProgramType.VALE, Code.of(List.of(new Instruction.Exit())));

        @Override
        public ProgramSpec spec() {
            return SPEC;
        }

        @Override
        public void run(XdpBatch batch, int cpu) {
            batch.forgetOutcomes();
            for (int k = 0; k < batch.size(); k++) {
                batch.actions()[k] = ValeVerdict.DROP;
                if (k % 2 == 1) {
                    batch.fail(k, SPEC, 0, kind, AddressKind.NONE, 0);
                }
            }
        }

        @Override
        public void close() {
            // owns nothing
        }
    }

    private static EbpfForwardingProgram attach(HandDrivenSwitch hand, FaultKind kind, OnFault onFault) {
        EbpfForwardingProgram program = new EbpfForwardingProgram(
                new PreparedProgram(new Faulty(kind), false, false, false, false),
                true,
                1,
                hand.sw().pool(),
                onFault,
                List.of());
        hand.sw().program(program);
        return program;
    }

    @ParameterizedTest
    @EnumSource(names = {"READ", "BUDGET"})
    void aFaultIsADropOfItsOwn(FaultKind kind) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            EbpfForwardingProgram program = attach(hand, kind, OnFault.DROP);
            byte[] frame = Steered.frame(Steered.RETURN, 0);
            hand.sendAndSettle("a", frame, frame, frame);
            DropReason reason = kind == FaultKind.BUDGET ? DropReason.PROGRAM_BUDGET : DropReason.PROGRAM_ABORTED;
            assertEquals(Map.of(DropReason.PROGRAM_DROP, 2L, reason, 1L), drops(hand, "a"));
            assertEquals(3, program.counters().dropped());
            assertEquals(1, program.counters().faults());
            assertTrue(program.lastFaults().getFirst().text().contains("faulty"), program.lastFaults()::toString);
        }
    }

    @Test
    void aFaultIsForLearningWhereThatIsThePolicy() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            attach(hand, FaultKind.READ, OnFault.LEARN);
            byte[] frame = Steered.frame(Steered.RETURN, 0);
            hand.sendAndSettle("a", frame, frame, frame);
            hand.assertReceived("b", frame);
            assertEquals(Map.of(DropReason.PROGRAM_DROP, 2L), drops(hand, "a"));
        }
    }
}
