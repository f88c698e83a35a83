// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import weir.ebpf.kernel.KernelCollection;
import weir.ebpf.kernel.KernelProgram;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/** Whether random programs are worth their name: taken by the kernel, and made of everything. */
class GeneratedProgramsTest {
    private static final int COUNT = RunSize.of(400, 10_000);
    private final ProgramGenerator generator = new ProgramGenerator(Weights.everything());

    @Test
    @RequiresFeature({Feature.ROOT, Feature.BPF})
    void kernelAcceptsNearlyAllAndEachConstruct() {
        Map<Construct, Integer> accepted = new EnumMap<>(Construct.class);
        Map<String, Integer> reasons = new TreeMap<>();
        int count = 0;
        long gen = 0, load = 0, close = 0, slots = 0;
        for (long seed = 0; seed < COUNT; seed++) {
            long t0 = System.nanoTime();
            RandomProgram program = generator.generate(seed);
            long t1 = System.nanoTime();
            gen += t1 - t0;
            try {
                KernelCollection c = KernelCollection.load(program.programs(), program.maps(), true);
                long t2 = System.nanoTime();
                load += t2 - t1;
                if (t2 - t1 > 50_000_000)
                    System.out.println("slow " + seed + " " + (t2 - t1) / 1000 + " us "
                            + program.main().code().slots());
                c.close();
                close += System.nanoTime() - t2;
                slots += program.main().code().slots();
                count++;
                program.constructs().forEach(each -> accepted.merge(each, 1, Integer::sum));
            } catch (KernelProgram.Rejected e) {
                String[] lines = e.getMessage().strip().split("\n", -1);
                String reason = lines.length > 1 && lines[lines.length - 1].startsWith("processed")
                        ? lines[lines.length - 2]
                        : lines[lines.length - 1];
                if (reasons.merge(reason, 1, Integer::sum) == 1 && System.getProperty("dump") != null) {
                    System.out.println("SEED " + seed + "\n" + e.getMessage());
                }
            }
        }
        System.out.println("accepted " + count + " of " + COUNT + " " + accepted);
        System.out.println(reasons);
        System.out.println("accepted gen " + gen / COUNT + " load " + load / COUNT + " close " + close / COUNT
                + " slots " + slots / COUNT);
        assertTrue(count >= COUNT * 0.9, count + " of " + COUNT + " accepted, refused for " + reasons);
        assertEquals(EnumSet.allOf(Construct.class), Set.copyOf(accepted.keySet()));
    }
}
