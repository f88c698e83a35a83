// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.ebpf.DeterministicHost;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.coverage.InputSearch;
import weir.ebpf.isa.Assembler;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.testing.RunSize;

/** Warming up leaves live maps alone, and what is closed leaves nothing behind. */
class WarmupTest {
    private static final int CYCLES = RunSize.of(1_000, 5_000);
    /** A warm-up ends long before, except on a machine that is busy with other things. */
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static final int GC_LOOKS = 3_000;
    private static final MapSpec SEEN = MapSpec.of("seen", MapType.HASH, 4, 8, 16);
    private static final String COUNTING = """
                r2 = *(u32 *)(r1 +0)
                r3 = *(u32 *)(r1 +4)
                r4 = r2
                r4 += 34
                r0 = 1
                if r4 > r3 goto +12
                r5 = *(u32 *)(r2 +30)
                *(u32 *)(r10 -4) = r5
                *(u64 *)(r10 -16) = 1
                r1 = map[idx:0]
                r2 = r10
                r2 += -4
                r3 = r10
                r3 += -16
                r4 = 0
                call 2
                r0 = 2
                exit
            """;

    private static LoadedObject load() throws LoadException {
        ProgramSpec spec =
                ProgramSpec.of("counting", new Assembler().read(COUNTING).code());
        return LoadedObject.of(
                spec, List.of(SEEN), LoadOptions.on(new DeterministicHost(1)).under(Engine.jit()));
    }

    @Test
    void leavesLiveMapsAlone() throws LoadException {
        try (LoadedObject object = load()) {
            CompiledProgram program =
                    (CompiledProgram) object.program("counting").orElseThrow();
            Warmup.Result result = new Warmup(program).run(LIMIT);
            assertTrue(result.isSettled(), () -> "not settled after " + result.frames() + " frames");
            EbpfMap seen = object.map("seen").orElseThrow();
            assertEquals(List.of(), seen.control().entries());
            assertEquals(2, TestRun.of(new byte[64]).run(program).action());
            assertEquals(1, seen.control().entries().size());
        }
    }

    @Test
    void lastsUntilTheHighestTierIsDoneAndGoesAllWays() throws LoadException {
        try (LoadedObject object = load()) {
            CompiledProgram program =
                    (CompiledProgram) object.program("counting").orElseThrow();
            HotSpotCode code = new HotSpotCode(program.unit(), codeOf(program).getClass());
            assertTrue(HotSpotCode.isKnown());
            assertFalse(code.isCompiled());
            Warmup.Result result = new Warmup(program).run(LIMIT, new InputSearch.Effort(LIMIT, 300));
            assertTrue(result.isSettled(), () -> "not settled after " + result.frames() + " frames");
            assertTrue(code.isCompiled());
            assertEquals(List.of(), result.coverage().missed());
        }
    }

    @Test
    void endsInTime() throws LoadException {
        try (LoadedObject object = load()) {
            CompiledProgram program =
                    (CompiledProgram) object.program("counting").orElseThrow();
            assertFalse(new Warmup(program).run(Duration.ZERO).isSettled());
        }
    }

    /** Classes are hidden ones that nothing but their program holds. */
    @Test
    void classesGoWithTheirPrograms() throws LoadException, InterruptedException {
        List<WeakReference<Class<?>>> classes = new ArrayList<>();
        for (int i = 0; i < CYCLES; i++) {
            try (LoadedObject object = load()) {
                CompiledProgram program =
                        (CompiledProgram) object.program("counting").orElseThrow();
                assertEquals(2, TestRun.of(new byte[64]).run(program).action());
                classes.add(new WeakReference<>(codeOf(program).getClass()));
            }
        }
        for (int i = 0; i < GC_LOOKS && left(classes) != 0; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertEquals(0, left(classes));
    }

    private static CompiledCode codeOf(CompiledProgram program) {
        Binding binding = program.binding(0);
        if (binding == null) {
            throw new AssertionError("closed");
        }
        return binding.code;
    }

    private static long left(List<WeakReference<Class<?>>> classes) {
        return classes.stream().filter(each -> each.get() != null).count();
    }
}
