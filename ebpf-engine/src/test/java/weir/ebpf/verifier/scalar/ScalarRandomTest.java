// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction.ByteSwap.Order;
import weir.ebpf.random.Seeds;
import weir.testing.RunSize;

/**
 * Random registers of full width: no number that the instructions compute is lost. Failures name the seed. To make
 * registers takes longer than to compute with them, so each pair serves every operator.
 */
class ScalarRandomTest {
    private static final int SAMPLES = RunSize.of(100_000, 10_000_000);
    private static final AluOp[] OPS = AluOp.values();
    private static final Condition[] CONDITIONS = Condition.values();
    private static final int[] CAST_BITS = {Byte.SIZE, Short.SIZE, Integer.SIZE};
    private static final int[] SWAP_BITS = {Short.SIZE, Integer.SIZE, Long.SIZE};
    private static final long SEED = Seeds.of(1)[0];

    private final RandomGenerator random = new SplittableRandom(SEED);

    /** A number is missing in what was learned of it. */
    private void lost(long number, Scalar scalar, Object... circumstances) {
        fail("0x" + Long.toHexString(number) + " is not in " + scalar + ": seed " + SEED + ", "
                + Arrays.toString(circumstances));
    }

    private void check(long number, Scalar scalar, Object... circumstances) {
        if (!scalar.contains(number)) {
            lost(number, scalar, circumstances);
        }
    }

    @Test
    void resultsAreInTheAbstractResult() {
        for (int sample = 0; sample < SAMPLES; sample++) {
            RandomScalar left = new RandomScalar(random);
            RandomScalar right = new RandomScalar(random);
            Scalar a = left.scalar();
            Scalar b = right.scalar();
            long[] xs = left.numbers();
            long[] ys = right.numbers();
            for (long x : xs) {
                check(x, a);
            }
            for (AluOp op : OPS) {
                compute(op, a, xs, b, ys);
            }
        }
    }

    private void compute(AluOp op, Scalar a, long[] xs, Scalar b, long[] ys) {
        Scalar wide = ScalarArithmetic.apply(op, true, a, b);
        Scalar low = ScalarArithmetic.apply(op, false, a, b);
        for (long x : xs) {
            for (long y : ys) {
                long wideResult = Arithmetic.alu64(op, x, y);
                long lowResult = Arithmetic.zeroExtend(Arithmetic.alu32(op, (int) x, (int) y));
                if (!wide.contains(wideResult)) {
                    lost(wideResult, wide, op, x, y, a, b);
                }
                if (!low.contains(lowResult)) {
                    lost(lowResult, low, op, x, y, a, b);
                }
            }
        }
    }

    @Test
    void noComparisonExcludesAPairThatItHoldsFor() {
        for (int sample = 0; sample < SAMPLES; sample++) {
            RandomScalar left = new RandomScalar(random);
            RandomScalar right = new RandomScalar(random);
            Scalar a = left.scalar();
            Scalar b = right.scalar();
            long[] xs = left.numbers();
            long[] ys = right.numbers();
            for (Condition condition : CONDITIONS) {
                compare(condition, true, a, xs, b, ys);
                compare(condition, false, a, xs, b, ys);
            }
        }
    }

    private void compare(Condition condition, boolean is64, Scalar a, long[] xs, Scalar b, long[] ys) {
        ScalarBranch.Outcome outcome = ScalarBranch.decide(condition, is64, a, b);
        ScalarBranch.Refined taken = ScalarBranch.refine(condition, is64, true, a, b);
        ScalarBranch.Refined notTaken = ScalarBranch.refine(condition, is64, false, a, b);
        for (long x : xs) {
            for (long y : ys) {
                boolean holds = is64
                        ? Arithmetic.compare64(condition, x, y)
                        : Arithmetic.compare32(condition, (int) x, (int) y);
                ScalarBranch.Refined refined = holds ? taken : notTaken;
                if (refined == null || !admits(outcome, holds)) {
                    fail("seed " + SEED + ": " + x + " " + condition + " " + y + " is " + holds + ", is64=" + is64
                            + ", of " + a + " and " + b + ": " + outcome + ", " + refined);
                    return;
                }
                if (!refined.left().contains(x)) {
                    lost(x, refined.left(), condition, is64, y, a, b);
                }
                if (!refined.right().contains(y)) {
                    lost(y, refined.right(), condition, is64, x, a, b);
                }
            }
        }
    }

    private static boolean admits(ScalarBranch.Outcome outcome, boolean holds) {
        return outcome != (holds ? ScalarBranch.Outcome.NEVER : ScalarBranch.Outcome.ALWAYS);
    }

    @Test
    void oneOperandInstructionsKeepEveryNumber() {
        for (int sample = 0; sample < SAMPLES; sample++) {
            RandomScalar made = new RandomScalar(random);
            Scalar scalar = made.scalar();
            int bits = CAST_BITS[random.nextInt(CAST_BITS.length)];
            int swapBits = SWAP_BITS[random.nextInt(SWAP_BITS.length)];
            Scalar narrow = ScalarArithmetic.truncate(bits / Byte.SIZE, false, scalar);
            Scalar signed = ScalarArithmetic.truncate(bits / Byte.SIZE, true, scalar);
            Scalar extended = ScalarArithmetic.signExtend(false, bits, scalar);
            Scalar swapped = ScalarArithmetic.swap(Order.SWAP, swapBits, scalar);
            Scalar negated = ScalarArithmetic.negate(true, scalar);
            Scalar negated32 = ScalarArithmetic.negate(false, scalar);
            for (long x : made.numbers()) {
                check(Arithmetic.truncate(bits, x), narrow, bits, scalar);
                check(Arithmetic.signExtend64(x, bits), signed, bits, scalar);
                check(Arithmetic.zeroExtend(Arithmetic.signExtend32((int) x, bits)), extended, bits, scalar);
                check(Arithmetic.swap(swapBits, x), swapped, swapBits, scalar);
                check(-x, negated, scalar);
                check(Arithmetic.zeroExtend(-(int) x), negated32, scalar);
            }
        }
    }

    @Test
    void intersectionKeepsTheNumbersOfBothAndContainmentIsTrue() {
        for (int sample = 0; sample < SAMPLES; sample++) {
            RandomScalar left = new RandomScalar(random);
            Scalar a = left.scalar();
            Scalar b = new RandomScalar(random).scalar();
            @Nullable Scalar both = a.intersect(b);
            for (long x : left.numbers()) {
                if (b.contains(x) && (both == null || !both.contains(x))) {
                    fail("seed " + SEED + ": 0x" + Long.toHexString(x) + " is not in " + both + " of " + a + ", " + b);
                }
                if (b.contains(a)) {
                    check(x, b, a);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void constantsGiveConstants(AluOp op) {
        for (int sample = 0; sample < SAMPLES; sample++) {
            long x = RandomScalar.number(random);
            long y = RandomScalar.number(random);
            Word wide = WordArithmetic.apply(op, Word.constant(Long.SIZE, x), Word.constant(Long.SIZE, y));
            Word low = WordArithmetic.apply(op, Word.constant(Integer.SIZE, x), Word.constant(Integer.SIZE, y));
            if (!wide.equals(Word.constant(Long.SIZE, Arithmetic.alu64(op, x, y)))
                    || !low.equals(Word.constant(Integer.SIZE, Arithmetic.alu32(op, (int) x, (int) y)))) {
                fail("seed " + SEED + ": " + x + " " + op + " " + y + " = " + wide + ", " + low);
            }
        }
    }
}
