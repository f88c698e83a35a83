// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.interpreter.ObservedMachine;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Assembler;
import weir.ebpf.isa.Instruction.ByteSwap.Order;
import weir.ebpf.isa.Listing;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ContextField;
import weir.ebpf.program.PathFacts;
import weir.ebpf.program.PathFacts.Comparison;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.Source;
import weir.ebpf.random.ProgramGenerator;
import weir.ebpf.random.RandomPackets;
import weir.ebpf.random.RandomProgram;
import weir.ebpf.random.Seeds;
import weir.ebpf.random.Weights;
import weir.testing.RunSize;

/** What is said about loops and branches: right for programs that are known, and never wrong for random ones. */
class PathFactsTest {
    private static final int PROGRAMS = RunSize.of(1_500, 50_000);
    private static final Duration TIME = Duration.ofSeconds(RunSize.of(20, 5_000));
    private static final int PACKETS = 4;
    private static final int ENOUGH = 5;
    private static final List<MapSpec> MAPS =
            List.of(MapSpec.of("hash", MapType.HASH, 4, 8, 16), MapSpec.of("array", MapType.ARRAY, 4, 8, 5));
    /** The frame's start in r2, its end in r3, and 64 bytes of it are there. */
    private static final String FRAME = """
            r2 = *(u32 *)(r1 +0)
            r3 = *(u32 *)(r1 +4)
            r4 = r2
            r4 += 64
            r0 = 1
            if r4 <= r3 goto +1
            exit
            """;

    private static PathFacts facts(String code) {
        ProgramSpec spec =
                ProgramSpec.of("known", new Assembler().read(code).code().withDescriptorsAsIndices());
        return facts(spec, MAPS);
    }

    private static PathFacts facts(ProgramSpec spec, List<MapSpec> maps) {
        return switch (Verifier.verify(spec, maps, HelperTable.xdp(), VerifierOptions.standard())) {
            case Verification.Accepted accepted -> accepted.program().facts().paths();
            case Verification.Rejected rejected ->
                throw new AssertionError(rejected.violations().getFirst().text());
        };
    }

    static Stream<Arguments> loops() {
        return Stream.of(
                Arguments.of("none", "r0 = 1\n exit\n", Map.of()),
                Arguments.of("ten turns", "r0 = 0\n r0 += 1\n if r0 < 10 goto -2\n exit\n", Map.of(1, 9L)),
                Arguments.of("left early", """
                        r6 = r1
                        r0 = 0
                        r0 += 1
                        r2 = *(u32 *)(r6 +16)
                        if r2 == 7 goto +1
                        if r0 < 10 goto -4
                        exit
                        """, Map.of(2, 9L)),
                Arguments.of("as many turns as a number below 16", """
                        r2 = *(u32 *)(r1 +16)
                        r2 &= 15
                        r0 = 0
                        if r0 >= r2 goto +2
                        r0 += 1
                        goto -3
                        exit
                        """, Map.of(3, 15L)),
                Arguments.of("one in another", """
                        r0 = 0
                        r2 = 0
                        r2 += 1
                        if r2 < 3 goto -2
                        r0 += 1
                        if r0 < 4 goto -5
                        exit
                        """, Map.of(1, 3L, 2, 2L)),
                Arguments.of("entered from two places with other starts", """
                        r2 = *(u32 *)(r1 +16)
                        r0 = 0
                        if r2 == 0 goto +1
                        r0 = 4
                        r0 += 1
                        if r0 < 10 goto -2
                        exit
                        """, Map.of(4, 9L)),
                Arguments.of("in a function", """
                        r1 = 8
                        call pc+1
                        exit
                        r0 = 0
                        r0 += 1
                        if r0 < r1 goto -2
                        exit
                        """, Map.of(4, 7L)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("loops")
    void boundsOfKnownLoops(String name, String code, Map<Integer, Long> bounds) {
        Map<Integer, Long> found = new HashMap<>();
        for (PathFacts.Loop loop : facts(code).loops()) {
            assertTrue(loop.bound().isPresent(), name);
            found.put(loop.head(), loop.bound().orElseThrow());
        }
        assertEquals(bounds, found);
    }

    @Test
    void aLoopHasItsBody() {
        PathFacts.Loop loop = facts("r0 = 0\n r0 += 1\n if r0 == 5 goto +1\n goto -3\n exit\n")
                .loops()
                .getFirst();
        assertEquals(List.of(3), loop.backEdges());
        assertEquals(1, loop.first());
        assertEquals(3, loop.last());
        assertEquals(OptionalLong.of(4), loop.bound());
    }

    /** Rounds of a callback end where a round before began, while what follows is still to be walked. */
    @Test
    void aLoopAroundACallbackHasNoBound() {
        PathFacts.Loop loop = facts("""
                        r6 = 0
                        r1 = 100
                        r2 = pc+8
                        r3 = 0
                        r4 = 0
                        call 181
                        r6 += 1
                        if r6 < 5 goto -8
                        r0 = 1
                        exit
                        r0 = 0
                        exit
                        """).loops().getFirst();
        assertEquals(1, loop.head());
        assertEquals(OptionalLong.empty(), loop.bound());
    }

    @Test
    void callbacksHaveTheBoundOfTheirCounts() {
        String callback = "r0 = 0\n exit\n";
        assertEquals(
                Map.of(5, 9L),
                facts("r1 = 9\n r2 = pc+6\n r3 = 0\n r4 = 0\n call 181\n r0 = 1\n exit\n" + callback)
                        .rounds());
        String forEach = "r1 = map[idx:%d]\n r2 = pc+6\n r3 = 0\n r4 = 0\n call 164\n r0 = 1\n exit\n" + callback;
        assertEquals(Map.of(6, 5L), facts(forEach.formatted(1)).rounds());
        assertEquals(Map.of(), facts(forEach.formatted(0)).rounds(), "a hash table may grow while it is walked");
    }

    static Stream<Arguments> comparisons() {
        Source ethertype = new Source.FrameBytes(7, 12, 2, false);
        return Stream.of(
                Arguments.of(
                        "bytes of the frame",
                        "r5 = *(u16 *)(r2 +12)\n if r5 == 8 goto +0\n",
                        8,
                        new Comparison(ethertype, new Source.Constant(8))),
                Arguments.of(
                        "in network order",
                        "r5 = *(u16 *)(r2 +12)\n r5 = be16 r5\n if r5 > 1500 goto +0\n",
                        9,
                        new Comparison(new Source.Swapped(Order.BIG, 16, ethertype), new Source.Constant(1500))),
                Arguments.of(
                        "masked, through the stack",
                        """
                        r5 = *(u8 *)(r2 +14)
                        *(u64 *)(r10 -8) = r5
                        r6 = *(u64 *)(r10 -8)
                        r6 &= 15
                        if r6 == 5 goto +0
                        """,
                        11,
                        new Comparison(
                                new Source.Computed(
                                        AluOp.AND,
                                        true,
                                        new Source.FrameBytes(7, 14, 1, false),
                                        new Source.Constant(15)),
                                new Source.Constant(5))),
                Arguments.of(
                        "the frame's end",
                        "r4 = r2\n r4 += 100\n if r4 > r3 goto +0\n",
                        9,
                        new Comparison(new Source.FrameAddress(100), new Source.FrameEnd())),
                Arguments.of(
                        "the frame's length",
                        "r3 -= r2\n if r3 > 200 goto +0\n",
                        8,
                        new Comparison(
                                new Source.Computed(AluOp.SUB, true, new Source.FrameEnd(), new Source.FrameAddress(0)),
                                new Source.Constant(200))),
                Arguments.of(
                        "a field of the context",
                        "r5 = *(u32 *)(r1 +12)\n if r5 != 3 goto +0\n",
                        8,
                        new Comparison(new Source.ContextField(ContextField.INGRESS_PORT), new Source.Constant(3))),
                Arguments.of("a lookup", """
                        *(u32 *)(r10 -4) = 1
                        r1 = map[idx:0]
                        r2 = r10
                        r2 += -4
                        call 1
                        if r0 == 0 goto +0
                        r0 = 1
                        """, 13, new Comparison(new Source.Lookup(12, 0), new Source.Constant(0))),
                Arguments.of(
                        "a map's value",
                        """
                        *(u32 *)(r10 -4) = 1
                        r1 = map[idx:1]
                        r2 = r10
                        r2 += -4
                        call 1
                        if r0 == 0 goto +2
                        r0 = *(u32 *)(r0 +4)
                        if r0 == 9 goto +0
                        r0 = 1
                        """,
                        15,
                        new Comparison(new Source.MapBytes(14, 1, 4, 4, false), new Source.Constant(9))),
                Arguments.of(
                        "a helper's answer",
                        "call 7\n if w0 == 9 goto +0\n r0 = 1\n",
                        8,
                        new Comparison(new Source.Result(7, 7), new Source.Constant(9))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("comparisons")
    void saysWhereComparedNumbersComeFrom(String name, String code, int slot, Comparison expected) {
        PathFacts.Branch branch = facts(FRAME + code + "exit\n").branches().get(slot);
        assertTrue(branch != null && branch.comparisons().contains(expected), () -> name + ": " + branch);
    }

    @Test
    void saysWhichWaysBranchesGo() {
        PathFacts facts = facts("""
                r0 = *(u32 *)(r1 +16)
                r0 &= 7
                if r0 > 7 goto +4
                if r0 <= 7 goto +1
                r0 = 9
                if r0 == 3 goto +1
                r0 = 1
                exit
                """);
        assertEquals(List.of(false, true), ways(facts, 2));
        assertEquals(List.of(true, false), ways(facts, 3));
        assertEquals(List.of(true, true), ways(facts, 5));
    }

    private static List<Boolean> ways(PathFacts facts, int slot) {
        PathFacts.Branch branch = facts.branches().get(slot);
        return branch == null ? List.of() : List.of(branch.mayJump(), branch.mayFallThrough());
    }

    /** Random programs that are accepted, in the checking interpreter. */
    @Test
    void noRunGoesAnImpossibleWayOrTakesMoreTurns() throws LoadException {
        ProgramGenerator generator = new ProgramGenerator(Weights.everything());
        long start = System.nanoTime();
        List<String> misfits = new ArrayList<>();
        long seen = 0;
        for (long seed : Seeds.of(PROGRAMS)) {
            if (misfits.size() >= ENOUGH || (seen > 0 && System.nanoTime() - start > TIME.toNanos())) {
                break;
            }
            RandomProgram program = generator.generate(seed);
            Map<String, PathFacts> facts = new HashMap<>();
            if (!isAccepted(program, facts)) {
                continue;
            }
            PathFactsCheck check = new PathFactsCheck(facts);
            run(program, check);
            seen = Math.max(seen, check.seen());
            if (!check.misfits().isEmpty()) {
                misfits.add("seed " + seed + ": " + check.misfits().getFirst() + "\n"
                        + new Listing(program.main().code()).withSlotNumbers().text());
            }
        }
        assertEquals(List.of(), misfits, () -> String.join("\n", misfits));
        assertTrue(seen > 0, "no program has branches, loops and callbacks");
    }

    private static boolean isAccepted(RandomProgram program, Map<String, PathFacts> facts) {
        for (ProgramSpec spec : program.programs()) {
            if (!(Verifier.verify(spec, program.maps(), HelperTable.xdp(), VerifierOptions.standard())
                    instanceof Verification.Accepted accepted)) {
                return false;
            }
            facts.put(spec.name(), accepted.program().facts().paths());
        }
        return true;
    }

    private static void run(RandomProgram program, PathFactsCheck check) throws LoadException {
        LoadOptions options = LoadOptions.on(new DeterministicHost(1));
        try (Arena arena = Arena.ofConfined();
                LoadedObject loaded = LoadedObject.of(program.programs(), program.maps(), options)) {
            ObservedMachine machine = ObservedMachine.of(new DeterministicHost(1), arena, check);
            EbpfProgram main = machine.on(loaded.program(program.main().name()).orElseThrow());
            for (Bytes packet : RandomPackets.generate(program.seed(), PACKETS)) {
                check.begin();
                var _ = TestRun.of(packet.toArray()).run(main);
            }
        }
    }
}
