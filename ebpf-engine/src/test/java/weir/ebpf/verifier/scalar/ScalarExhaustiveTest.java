// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction.ByteSwap.Order;
import weir.ebpf.verifier.scalar.Embedding.Small;

/**
 * Every pair of registers that hold numbers of 5 bits, zero- or sign-extended, at 64 and 32 bits, with all their numbers:
 * nothing that {@link Arithmetic} computes is missing in the abstract result, and no comparison excludes a pair that it
 * holds for.
 */
class ScalarExhaustiveTest {
    private static final int[] CAST_BITS = {Byte.SIZE, Short.SIZE, Integer.SIZE};
    private static final int[] SWAP_BITS = {Short.SIZE, Integer.SIZE, Long.SIZE};

    /** What is tried with two lists of registers. */
    @FunctionalInterface
    private interface PairCheck {
        void check(Small a, long[] as, Small b, long[] bs);
    }

    private static void eachPair(List<Small> left, List<Small> right, PairCheck check) {
        List<long[]> numbers = right.stream().map(Small::numbers).toList();
        for (Small a : left) {
            long[] as = a.numbers();
            for (int i = 0; i < right.size(); i++) {
                check.check(a, as, right.get(i), numbers.get(i));
            }
        }
    }

    private static void usualPairs(PairCheck check) {
        for (Embedding embedding : Embedding.values()) {
            eachPair(embedding.allBits(), embedding.allBits(), check);
            eachPair(embedding.someRanges(), embedding.someRanges(), check);
            eachPair(embedding.someRanges(), Embedding.ZERO_EXTENDED.someRanges(), check);
        }
    }

    private static void allPairs(PairCheck check) {
        for (Embedding left : Embedding.values()) {
            for (Embedding right : Embedding.values()) {
                eachPair(left.all(), right.all(), check);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void resultsAreInTheAbstractResult(AluOp op) {
        usualPairs((a, as, b, bs) -> compute(op, a, as, b, bs));
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void resultsOfAllPairsAreInTheAbstractResult(AluOp op) {
        allPairs((a, as, b, bs) -> compute(op, a, as, b, bs));
    }

    private static void compute(AluOp op, Small a, long[] as, Small b, long[] bs) {
        Scalar wide = ScalarArithmetic.apply(op, true, a.scalar(), b.scalar());
        Scalar low = ScalarArithmetic.apply(op, false, a.scalar(), b.scalar());
        for (long x : as) {
            for (long y : bs) {
                long wideResult = Arithmetic.alu64(op, x, y);
                long lowResult = Arithmetic.zeroExtend(Arithmetic.alu32(op, (int) x, (int) y));
                if (!wide.contains(wideResult) || !low.contains(lowResult)) {
                    fail(x + " " + op + " " + y + " = " + wideResult + " or, in 32 bits, " + lowResult + ", for "
                            + a.scalar() + " and " + b.scalar() + ": " + wide + ", " + low);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void noComparisonExcludesAPairThatItHoldsFor(Condition condition) {
        usualPairs((a, as, b, bs) -> compare(condition, a, as, b, bs));
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void noComparisonOfAllPairsExcludesAPairThatItHoldsFor(Condition condition) {
        allPairs((a, as, b, bs) -> compare(condition, a, as, b, bs));
    }

    private static void compare(Condition condition, Small a, long[] as, Small b, long[] bs) {
        compare(condition, true, a, as, b, bs);
        compare(condition, false, a, as, b, bs);
    }

    private static void compare(Condition condition, boolean is64, Small a, long[] as, Small b, long[] bs) {
        ScalarBranch.Outcome outcome = ScalarBranch.decide(condition, is64, a.scalar(), b.scalar());
        ScalarBranch.Refined taken = ScalarBranch.refine(condition, is64, true, a.scalar(), b.scalar());
        ScalarBranch.Refined notTaken = ScalarBranch.refine(condition, is64, false, a.scalar(), b.scalar());
        for (long x : as) {
            for (long y : bs) {
                boolean holds = is64
                        ? Arithmetic.compare64(condition, x, y)
                        : Arithmetic.compare32(condition, (int) x, (int) y);
                boolean denied = outcome == (holds ? ScalarBranch.Outcome.NEVER : ScalarBranch.Outcome.ALWAYS);
                if (denied || !admits(holds ? taken : notTaken, x, y)) {
                    fail(x + " " + condition + " " + y + " is " + holds + ", is64=" + is64 + ", for " + a.scalar()
                            + " and " + b.scalar() + ": " + outcome + ", " + taken + ", " + notTaken);
                }
            }
        }
    }

    private static boolean admits(ScalarBranch.@Nullable Refined refined, long x, long y) {
        return refined != null && refined.left().contains(x) && refined.right().contains(y);
    }

    @Test
    void oneOperandInstructionsKeepEveryNumber() {
        for (Embedding embedding : Embedding.values()) {
            embedding.allBits().forEach(ScalarExhaustiveTest::transform);
            embedding.allRanges().forEach(ScalarExhaustiveTest::transform);
        }
    }

    private static void transform(Small small) {
        Scalar scalar = small.scalar();
        for (long x : small.numbers()) {
            assertTrue(scalar.contains(x));
            assertTrue(ScalarArithmetic.negate(true, scalar).contains(-x));
            assertTrue(ScalarArithmetic.negate(false, scalar).contains(Arithmetic.zeroExtend(-(int) x)));
            for (int bits : CAST_BITS) {
                long wide = Arithmetic.signExtend64(x, bits);
                long low = Arithmetic.zeroExtend(Arithmetic.signExtend32((int) x, bits));
                assertTrue(ScalarArithmetic.signExtend(true, bits, scalar).contains(wide));
                assertTrue(ScalarArithmetic.signExtend(false, bits, scalar).contains(low));
                assertTrue(ScalarArithmetic.truncate(bits / Byte.SIZE, true, scalar)
                        .contains(wide));
                assertTrue(ScalarArithmetic.truncate(bits / Byte.SIZE, false, scalar)
                        .contains(Arithmetic.truncate(bits, x)));
            }
            swap(scalar, x);
        }
    }

    private static void swap(Scalar scalar, long x) {
        for (Order order : Order.values()) {
            for (int bits : SWAP_BITS) {
                assertTrue(ScalarArithmetic.swap(order, bits, scalar).contains(Arithmetic.byteSwap(order, bits, x)));
            }
        }
    }

    @Test
    void intersectionHasTheNumbersOfBothAndContainmentIsTrue() {
        for (Embedding embedding : Embedding.values()) {
            eachPair(embedding.allBits(), embedding.someRanges(), (a, as, b, bs) -> {
                Scalar both = a.scalar().intersect(b.scalar());
                for (long x : as) {
                    boolean inBoth = b.scalar().contains(x);
                    assertEquals(inBoth, both != null && both.contains(x));
                    assertTrue(inBoth || !b.scalar().contains(a.scalar()));
                }
            });
        }
    }

    @Test
    void nothingIsLeftOfBitsAndARangeWithoutCommonNumbers() {
        List<Small> ranges = Embedding.ZERO_EXTENDED.allRanges();
        eachPair(Embedding.ZERO_EXTENDED.allBits(), ranges, (a, as, b, bs) -> {
            boolean empty = (a.members() & b.members()) == 0;
            assertEquals(empty, a.scalar().intersect(b.scalar()) == null);
        });
    }
}
