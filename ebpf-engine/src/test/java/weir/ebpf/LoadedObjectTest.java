// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Assembler;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.RedirectMap;
import weir.ebpf.map.RingBuffer;
import weir.ebpf.program.Fault;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.testing.TestObjects;

class LoadedObjectTest {
    private static final MapSpec COUNT = MapSpec.of("count", MapType.ARRAY, 4, 8, 1);
    private static final String COUNTING = """
                r1 = map[idx:0]
                *(u32 *)(r10 -4) = 0
                r2 = r10
                r2 += -4
                call 1
                if r0 == 0 goto +2
                r1 = 1
                lock *(u64 *)(r0 +0) += r1
                r0 = 2
                exit
            """;

    /** Another byte order, and programs that are wrong on purpose. */
    private static final Set<String> NOT_TO_LOAD = Set.of("bridge.big_endian", "mistakes");

    /** Programs of the test objects that reach what only a kernel has, or what no kernel lets pass. */
    private static final Set<String> NOT_TO_RUN =
            Set.of("core_missing", "timestamp", "config", "variable", "no_lock", "signed_load");

    private static final int RECORDS = 60;

    private final LoadOptions options = LoadOptions.on(new DeterministicHost(2));

    private static ProgramSpec program(String name, String text) {
        return ProgramSpec.of(name, new Assembler().read(text).code());
    }

    private static long count(EbpfMap map) {
        MapControl.Result result = map.control().lookup(new byte[4], 0);
        return ((MapControl.Result.Found) result).bytes().at(0);
    }

    @Test
    void keepsMapsWhoseDefinitionIsEqual() throws LoadException {
        try (LoadedObject first = LoadedObject.of(program("p", COUNTING), List.of(COUNT), options)) {
            TestRun run = TestRun.of(new byte[64]);
            run.run(first.program("p").orElseThrow());
            EbpfMap kept = first.map("count").orElseThrow();
            LoadOptions keeping = options.keepingMapsOf(first);
            try (LoadedObject second = LoadedObject.of(program("p", COUNTING), List.of(COUNT), keeping)) {
                assertSame(kept, second.map("count").orElseThrow());
                run.run(second.program("p").orElseThrow());
            }
            assertEquals(2, count(kept));
            MapSpec larger = MapSpec.of("count", MapType.ARRAY, 4, 8, 2);
            try (LoadedObject third = LoadedObject.of(program("p", COUNTING), List.of(larger), keeping)) {
                assertNotSame(kept, third.map("count").orElseThrow());
            }
        }
    }

    @Test
    void keepsASharedMapAliveWhenItsMakerIsClosed() throws LoadException {
        LoadedObject first = LoadedObject.of(program("p", COUNTING), List.of(COUNT), options);
        try (LoadedObject second =
                LoadedObject.of(program("p", COUNTING), List.of(COUNT), options.keepingMapsOf(first))) {
            first.close();
            TestRun.of(new byte[64]).run(second.program("p").orElseThrow());
            assertEquals(1, count(second.map("count").orElseThrow()));
        }
    }

    /** A shared program array has the programs of the object that was loaded last, and none of a closed one. */
    @Test
    void replacesProgramsInASharedProgramArray() throws LoadException {
        MapSpec slots = MapSpec.of("slots", MapType.PROG_ARRAY, 4, 4, 2)
                .withContents(List.of(new MapSpec.Entry.Program(1, "target")));
        ProgramSpec jump = program("p", "    r2 = map[idx:0]\n    r3 = 1\n    call 12\n    r0 = 1\n    exit\n");
        ProgramSpec three = program("target", "    r0 = 3\n    exit\n");
        ProgramSpec four = program("target", "    r0 = 4\n    exit\n");
        TestRun run = TestRun.of(new byte[64]);
        try (LoadedObject first = LoadedObject.of(List.of(jump, three), List.of(slots), options)) {
            EbpfProgram program = first.program("p").orElseThrow();
            assertEquals(3, run.run(program).action());
            LoadedObject second = LoadedObject.of(List.of(jump, four), List.of(slots), options.keepingMapsOf(first));
            assertEquals(4, run.run(program).action());
            second.close();
            assertEquals(1, run.run(program).action());
        }
    }

    /** Objects of clang's, each program alone: the kernel's verifier takes them, so none may fault. */
    @Test
    void runsTheProgramsOfTheTestObjectsWithoutAFault() throws LoadException {
        int runs = 0;
        for (String name : TestObjects.names()) {
            if (!NOT_TO_LOAD.contains(name)) {
                runs += runPrograms(TestObjects.parse(name));
            }
        }
        assertTrue(runs > 60, "runs=" + runs);
    }

    private int runPrograms(ObjectFile object) throws LoadException {
        int runs = 0;
        for (ProgramSpec spec : object.programs()) {
            if (spec.type() == ProgramType.XDP && !NOT_TO_RUN.contains(spec.name())) {
                LoadOptions only = options.only(name -> name.equals(spec.name()));
                try (LoadedObject loaded = LoadedObject.load(object, only)) {
                    EbpfProgram program = loaded.program(spec.name()).orElseThrow();
                    for (int bytes : new int[] {14, 64, 1514}) {
                        byte[] frame = new byte[bytes];
                        frame[12] = 8;
                        Fault fault = TestRun.of(frame).run(program).fault();
                        assertNull(fault, () -> fault == null ? "" : fault.text());
                        runs++;
                    }
                }
            }
        }
        return runs;
    }

    @Test
    void loadsWhatAChosenProgramTailCalls() throws LoadException {
        MapSpec slots = MapSpec.of("slots", MapType.PROG_ARRAY, 4, 4, 3)
                .withContents(List.of(new MapSpec.Entry.Program(1, "target"), new MapSpec.Entry.Program(2, "target")));
        ProgramSpec jump = program("p", "    r2 = map[idx:0]\n    r3 = 1\n    call 12\n    r0 = 1\n    exit\n");
        ProgramSpec target = program("target", "    r0 = 3\n    exit\n");
        ProgramSpec other = program("other", "    r0 = 4\n    exit\n");
        List<ProgramSpec> all = List.of(other, target, jump);
        try (LoadedObject object = LoadedObject.of(all, List.of(slots), options.only(name -> name.equals("p")))) {
            assertEquals(List.of("target", "p"), List.copyOf(object.programs().keySet()));
            assertEquals(
                    3,
                    TestRun.of(new byte[64])
                            .run(object.program("p").orElseThrow())
                            .action());
        }
        try (LoadedObject object = LoadedObject.of(all, List.of(slots), options.only(name -> name.equals("other")))) {
            assertEquals(List.of("other"), List.copyOf(object.programs().keySet()));
        }
    }

    @Test
    void refusesASlotForAProgramThatDoesNotExist() {
        MapSpec slots = MapSpec.of("slots", MapType.PROG_ARRAY, 4, 4, 3)
                .withContents(List.of(new MapSpec.Entry.Program(1, "nobody")));
        LoadException refused = assertThrows(
                LoadException.class,
                () -> LoadedObject.of(program("p", "    r0 = 3\n    exit\n"), List.of(slots), options));
        assertEquals("map slots: slot 1 does not take the program nobody: error -2", refused.getMessage());
    }

    @Test
    void givesAPerfEventArrayWithoutSizeAPlaceForEachCpu() throws LoadException {
        MapSpec events = MapSpec.of("events", MapType.PERF_EVENT_ARRAY, 4, 4, 0);
        try (LoadedObject object = LoadedObject.of(program("p", "    r0 = 3\n    exit\n"), List.of(events), options)) {
            assertEquals(2, object.map("events").orElseThrow().spec().maxEntries());
        }
    }

    @Test
    void repeatsARunOnTheSameFrame() throws LoadException {
        String grows = "    r2 = -4\n    call 44\n    r0 = 2\n    exit\n";
        try (LoadedObject object = LoadedObject.of(program("p", grows), List.of(), options)) {
            TestRun run = new TestRun(Bytes.of(new byte[64]), 0, 1, 0, 10, 1);
            assertEquals(104, run.run(object.program("p").orElseThrow()).data().length());
        }
    }

    @Test
    void runsFramesOf64KibibytesWithoutTailroom() throws LoadException {
        String grows = "    r2 = 1\n    call 65\n    exit\n";
        try (LoadedObject object = LoadedObject.of(program("p", grows), List.of(), options)) {
            EbpfProgram program = object.program("p").orElseThrow();
            assertEquals(-22, TestRun.of(new byte[65_536]).run(program).action());
            assertEquals(0, TestRun.of(new byte[3519]).run(program).action());
            assertEquals(-22, TestRun.of(new byte[3520]).run(program).action());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "13, 0, 1, 'frame of 13 bytes: needed are 14 to 65536'",
        "65537, 0, 1, 'frame of 65537 bytes: needed are 14 to 65536'",
        "64, 6, 1, 'metadataBytes=6: needed is a multiple of 4, at most 216'",
        "64, -4, 1, 'metadataBytes=-4: needed is a multiple of 4, at most 216'",
        "300, 220, 1, 'metadataBytes=220: needed is a multiple of 4, at most 216'",
        "20, 8, 1, 'frame of 12 bytes: needed are 14 to 65536'",
        "64, 0, 0, 'repeat=0: needed is 1 or more'"
    })
    void refusesRunsThatTheKernelWouldRefuse(int bytes, int metadata, int repeat, String message) {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> new TestRun(Bytes.of(new byte[bytes]), metadata, 1, 0, repeat, 0));
        assertEquals(message, refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "r0 = 0 / goto +1 / exit | program p: instruction 1: jump to 3 leaves its function, slots 0 to 2",
                "r0 = 0 | program p: instruction 0: the last instruction of a function must be exit or a jump",
                "r10 = 1 / exit | program p: instruction 0: r10 cannot be written, it holds the frame pointer",
                "goto +1 / r1 = 5 ll / exit | program p: instruction 0: jump to 2, the second half of a 64-bit immediate",
                "r1 = map[idx:1] / exit | program p: instruction 0: map 1 of 1 does not exist",
                "r1 = map[idx:0][0]+8 / exit | program p: instruction 0: address at 8 in map count, whose value has 8 bytes",
                "call pc+100 / exit | program p: instruction 0: no function begins at slot 101",
            })
    void refusesProgramsOfWrongForm(String text, String message) {
        ProgramSpec spec = program("p", text.replace(" / ", "\n"));
        LoadException refused = assertThrows(LoadException.class, () -> LoadedObject.of(spec, List.of(COUNT), options));
        assertEquals(message, refused.getMessage());
    }

    @Test
    void namesTheSupportedHelpersWhenOneIsUnknown() {
        LoadException refused = assertThrows(
                LoadException.class, () -> LoadedObject.of(program("p", "    call 9\n    exit\n"), List.of(), options));
        assertEquals("program p: instruction 0: " + HelperTable.xdp().refusal(9), refused.getMessage());
    }

    /** What is missing ends the frame where it is reached, by name. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "co_re | core_missing | CO-RE: the engine has no field \"xdp_md___shuffled.no_such_field\"",
                "co_re_kinds | signed_load | CO-RE: the engine's field \"bpf_devmap_val___signed.ifindex\" has 4 bytes, the"
                        + " program was compiled for 8",
                "externs | timestamp | function \"bpf_xdp_metadata_rx_timestamp\": it is not in the object,"
                        + " and functions of the kernel are not supported",
                "externs | config | configuration value \"CONFIG_HZ\": there is no kernel configuration here;"
                        + " a weak one would be 0",
                "externs | variable | symbol \"some_variable\": it is not in the object, and symbols of the kernel are"
                        + " not supported"
            })
    void namesWhatIsMissingWhereItIsReached(String object, String program, String what) throws LoadException {
        try (LoadedObject loaded = LoadedObject.load(TestObjects.parse(object), options.only(program::equals))) {
            Fault fault = TestRun.of(new byte[64])
                    .run(loaded.program(program).orElseThrow())
                    .fault();
            assertEquals(FaultKind.INSTRUCTION, fault.kind());
            assertEquals("instruction that cannot be executed: " + what, fault.rule());
            assertTrue(fault.text().contains(what), fault.text());
        }
    }

    /** A guard in front of it is enough: a field that is asked for first, a weak function. */
    @ParameterizedTest
    @CsvSource({"co_re, core_fields", "externs, weak"})
    void runsProgramsThatGuardWhatIsMissing(String object, String name) throws LoadException {
        ObjectFile file = TestObjects.parse(object);
        assertFalse(file.program(name).orElseThrow().unresolved().isEmpty());
        try (LoadedObject loaded = LoadedObject.load(file, options.only(name::equals))) {
            assertNull(TestRun.of(new byte[64])
                    .run(loaded.program(name).orElseThrow())
                    .fault());
        }
    }

    /** Without an object file, too: a kernel function by id, and what libbpf left of a relocation. */
    @ParameterizedTest
    @CsvSource({
        "KFUNC, 77, kernel function with BTF id 77 is not supported",
        "HELPER, 195896080, CO-RE: a relocation of this instruction has no answer"
    })
    void faultsAtCallsOfWhatDoesNotExist(CallKind kind, int target, String what) throws LoadException {
        Code code = Code.of(List.of(new Instruction.Call(kind, target), new Instruction.Exit()));
        try (LoadedObject loaded = LoadedObject.of(ProgramSpec.of("p", code), List.of(), options)) {
            Fault fault = TestRun.of(new byte[64])
                    .run(loaded.program("p").orElseThrow())
                    .fault();
            assertEquals("p: instruction 0: instruction that cannot be executed: " + what, fault.text());
        }
    }

    @Test
    void refusesGplHelpersToOtherProgramsOnly() throws LoadException {
        Code code = new Assembler()
                .helpers(name -> OptionalInt.empty())
                .read("    r1 = r10\n    r1 += -8\n    *(u64 *)(r10 -8) = 0\n    r2 = 8\n    call 6\n    exit\n")
                .code();
        ProgramSpec gpl = ProgramSpec.of("p", code);
        LoadedObject.of(gpl, List.of(), options).close();
        ProgramSpec other = new ProgramSpec(
                "p", "xdp", gpl.type(), gpl.attach(), code, gpl.subprograms(), List.of(), "MIT", List.of());
        LoadException refused = assertThrows(LoadException.class, () -> LoadedObject.of(other, List.of(), options));
        assertTrue(String.valueOf(refused.getMessage()).contains("bpf_trace_printk may be called under"));
    }

    /** IPv4 and TCP: version 4, header of 5 words; data offset 5, SYN and ACK. */
    @ParameterizedTest
    @CsvSource({
        "bit_fields, 0x4553",
        "load_sizes, 0x80008",
        "signs, 1",
        "types, 0xe05",
        "constants, 0x41",
        "type_ids, 3",
    })
    void patchesWhatCoReAsksForIntoPrograms(String program, String expected) throws LoadException {
        byte[] frame = new byte[64];
        frame[12] = 0x08;
        frame[14] = 0x45;
        frame[46] = 0x50;
        frame[47] = 0x12;
        try (LoadedObject loaded = LoadedObject.load(TestObjects.parse("co_re_kinds"), options.only(program::equals))) {
            TestRun.Result result =
                    TestRun.of(frame).run(loaded.program(program).orElseThrow());
            assertNull(result.fault());
            assertEquals(Integer.decode(expected), result.action());
        }
    }

    @Test
    void locksOnlyWhereTheTypeOfTheValueHasALock() throws LoadException {
        try (LoadedObject loaded = LoadedObject.load(TestObjects.parse("locks"), options)) {
            TestRun run = TestRun.of(new byte[64]);
            assertEquals(2, run.run(loaded.program("locks").orElseThrow()).action());
            Fault fault = run.run(loaded.program("no_lock").orElseThrow()).fault();
            assertEquals(FaultKind.ARGUMENT, fault.kind());
            assertTrue(fault.line().text().contains("bpf_spin_lock(&value->one)"), fault.text());
        }
    }

    /** 60 in the stack of the program, 60 in that of a function: more than one frame has room for. */
    @Test
    void holdsAsManyRecordsAsThereArePlacesForTheirAddresses() throws LoadException {
        StringBuilder text = new StringBuilder();
        releaseAll(reserveAll(text).append("    call inner\n")).append("    r0 = 2\n    exit\ninner:\n");
        releaseAll(reserveAll(text)).append("    r0 = 0\n    exit\n");
        MapSpec ring = MapSpec.of("ring", MapType.RINGBUF, 0, 0, 4096);
        try (LoadedObject object = LoadedObject.of(program("p", text.toString()), List.of(ring), options)) {
            assertEquals(
                    2,
                    TestRun.of(new byte[64])
                            .run(object.program("p").orElseThrow())
                            .action());
            assertEquals(
                    120,
                    ((RingBuffer) object.map("ring").orElseThrow()).take(1_000).size());
        }
    }

    private static StringBuilder reserveAll(StringBuilder text) {
        for (int i = 1; i <= RECORDS; i++) {
            text.append("    r1 = map[idx:0]\n    r2 = 8\n    r3 = 0\n    call 131\n    *(u64 *)(r10 -")
                    .append(8 * i)
                    .append(") = r0\n");
        }
        return text;
    }

    private static StringBuilder releaseAll(StringBuilder text) {
        for (int i = 1; i <= RECORDS; i++) {
            text.append("    r1 = *(u64 *)(r10 -").append(8 * i).append(")\n    r2 = 0\n    call 132\n");
        }
        return text;
    }

    @Test
    void redirectsThroughAMapThatControlCodeFilled() throws LoadException {
        String text = "    r1 = map[idx:0]\n    r2 = 1\n    r3 = 2\n    call 51\n    exit\n";
        MapSpec ports = MapSpec.of("ports", MapType.DEVMAP, 4, 4, 4);
        try (LoadedObject object = LoadedObject.of(program("p", text), List.of(ports), options)) {
            EbpfProgram program = object.program("p").orElseThrow();
            assertEquals(2, TestRun.of(new byte[64]).run(program).action());
            EbpfMap map = object.map("ports").orElseThrow();
            assertEquals(0, ((RedirectMap) map).set(1, 7, null));
            TestRun.Result result = TestRun.of(new byte[64]).run(program);
            assertEquals(4, result.action());
            assertEquals(1, result.target());
            assertSame(map, result.targetMap());
        }
    }

    @Test
    void looksUpInAMapThatCameOutOfAMap() throws LoadException {
        String text = """
                    *(u32 *)(r10 -4) = 1
                    r1 = map[idx:0]
                    r2 = r10
                    r2 += -4
                    call 1
                    if r0 == 0 goto miss
                    r1 = r0
                    *(u32 *)(r10 -4) = 0
                    r2 = r10
                    r2 += -4
                    call 1
                    if r0 == 0 goto miss
                    *(u64 *)(r0 +0) = 9
                    r0 = *(u64 *)(r0 +0)
                    exit
                miss:
                    r0 = 1
                    exit
                """;
        MapSpec outer = MapSpec.of("outer", MapType.ARRAY_OF_MAPS, 4, 4, 2)
                .withInner(COUNT)
                .withContents(List.of(new MapSpec.Entry.InnerMap(1, 1)));
        try (LoadedObject object = LoadedObject.of(program("p", text), List.of(outer, COUNT), options)) {
            assertEquals(
                    9,
                    TestRun.of(new byte[64])
                            .run(object.program("p").orElseThrow())
                            .action());
            assertEquals(9, count(object.map("count").orElseThrow()));
        }
    }

    /** {@code .rodata}: contents are in, and neither side writes. */
    @Test
    void freezesConstantData() throws LoadException {
        MapSpec data = MapSpec.of(".rodata", MapType.ARRAY, 4, 4, 1)
                .withFlags(MapFlags.RDONLY_PROG)
                .withContents(List.of(new MapSpec.Entry.Data(Bytes.of(new byte[] {1, 2, 3, 4}))))
                .withFrozen(true);
        String text = "    r1 = map[idx:0][0]+1\n    r0 = *(u8 *)(r1 +0)\n    exit\n";
        try (LoadedObject object = LoadedObject.of(program("p", text), List.of(data), options)) {
            EbpfMap map = object.map(".rodata").orElseThrow();
            assertEquals(
                    2,
                    TestRun.of(new byte[64])
                            .run(object.program("p").orElseThrow())
                            .action());
            assertTrue(map.control().isFrozen());
            assertEquals(-1, map.control().update(new byte[4], new byte[4], 0));
        }
    }
}
