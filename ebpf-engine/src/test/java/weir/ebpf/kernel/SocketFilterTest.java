// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weir.ebpf.Engine;
import weir.ebpf.classic.ClassicFilter;
import weir.ebpf.classic.ClassicFilterException;
import weir.ebpf.classic.ClassicInstruction;
import weir.ebpf.classic.FilterRun;
import weir.ebpf.classic.RandomFilters;
import weir.ebpf.random.Seeds;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/** Filters in classic BPF against the kernel's own, at a socket. */
@RequiresFeature(Feature.LINUX)
class SocketFilterTest {
    private static final int FRAMES = 30;

    @Test
    void takesTheSameFramesAndBytesAsTheKernel() throws Throwable {
        int accepted = 0;
        int passed = 0;
        try (SocketFilter kernel = new SocketFilter()) {
            for (long seed : Seeds.of(RunSize.of(150, 3_000))) {
                RandomGenerator random = new SplittableRandom(seed);
                List<ClassicInstruction> instructions = RandomFilters.filter(random);
                boolean taken = kernel.attach(instructions);
                ClassicFilter filter = accepted(instructions);
                assertEquals(taken, filter != null, () -> "seed " + seed + ", accepted: " + instructions);
                if (filter == null) {
                    continue;
                }
                accepted++;
                try (FilterRun run = new FilterRun(filter, Engine.jit())) {
                    for (int i = 0; i < FRAMES; i++) {
                        byte[] frame = RandomFilters.frame(random);
                        long here = Math.min(frame.length, run.returned(frame));
                        assertEquals(
                                kernel.passed(frame),
                                here,
                                () -> "seed " + seed + ", a frame of " + frame.length + " bytes: " + instructions);
                        passed += here > 0 ? 1 : 0;
                    }
                }
            }
        }
        assertTrue(accepted > 20 && passed > FRAMES, accepted + " filters, " + passed + " frames");
    }

    @Test
    void acceptsAndRefusesTheSameFiltersAsTheKernel() throws Throwable {
        try (SocketFilter kernel = new SocketFilter()) {
            for (long seed : Seeds.known(RunSize.of(250, 5_000))) {
                List<ClassicInstruction> instructions = RandomFilters.damaged(new SplittableRandom(seed));
                if (RandomFilters.countsFromAHeader(instructions)) {
                    continue; // the kernel may take it; here it is refused, and says so
                }
                assertEquals(
                        kernel.attach(instructions),
                        accepted(instructions) != null,
                        () -> "seed " + seed + ", accepted: " + instructions);
            }
        }
    }

    private static @Nullable ClassicFilter accepted(List<ClassicInstruction> instructions) {
        try {
            return ClassicFilter.of(instructions);
        } catch (ClassicFilterException refused) {
            return null;
        }
    }
}
