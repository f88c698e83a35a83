// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Engine;
import weir.ebpf.Host;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.Unverified;
import weir.ebpf.isa.Assembler;
import weir.ebpf.isa.Code;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.Fault;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpBatch;

/** The contract of engines; a subclass names one. */
abstract class EngineContractTest {
    private static final List<String> FILES =
            List.of("memory.txt", "control.txt", "frame.txt", "text.txt", "maps.txt", "events.txt");

    /** What the cases are for. */
    abstract Engine engine();

    private LoadOptions options(Host host) {
        return Unverified.under(LoadOptions.on(host), engine());
    }

    private static EbpfProgram program(LoadedObject object, String name) {
        return object.program(name).orElseThrow();
    }

    static Stream<Named<ContractCase>> cases() {
        return FILES.stream()
                .flatMap(file ->
                        ContractCase.read(file).stream().map(each -> Named.of(file + ": " + each.name(), each)));
    }

    static DeterministicHost host() {
        DeterministicHost host = new DeterministicHost(4);
        host.port(1, 1500);
        host.port(2, 9000);
        return host;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesWhatTheCaseExpects(ContractCase each) throws LoadException {
        DeterministicHost host = host();
        try (LoadedObject object = load(each, host)) {
            TestRun.Result result = run(each).run(program(object, "case"));
            Fault fault = result.fault();
            if (each.expectations().stream().noneMatch(e -> e.what().equals("fault"))) {
                assertNull(fault, () -> String.valueOf(fault == null ? "" : fault.text()));
            }
            for (ContractCase.Expectation expectation : each.expectations()) {
                check(expectation, result, host, each.type().actionOfFault());
            }
        }
    }

    /** Nothing that is left over from a run before changes what a program does. */
    @ParameterizedTest
    @ValueSource(strings = {"memory.txt", "control.txt", "frame.txt", "text.txt"})
    void givesTheSameAgain(String file) throws LoadException {
        for (ContractCase each : ContractCase.read(file)) {
            try (LoadedObject object = load(each, host())) {
                EbpfProgram program = program(object, "case");
                TestRun.Result first = run(each).run(program);
                TestRun.Result second = run(each).run(program);
                assertEquals(first.action(), second.action(), each.name());
                assertEquals(first.data(), second.data(), each.name());
            }
        }
    }

    /** A program that calls itself: the first run, and 33 more. */
    @Test
    void doesThirtyThreeTailCalls() throws LoadException {
        String text = """
                    r6 = r1
                    *(u32 *)(r10 -4) = 0
                    r1 = map[count]
                    r2 = r10
                    r2 += -4
                    call bpf_map_lookup_elem
                    if r0 == 0 goto miss
                    r7 = *(u64 *)(r0 +0)
                    r7 += 1
                    *(u64 *)(r0 +0) = r7
                    r1 = r6
                    r2 = map[programs]
                    r3 = 0
                    call bpf_tail_call
                    r0 = r7
                    exit
                miss:
                    r0 = 0
                    exit
                """;
        try (LoadedObject object = loadTailCaller(text)) {
            assertEquals(
                    34, TestRun.of(new byte[64]).run(program(object, "self")).action());
        }
    }

    /** A tail call in a function replaces that function alone: its caller goes on when the program ends. */
    @Test
    void returnsFromATailCallToTheCallerOfTheFunction() throws LoadException {
        String text = """
                    r6 = *(u32 *)(r1 +16)
                    if r6 == 1 goto inner
                    call f
                    r0 += 10
                    exit
                inner:
                    r0 = 5
                    exit
                f:
                    r2 = map[programs]
                    r3 = 1
                    call bpf_tail_call
                    r0 = 100
                    exit
                """;
        ProgramSpec outer = assembled("self", text);
        ProgramSpec target = assembled("target", "    r0 = 5\n    exit\n");
        try (LoadedObject object = LoadedObject.of(List.of(outer, target), tailMaps("target"), options(host()))) {
            assertEquals(
                    15, TestRun.of(new byte[64]).run(program(object, "self")).action());
        }
    }

    /** Each of 33 entries costs the program's slots. */
    @Test
    void paysForTailCallsByTheLengthOfTheProgram() throws LoadException {
        String filler = "    r0 += 1\n".repeat(31_000);
        String text =
                "    r0 = 0\n" + filler + "    r2 = map[programs]\n    r3 = 0\n    call bpf_tail_call\n    exit\n";
        try (LoadedObject object = loadTailCaller(text)) {
            Fault fault = TestRun.of(new byte[64]).run(program(object, "self")).fault();
            assertNotNull(fault);
            assertEquals(FaultKind.BUDGET, fault.kind());
        }
    }

    @Test
    void namesTheProgramThatFailsBehindATailCall() throws LoadException {
        ProgramSpec outer =
                assembled("self", "    r2 = map[programs]\n    r3 = 1\n    call bpf_tail_call\n    r0 = 1\n    exit\n");
        ProgramSpec target = assembled("target", "    r0 = 0\n    r0 = *(u8 *)(r0 +0)\n    exit\n");
        try (LoadedObject object = LoadedObject.of(List.of(outer, target), tailMaps("target"), options(host()))) {
            Fault fault = TestRun.of(new byte[64]).run(program(object, "self")).fault();
            assertNotNull(fault);
            assertEquals("target", fault.program());
            assertEquals(1, fault.slot());
            assertEquals(
                    "target: instruction 1: read of memory that the program may not read: the address 0x0 is null or"
                            + " close to it",
                    fault.text());
        }
    }

    /** A fault in one frame of a batch leaves the others alone. */
    @Test
    void runsTheOtherFramesOfABatchWhenOneFails() throws LoadException {
        String text = """
                    r2 = *(u32 *)(r1 +0)
                    r3 = *(u32 *)(r1 +16)
                    if r3 != 1 goto good
                    r2 += 4096
                good:
                    r0 = *(u8 *)(r2 +0)
                    exit
                """;
        try (LoadedObject object = LoadedObject.of(assembled("self", text), List.of(), options(host()));
                Arena arena = Arena.ofConfined()) {
            XdpBatch batch = new XdpBatch(3);
            MemorySegment frames = arena.allocate(3 * 1024, 64);
            for (int i = 0; i < 3; i++) {
                long start = frames.address() + i * 1024L;
                batch.add(start, start + 256, start + 320, start + 1024, 1, i);
                frames.set(JAVA_BYTE, i * 1024L + 256, (byte) (i + 2));
            }
            program(object, "self").run(batch, 0);
            assertArrayEquals(new int[] {2, 0, 4}, batch.actions());
            assertArrayEquals(new int[] {0, 5, 0}, batch.faults());
            assertEquals(FaultKind.READ, batch.faultKind(1));
            assertNull(batch.fault(0));
        }
    }

    /** After warming up, frames cost no allocation, whatever a program does. */
    @Test
    void allocatesNothingForAFrame() throws LoadException {
        List<String> quiet = List.of("traces", "puts out", "refuses a trace", "stops", "pays", "visits nothing in");
        for (String file : FILES) {
            for (ContractCase each : ContractCase.read(file)) {
                boolean keepsText = quiet.stream().anyMatch(each.name()::startsWith)
                        || each.code().contains("printk");
                if (!keepsText) {
                    try (LoadedObject object = load(each, host())) {
                        assertEquals(0, Allocation.ofFrames(program(object, "case")), file + ": " + each.name());
                    }
                }
            }
        }
    }

    private LoadedObject loadTailCaller(String text) throws LoadException {
        return LoadedObject.of(assembled("self", text), tailMaps("self"), options(host()));
    }

    private static List<MapSpec> tailMaps(String target) {
        List<MapSpec.Entry> entries = target.equals("self")
                ? List.of(new MapSpec.Entry.Program(0, "self"))
                : List.of(new MapSpec.Entry.Program(1, target));
        MapSpec programs = MapSpec.of("programs", MapType.PROG_ARRAY, 4, 4, 2).withContents(entries);
        return List.of(programs, MapSpec.of("count", MapType.ARRAY, 4, 8, 1));
    }

    private static ProgramSpec assembled(String name, String text) {
        Code code = new Assembler()
                .helpers(ContractCase::helperNumber)
                .maps(map -> OptionalInt.of(map.equals("programs") ? 0 : 1))
                .read(text)
                .code();
        return ProgramSpec.of(name, code);
    }

    private LoadedObject load(ContractCase each, Host host) throws LoadException {
        return LoadedObject.of(each.program(), each.maps(), options(host));
    }

    /** Metadata of zeros, and the frame. */
    static byte[] data(ContractCase each) {
        byte[] data = new byte[each.metadataBytes() + each.frameBytes()];
        for (int i = 0; i < each.frameBytes(); i++) {
            data[each.metadataBytes() + i] = (byte) i;
        }
        return data;
    }

    static TestRun run(ContractCase each) {
        return new TestRun(Bytes.of(data(each)), each.metadataBytes(), 1, 3, 1, 2);
    }

    static void check(
            ContractCase.Expectation expected, TestRun.Result result, DeterministicHost host, int actionOfFault) {
        int frameBytes = result.data().length() - result.metadataBytes();
        switch (expected.what()) {
            case "r0" -> assertEquals(expected.number(0), result.action());
            case "fault" -> {
                Fault fault = result.fault();
                assertNotNull(fault);
                assertEquals(expected.words().getFirst(), fault.kind().name());
                if (expected.words().size() > 1) {
                    assertEquals(expected.words().get(1), fault.addressKind().name());
                }
                assertEquals(actionOfFault, result.action());
            }
            case "ring" -> assertEquals(expected.number(0), result.queue());
            case "length" -> assertEquals(expected.number(0), frameBytes);
            case "meta" -> assertEquals(expected.number(0), result.metadataBytes());
            case "bytes" -> {
                String all = result.data().toString().substring(2 * result.metadataBytes());
                assertTrue(all.startsWith(expected.words().get(1), 2 * expected.number(0)), all);
            }
            case "line" -> assertEquals(expected.text(), host.lines().getFirst());
            case "event" ->
                assertEquals(
                        expected.text(),
                        host.events().getFirst().data().toString()
                                + host.events().getFirst().frame());
            case "redirect" -> {
                assertEquals(expected.number(0), result.target());
                if (expected.words().size() > 1) {
                    assertNotNull(result.targetMap());
                    assertEquals(
                            expected.words().get(1), result.targetMap().spec().name());
                    assertEquals(expected.number(2), result.redirectFlags());
                } else {
                    assertNull(result.targetMap());
                }
            }
            default -> throw new IllegalArgumentException(expected.what());
        }
    }
}
