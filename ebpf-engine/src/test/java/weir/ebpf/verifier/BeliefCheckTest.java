// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.ebpf.LoadException;
import weir.ebpf.isa.Assembler;
import weir.ebpf.isa.Decoder;
import weir.ebpf.isa.Encoder;
import weir.ebpf.isa.Listing;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.program.ProgramSpec;
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

    /** The verifier sees the same code with another number in one place. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "r6 = %d\n r0 = r6\n exit\n",
                "*(u64 *)(r10 -8) = %d\n r0 = *(u64 *)(r10 -8)\n exit\n",
                "r2 = r10\n r2 += -%d\n r0 = 0\n *(u64 *)(r2 +0) = r0\n exit\n",
                "r0 = *(u32 *)(r1 +16)\n r0 &= 0\n r0 += %d\n if r0 == 8 goto pc+1\n r0 = 0\n exit\n",
                "r2 = *(u32 *)(r1 +0)\n r2 += %d\n r3 = *(u32 *)(r1 +4)\n r0 = 0\n if r2 > r3 goto pc+0\n exit\n"
            })
    void noticesAWrongBelief(String code) throws LoadException {
        ProgramSpec real = assembled(String.format(Locale.ROOT, code, 8));
        ProgramSpec believed = assembled(String.format(Locale.ROOT, code, 16));
        RandomProgram program = new RandomProgram(0, List.of(real), List.of(), Set.of());
        assertEquals("", BeliefCheck.of(program, 1).misfit());
        BeliefCheck.Result deceived = BeliefCheck.of(program, List.of(believed), 1);
        assertTrue(deceived.compared() && deceived.misfit().startsWith("at slot "), deceived::toString);
    }

    private static ProgramSpec assembled(String code) {
        return ProgramSpec.of("belief", new Assembler().read(code).code());
    }

    private void report() {
        System.out.println(compared + " programs compared, " + steps + " steps, " + refused + " refused, " + tooLarge
                + " too large to be compared, " + misfits.size() + " misfits");
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
