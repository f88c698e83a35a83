// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.Mem;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.ebpf.EbpfProgram;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/** Programs that move the bounds of frames, leave metadata, or run on the way out. */
class EbpfBoundsTest {
    private static Map<DropReason, Long> drops(HandDrivenSwitch hand, String port) {
        return hand.sw().counters().get(port).drops();
    }

    private static byte[] cutInFront(byte[] frame, int bytes) {
        return Arrays.copyOfRange(frame, bytes, frame.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 46})
    void aFrameCutInFrontLeavesShorter(int bytes) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options());
            byte[] frame = Steered.frame(Steered.ADJUST_HEAD, bytes);
            frame[bytes + 6] = 2; // what is the source address afterwards
            hand.sendAndSettle("a", frame);
            hand.assertReceived("b", cutInFront(frame, bytes));
        }
    }

    @ParameterizedTest
    @CsvSource({"-4", "-64", "-200"})
    void aFrameGrownInFrontLeavesLonger(int bytes) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options());
            byte[] frame = Steered.frame(Steered.ADJUST_HEAD, bytes);
            hand.sendAndSettle("a", frame);
            // What the new bytes hold decides where it goes; the rest is unchanged wherever that is.
            List<byte[]> received = hand.received("b");
            long dropped = drops(hand, "a").values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            assertEquals(1, received.size() + dropped);
            received.forEach(each -> assertEquals(64 - bytes, each.length));
        }
    }

    @ParameterizedTest
    @CsvSource({"-50,14", "-1,63", "0,64", "1,65", "100,164", "1400,1464"})
    void theEndMovesAndNewBytesAreZero(int bytes, int length) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options());
            byte[] frame = Steered.frame(Steered.ADJUST_TAIL, bytes);
            hand.sendAndSettle("a", frame);
            hand.assertReceived("b", Arrays.copyOf(frame, length));
        }
    }

    @ParameterizedTest
    @CsvSource({"ADJUST_TAIL,-51", "ADJUST_TAIL,-100", "ADJUST_TAIL,1793", "ADJUST_HEAD,51", "ADJUST_HEAD,-1000"})
    void helpersRefuseToLeaveTheSlotOrLessThanAHeader(String what, int bytes) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options());
            int command = what.equals("ADJUST_TAIL") ? Steered.ADJUST_TAIL : Steered.ADJUST_HEAD;
            hand.sendAndSettle("a", Steered.frame(command, bytes));
            assertEquals(Map.of(DropReason.PROGRAM_ABORTED, 1L), drops(hand, "a"));
        }
    }

    @Test
    void aFrameThatGrewBeyondThePortsMtuIsOversizeThere() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            for (String name : List.of("a", "b")) {
                hand.port(PortOptions.named(name), MemoryPortConfig.DEFAULT.withMtuBytes(200));
            }
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options());
            hand.sendAndSettle("a", Steered.frame(Steered.ADJUST_TAIL, 200), Steered.frame(Steered.ADJUST_TAIL, 150));
            assertEquals(1, hand.received("b").size());
            assertEquals(Map.of(DropReason.OVERSIZE, 1L), drops(hand, "b"));
        }
    }

    @Test
    void metadataGoesFromProgramToProgramAndNotOnTheWire() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Steered.load(hand, ProgramPlace.onPort("a"), Steered.object("steered"), Steered.options());
            ForwardingProgram changesTheCommand = (batch, from, to, decision) -> {
                for (int i = from; i < to; i++) {
                    Mem.putByte(decision.address(i) + Steered.COMMAND_BYTE, (byte) Steered.GET_METADATA);
                    assertEquals(8, batch.metadataBytes()[i]);
                }
            };
            hand.sw().program(changesTheCommand);
            byte[] frame = Steered.frame(Steered.SET_METADATA, 77);
            hand.sendAndSettle("a", frame);
            byte[] changed = frame.clone();
            changed[Steered.COMMAND_BYTE] = Steered.GET_METADATA;
            hand.assertReceived("b", changed);
            hand.sw().program(null);
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options());
            hand.sendAndSettle("a", Steered.frame(Steered.GET_METADATA, 0));
            byte[] asked = Steered.frame(Steered.GET_METADATA, 0);
            hand.assertReceived("b", Steered.written(asked, 0));
        }
    }

    @Test
    void metadataReachesTheProgramOnTheSwitchAndThatOfTheEntry() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            Steered.load(hand, ProgramPlace.onPort("a"), Steered.object("metadata"), Steered.options());
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options(), program -> {
                program.setRedirect("devmap", 2, 2, "on_the_way_out");
                program.setRedirect("devmap", 3, 3, "on_the_way_out");
            });
            byte[] asks = Steered.frame(Steered.GET_METADATA, 0);
            hand.sendAndSettle("a", asks, Steered.frame(Steered.REDIRECT_DEVMAP, 2));
            byte[] written = Steered.written(asks, 4, 0x600df00d);
            Frames.assertSameFrames(
                    List.of(written, Steered.written(Steered.frame(Steered.REDIRECT_DEVMAP, 2), 1, 2, 4)),
                    hand.received("b"),
                    "b");
            hand.assertReceived("c", written);
            byte[] broadcast = Steered.frame(Steered.REDIRECT_DEVMAP, 0, Steered.BROADCAST);
            hand.sendAndSettle("a", broadcast);
            hand.assertReceived("b", Steered.written(broadcast, 1, 2, 4));
            hand.assertReceived("c", Steered.written(broadcast, 1, 3, 4));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,",
        "1,PROGRAM_DROP",
        "3,PROGRAM_INVALID_ACTION",
        "4,PROGRAM_INVALID_ACTION",
        "9,PROGRAM_INVALID_ACTION"
    })
    void onTheWayOutOnlyPassSends(int action, DropReason reason) {
        for (int workers : new int[] {1, 2}) {
            try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c", "d")) {
                AttachedProgram program = Steered.load(
                        hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options(), each -> {
                            each.setRedirect("devmap_hash", 1, 1, "");
                            each.setRedirect("devmap_hash", 2, 2, "on_the_way_out");
                            each.setRedirect("devmap_hash", 3, 3, "");
                            each.setRedirect("devmap_hash", 4, 4, "on_the_way_out");
                        });
                byte[] one = Steered.withEgressAction(Steered.frame(Steered.REDIRECT_DEVMAP_HASH, 2), action);
                byte[] all = Steered.withEgressAction(
                        Steered.frame(Steered.REDIRECT_DEVMAP_HASH, 0, Steered.BROADCAST | Steered.EXCLUDE_INGRESS),
                        action);
                hand.sendAndSettle("a", one, all);
                boolean passes = reason == null;
                hand.assertReceived("a");
                hand.assertReceived(
                        "b",
                        passes
                                ? new byte[][] {Steered.written(one, 1, 2, 0), Steered.written(all, 1, 2, 0)}
                                : new byte[0][]);
                hand.assertReceived("c", all);
                hand.assertReceived("d", passes ? new byte[][] {Steered.written(all, 1, 4, 0)} : new byte[0][]);
                assertEquals(passes ? Map.of() : Map.of(reason, 3L), drops(hand, "a"));
                assertEquals(2, hand.sw().counters().get("a").clones());
                assertEquals(3, program.counters().egressFrames());
                assertEquals(passes ? 0 : 3, program.counters().egressDrops());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"false,1", "true,1", "true,2"})
    void aPortThatIsInAMapSeveralTimesGetsSeveralCopies(boolean isolated, int workers) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers))) {
            for (String name : List.of("a", "b", "c")) {
                hand.port(PortOptions.named(name), MemoryPortConfig.DEFAULT.withIsolated(isolated));
            }
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options(), each -> {
                for (int key = 0; key < 9; key++) {
                    each.setRedirect("devmap_hash", key, 2 + key % 2, key == 8 ? "on_the_way_out" : "");
                }
            });
            byte[] all = Steered.frame(Steered.REDIRECT_DEVMAP_HASH, 0, Steered.BROADCAST);
            byte[] one = Steered.frame(Steered.REDIRECT, 2);
            byte[][] burst = new byte[64][];
            Arrays.setAll(burst, i -> i % 2 == 0 ? all : one);
            hand.sendAndSettle("a", burst);
            assertEquals(32 * 5 + 32, hand.received("b").size());
            assertEquals(32 * 4, hand.received("c").size());
            assertEquals(32 * 8, hand.sw().counters().get("a").clones());
        }
    }

    @Test
    void onTheWayOutFramesMayGrow() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options(), each -> {
                each.setRedirect("devmap", 2, 2, "longer_on_the_way_out");
                each.setRedirect("devmap", 3, 3, "");
            });
            byte[] frame = Steered.frame(Steered.REDIRECT_DEVMAP, 0, Steered.BROADCAST);
            hand.sendAndSettle("a", frame);
            hand.assertReceived("c", frame);
            byte[] longer = Frames.push(frame, 2);
            longer[12] = (byte) 0x88;
            longer[13] = (byte) 0xa8;
            hand.assertReceived("b", longer);
        }
    }

    @Test
    void aProgramOnAPortComesFirstAndOnlyWhatItPassesGoesOn() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            AttachedProgram onPort =
                    Steered.load(hand, ProgramPlace.onPort("a"), Steered.object("steered"), Steered.options());
            AttachedProgram onSwitch =
                    Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options());
            byte[] asks = Steered.frame(Steered.WRITE_CONTEXT, 0);
            byte[] redirected = Steered.frame(Steered.REDIRECT, 3);
            hand.send("a", asks, redirected, Steered.frame(Steered.RETURN, XdpAction.DROP), asks);
            hand.send("b", redirected, Steered.frame(Steered.RETURN, XdpAction.TX));
            hand.settle();
            assertEquals(4, onPort.counters().frames());
            assertEquals(2, onPort.counters().passed());
            assertEquals(4, onSwitch.counters().frames());
            assertEquals(3, hand.received("b").size());
            assertEquals(4, hand.received("c").size());
            assertEquals(List.of(onSwitch, onPort), hand.sw().programs().all());
        }
    }

    @ParameterizedTest
    @CsvSource({"access:10,access:10,true", "access:10,access:20,false", "trunk:10,access:10,true"})
    void framesThatAProgramChangedKeepToTheirVlan(String from, String to, boolean arrives) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            hand.port(PortOptions.named("a").withVlan(VlanMode.parse(from)), MemoryPortConfig.DEFAULT);
            hand.port(PortOptions.named("b").withVlan(VlanMode.parse(to)), MemoryPortConfig.DEFAULT);
            Steered.load(
                    hand,
                    ProgramPlace.onSwitch(),
                    Steered.object("steered"),
                    Steered.options(),
                    each -> each.setRedirect("devmap", 2, 2, "on_the_way_out"));
            byte[] inner = Steered.frame(Steered.REDIRECT_DEVMAP, 2);
            boolean tagged = from.startsWith("trunk");
            hand.sendAndSettle("a", tagged ? Frames.push(inner, 0x200a) : inner);
            // A tagged frame has the program's command elsewhere: it passes, and is flooded within its VLAN.
            byte[] expected = tagged ? inner : Steered.written(inner, 1, 2, 0);
            hand.assertReceived("b", arrives ? new byte[][] {expected} : new byte[0][]);
        }
    }

    @Test
    void aFrameThatLostItsTagIsRefusedWhereThePortTakesTaggedOnesOnly() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            hand.port(PortOptions.named("a").withVlan(VlanMode.parse("trunk:1546")), MemoryPortConfig.DEFAULT);
            hand.port(PortOptions.named("b").withVlan(VlanMode.parse("trunk:1546")), MemoryPortConfig.DEFAULT);
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options());
            byte[] frame = Steered.frame(Steered.ADJUST_HEAD, 4);
            Frames.writeShort(frame, 12, Frames.TPID);
            Frames.writeShort(frame, 14, Steered.ADJUST_HEAD << 8 | 0x0a); // VLAN 1546, and the command
            hand.sendAndSettle("a", frame);
            assertEquals(Map.of(DropReason.VLAN_DENIED, 1L), drops(hand, "a"));
            assertEquals(List.of(), hand.received("b"));
        }
    }

    /** An engine that leaves less than an Ethernet header, which those of eBPF never do. */
    private static final class Cutter implements EbpfProgram {
        @Override
        public ProgramSpec spec() {
            return ProgramSpec.of("cutter", Code.of(List.of(new Instruction.Exit())));
        }

        @Override
        public void run(XdpBatch batch, int cpu) {
            for (int i = 0; i < batch.size(); i++) {
                batch.ends()[i] = batch.datas()[i] + (i % 2 == 0 ? 13 : 14);
                batch.actions()[i] = XdpAction.TX;
            }
        }

        @Override
        public void close() {}
    }

    @Test
    void lessThanAHeaderIsARunt() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            FramePool pool = hand.sw().pool();
            hand.sw()
                    .program(new EbpfForwardingProgram(
                            new PreparedProgram(new Cutter(), true, true, true, true),
                            false,
                            1,
                            pool,
                            OnFault.DROP,
                            List.of()));
            byte[] frame = Steered.frame(0, 0);
            hand.sendAndSettle("a", frame, frame, frame);
            hand.assertReceived("a", Arrays.copyOf(frame, 14));
            assertEquals(Map.of(DropReason.RUNT, 2L), drops(hand, "a"));
        }
    }

    /** Programs must work the same wherever in a batch their frames are. */
    @Test
    void batchesOfManyPortsAreTakenApartByPort() {
        String[] names =
                Stream.iterate(1, i -> i + 1).limit(8).map(i -> "p" + i).toArray(String[]::new);
        try (HandDrivenSwitch hand =
                new HandDrivenSwitch(c -> c.withBatchFrames(FrameBatch.MAX_CAPACITY)).ports(names)) {
            for (int p = 1; p <= 8; p += 2) {
                Steered.load(hand, ProgramPlace.onPort("p" + p), Steered.object("steered"), Steered.options());
            }
            byte[] asks = Steered.frame(Steered.WRITE_CONTEXT, 0);
            byte[] back = Steered.frame(Steered.REPLY, 0);
            for (String name : names) {
                hand.send(name, back, asks, back);
            }
            hand.settle();
            for (int p = 1; p <= 8; p++) {
                AttachedProgram program =
                        hand.sw().programs().at(ProgramPlace.onPort("p" + p)).orElse(null);
                assertEquals(p % 2 == 1, program != null);
                if (program != null) {
                    assertEquals(2, program.counters().transmitted());
                    assertEquals(1, program.counters().passed());
                }
            }
        }
    }
}
