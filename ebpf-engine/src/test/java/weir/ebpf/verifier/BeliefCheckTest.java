// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    /** Accepted programs, changed ones included. Seeds that are chosen are run to the last. */
    private static final int PROGRAMS = RunSize.of(5_000, 1_000_000);
    /** Of each program, beside the program itself. */
    private static final int MUTATIONS = 9;

    private static final int PACKETS = 4;
    private static final int ENOUGH = 5;
    /** Between two lines that tell how far a long run has come. */
    private static final int REPORT = 10_000;

    private static final long UNREAD_POINTER_SEED = 20_211_455;

    private final ProgramGenerator generator = new ProgramGenerator(Weights.everything());
    private final List<String> misfits = new ArrayList<>();
    private final Map<BeliefCheck.Fate, Integer> fates = new EnumMap<>(BeliefCheck.Fate.class);
    private long steps;

    @Test
    void everyRunStaysInsideTheStatesThatWereWalked() throws LoadException {
        long last = 0;
        for (long seed : Seeds.of(PROGRAMS)) {
            last = seed;
            check(seed);
            if (misfits.size() >= ENOUGH || (accepted() >= PROGRAMS && !Seeds.areChosen())) {
                break;
            }
            if ((seed + 1) % REPORT == 0) {
                report(seed);
            }
        }
        report(last);
        assertEquals(List.of(), misfits, () -> String.join("\n", misfits));
        if (!Seeds.areChosen()) {
            assertTrue(accepted() >= PROGRAMS, () -> accepted() + " programs accepted");
            assertTrue(count(BeliefCheck.Fate.COMPARED) >= accepted() * 0.95, "states are hardly compared");
        }
    }

    /** Change 3 leaves a piece of a spilled pointer that nobody reads, where a path ends in a state that has none there. */
    @Test
    void piecesOfPointersThatNobodyReadsAreNoMisfit() throws LoadException {
        check(UNREAD_POINTER_SEED);
        assertEquals(List.of(), misfits);
    }

    private int count(BeliefCheck.Fate fate) {
        return fates.getOrDefault(fate, 0);
    }

    private int accepted() {
        return count(BeliefCheck.Fate.COMPARED) + count(BeliefCheck.Fate.RUN);
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
        assertTrue(
                deceived.fate() == BeliefCheck.Fate.COMPARED
                        && deceived.misfit().startsWith("at slot "),
                deceived::toString);
    }

    private static ProgramSpec assembled(String code) {
        return ProgramSpec.of("belief", new Assembler().read(code).code());
    }

    private void report(long seed) {
        System.out.println("to seed " + seed + ": " + fates + ", " + steps + " steps, " + misfits.size() + " misfits");
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
                fates.merge(BeliefCheck.Fate.REFUSED, 1, Integer::sum);
            }
        }
    }

    private void check(RandomProgram program, String name) throws LoadException {
        BeliefCheck.Result result = BeliefCheck.of(program, PACKETS);
        steps += result.steps();
        fates.merge(result.fate(), 1, Integer::sum);
        if (!result.misfit().isEmpty()) {
            String listing =
                    new Listing(program.main().code()).withSlotNumbers().text();
            misfits.add(name + ": " + result.misfit() + "\n" + listing);
            System.out.println(misfits.getLast());
        }
    }
}
