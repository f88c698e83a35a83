// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import weir.ebpf.LoadException;
import weir.ebpf.isa.Decoder;
import weir.ebpf.isa.Encoder;
import weir.ebpf.isa.Listing;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.random.Mutation;
import weir.ebpf.random.ProgramGenerator;
import weir.ebpf.random.RandomProgram;
import weir.ebpf.random.Seeds;
import weir.ebpf.random.Weights;
import weir.testing.RunSize;

/** What the verifier believes of random programs, and of random changes of them, is true: {@link BeliefCheck}. */
class BeliefCheckTest {
    private static final int PROGRAMS = RunSize.of(500, 100_000);
    /** Of each program, beside the program itself. */
    private static final int MUTATIONS = 9;

    private static final int PACKETS = 4;
    private static final int ENOUGH = 5;
    private static final Duration TIME = Duration.ofSeconds(RunSize.of(25, 20_000));
    /** Between two lines that tell how far a long run has come. */
    private static final int REPORT = 1000;

    private final ProgramGenerator generator = new ProgramGenerator(Weights.everything());
    private final List<String> misfits = new ArrayList<>();
    private int compared;
    private int tooLarge;
    private int refused;
    private long steps;

    @Test
    void everyRunStaysInsideTheStatesThatWereWalked() throws LoadException {
        long start = System.nanoTime();
        int programs = 0;
        for (long seed : Seeds.of(PROGRAMS)) {
            if (misfits.size() >= ENOUGH || System.nanoTime() - start > TIME.toNanos()) {
                break;
            }
            check(seed);
            if (++programs % REPORT == 0) {
                report();
            }
        }
        report();
        assertEquals(List.of(), misfits, () -> String.join("\n", misfits));
        assertTrue(compared > refused / 10, "hardly a program is compared");
    }

    private void report() {
        System.out.println(compared + " programs compared, " + steps + " steps, " + refused + " refused, " + tooLarge
                + " too large to be compared");
    }

    private void check(long seed) throws LoadException {
        RandomProgram program = generator.generate(seed);
        check(program, "seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        byte[] code = Encoder.encode(program.main().code());
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] changed = Mutation.of(code, random);
            try {
                check(program.withMainCode(Decoder.decode(changed)), "seed " + seed + ", change " + i);
            } catch (MalformedCodeException e) {
                refused++;
            }
        }
    }

    private void check(RandomProgram program, String name) throws LoadException {
        BeliefCheck.Result result = BeliefCheck.of(program, PACKETS);
        steps += result.steps();
        refused += result.accepted() ? 0 : 1;
        compared += result.compared() ? 1 : 0;
        tooLarge += result.accepted() && !result.compared() ? 1 : 0;
        if (!result.misfit().isEmpty()) {
            String listing =
                    new Listing(program.main().code()).withSlotNumbers().text();
            misfits.add(name + ": " + result.misfit() + "\n" + listing);
        }
    }
}
