// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.isa.Assembler;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpBatch;

class ProgramPathTest {
    private static final MapSpec COUNT = MapSpec.of("count", MapType.PERCPU_ARRAY, 4, 8, 2);

    /** Counts in the entry of this key, and returns 2, or 1 where there is none. */
    private static String counting(int key) {
        return """
                r1 = map[idx:0]
                *(u32 *)(r10 -4) = KEY
                r2 = r10
                r2 += -4
                call 1
                if r0 == 0 goto missing
                r1 = 1
                lock *(u64 *)(r0 +0) += r1
                r0 = 2
                exit
                missing: r0 = 1
                exit
                """.replace("KEY", Integer.toString(key));
    }

    private static Stream<Engine> engines() {
        return Stream.of(Engine.interpreter(), Engine.jit());
    }

    private static LoadedObject load(Engine engine, MapSpec map, ProgramSpec... programs) throws LoadException {
        LoadOptions options =
                LoadOptions.on(new DeterministicHost(2)).onlyVerified().under(engine);
        return LoadedObject.of(List.of(programs), List.of(map), options);
    }

    private static ProgramSpec program(String name, String text) {
        return ProgramSpec.of(name, new Assembler().read(text).code());
    }

    /** The program on one CPU, as a program whose paths are kept. */
    private static final class Watched implements EbpfProgram {
        private final EbpfProgram program;
        private final TracedPrograms traced;
        final List<ProgramPath> paths = new ArrayList<>();

        Watched(LoadedObject object, String name, int cpu) throws LoadException {
            program = object.program(name).orElseThrow();
            traced = object.traced().get(cpu);
        }

        @Override
        public ProgramSpec spec() {
            return program.spec();
        }

        @Override
        public void run(XdpBatch batch, int cpu) {
            paths.add(traced.run(program, batch, 0));
        }

        @Override
        public void close() {
            // the object's
        }
    }

    private static TestRun onCpu(int cpu) {
        TestRun run = TestRun.of(new byte[64]);
        return new TestRun(run.data(), 0, 1, 0, 1, cpu);
    }

    private static String text(ProgramPath path) {
        List<String> parts = new ArrayList<>();
        for (ProgramPath.Step step : path.steps()) {
            parts.add(
                    switch (step) {
                        case ProgramPath.Stretch each ->
                            each.from() + "-" + each.to() + (each.times() > 1 ? " x" + each.times() : "");
                        case ProgramPath.Call call ->
                            call.helper() + call.arguments() + " " + call.outcome()
                                    + (call.value() == null ? "" : " " + call.value());
                        case ProgramPath.Entered entered ->
                            "into " + entered.program().name();
                    });
        }
        return String.join(", ", parts);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aPathIsStretchesAndCallsAndMapsAreTheLiveOnes(Engine engine) throws Exception {
        try (LoadedObject object = load(engine, COUNT, program("p", counting(1)))) {
            EbpfProgram plain = object.program("p").orElseThrow();
            Watched watched = new Watched(object, "p", 1);
            assertEquals(2, onCpu(1).run(plain).action());
            assertEquals(2, onCpu(1).run(watched).action());
            assertEquals(2, onCpu(0).run(plain).action());
            assertEquals(
                    "0-5, bpf_map_lookup_elem[count, key 01000000] HIT 0100000000000000, 6-10",
                    text(watched.paths.getFirst()));
            assertEquals(10, watched.paths.getFirst().instructions());
            assertEquals(
                    "01000000=01000000000000000200000000000000",
                    object.map("count").orElseThrow().control().entries().stream()
                            .map(entry -> entry.key() + "=" + entry.value())
                            .filter(entry -> entry.startsWith("01"))
                            .findFirst()
                            .orElseThrow());
        }
    }

    @Test
    void whatALookupDoesNotFindIsTold() throws Exception {
        try (LoadedObject object = load(Engine.jit(), COUNT, program("p", counting(7)))) {
            Watched watched = new Watched(object, "p", 0);
            assertEquals(1, onCpu(0).run(watched).action());
            assertTrue(
                    text(watched.paths.getFirst()).contains("bpf_map_lookup_elem[count, key 07000000] MISS, "),
                    () -> text(watched.paths.getFirst()));
        }
    }

    @Test
    void aLoopIsOneStretchAndOneWithCallsIsCutAndCountedOn() throws Exception {
        String loop = """
                r1 = 0
                again: r1 += 1
                if r1 < 900 goto again
                r0 = 2
                exit
                """;
        String calls = """
                r6 = 0
                again: call 5
                r6 += 1
                if r6 < 900 goto again
                r0 = 2
                exit
                """;
        try (LoadedObject object = load(Engine.jit(), COUNT, program("loop", loop), program("calls", calls))) {
            Watched watched = new Watched(object, "loop", 0);
            onCpu(0).run(watched);
            assertEquals("0-2, 1-2 x898, 1-4", text(watched.paths.getFirst()));
            assertEquals(1 + 2 * 900 + 2, watched.paths.getFirst().instructions());
            Watched cut = new Watched(object, "calls", 0);
            assertEquals(2, onCpu(0).run(cut).action());
            assertTrue(cut.paths.getFirst().isCut());
            assertEquals(ProgramPath.MAX_STEPS, cut.paths.getFirst().steps().size());
            assertEquals(1 + 3 * 900 + 2, cut.paths.getFirst().instructions());
            assertFalse(watched.paths.getFirst().isCut());
        }
    }

    @Test
    void programsOfOtherObjectsAreRefused() throws Exception {
        try (LoadedObject object = load(Engine.jit(), COUNT, program("p", counting(1)));
                LoadedObject other = load(Engine.jit(), COUNT, program("p", counting(1)))) {
            TracedPrograms traced = object.traced().getFirst();
            EbpfProgram foreign = other.program("p").orElseThrow();
            assertTrue(traced.has(object.program("p").orElseThrow()));
            assertFalse(traced.has(foreign));
            assertThrows(IllegalArgumentException.class, () -> traced.run(foreign, new XdpBatch(1), 0));
        }
    }
}
