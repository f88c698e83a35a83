// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Condition;
import weir.ebpf.verifier.scalar.ScalarBranch.Outcome;
import weir.testing.RunSize;

/** Words of 4 and 8 bits against all numbers that they stand for: what can come out is in what is said to. */
class WordSoundnessTest {
    private static final int PAIRS = RunSize.of(3_000, 300_000);
    private static final int[] WIDTHS = {4, 8};

    private final SplittableRandom random = new SplittableRandom(20_260_728);

    @ParameterizedTest
    @EnumSource(AluOp.class)
    void operationsGiveAllResults(AluOp op) {
        for (int i = 0; i < PAIRS; i++) {
            int width = WIDTHS[i % WIDTHS.length];
            Word a = anyWord(width);
            Word b = anyWord(width);
            Word result = WordArithmetic.apply(op, a, b);
            for (long x : members(a)) {
                for (long y : members(b)) {
                    long number = Word.signExtend(width, calculate(op, width, x, y));
                    assertTrue(
                            result.contains(number),
                            () -> x + " " + op + " " + y + " = " + number + " is not in " + result + ", from " + a
                                    + " and " + b);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Condition.class)
    void branchesKeepAllNumbersThatGoTheirWay(Condition condition) {
        for (int i = 0; i < PAIRS; i++) {
            int width = WIDTHS[i % WIDTHS.length];
            Word a = anyWord(width);
            Word b = anyWord(width);
            Outcome outcome = WordBranch.decide(condition, a, b);
            WordBranch.Pair taken = WordBranch.refine(condition, true, a, b);
            WordBranch.Pair not = WordBranch.refine(condition, false, a, b);
            for (long x : members(a)) {
                for (long y : members(b)) {
                    boolean holds = compare(condition, width, x, y);
                    WordBranch.@Nullable Pair way = holds ? taken : not;
                    boolean isKept = way != null && way.left().contains(x) && way.right().contains(y);
                    assertTrue(isKept, () -> x + " " + condition + " " + y + " is not in " + way + " of " + a + b);
                    assertTrue(outcome != (holds ? Outcome.NEVER : Outcome.ALWAYS), () -> outcome + " of " + a + b);
                }
            }
        }
    }

    @Test
    void setsAreJoinedCutAndNarrowedWithoutLoss() {
        for (int i = 0; i < PAIRS; i++) {
            Word a = anyWord(8);
            Word b = anyWord(8);
            Word low = anyWord(4);
            Word union = a.union(b);
            Word both = a.intersect(b);
            Word withLow = a.withLow(low);
            for (long x : members(a)) {
                assertTrue(union.contains(x));
                assertTrue(!b.contains(x) || (both != null && both.contains(x)));
                assertTrue(a.narrow(4).contains(x));
                assertTrue(!low.contains(x) || (withLow != null && withLow.contains(x)), () -> a + " with " + low);
                assertTrue(a.widenSigned(16).contains(x));
                assertTrue(a.widenUnsigned(16).contains(Word.zeroExtend(8, x)));
            }
        }
    }

    /** The high bits of a remainder were once said to be those of the dividend. */
    @Test
    void remaindersKeepOnlyTheLowBitsOfTheirDividend() {
        Word eightToFifteen = Word.of(8, new Tnum(8, 7), 8, 15, Long.MAX_VALUE, Long.MIN_VALUE);
        Word three = Word.constant(8, 3);
        assertEquals(0, WordArithmetic.apply(AluOp.MOD, Word.nonEmpty(eightToFifteen), three).umin());
    }

    private Word anyWord(int width) {
        while (true) {
            long max = Word.max(width);
            long mask = Word.signExtend(width, random.nextLong() & random.nextLong());
            long value = Word.signExtend(width, random.nextLong()) & ~mask;
            Tnum bits = random.nextInt(3) == 0 ? Tnum.UNKNOWN : new Tnum(value, mask);
            long posA = random.nextLong(max + 1);
            long posB = random.nextLong(max + 1);
            long negA = ~random.nextLong(max + 1);
            long negB = ~random.nextLong(max + 1);
            boolean hasPositive = random.nextInt(3) != 0;
            boolean hasNegative = random.nextInt(3) != 0;
            Word word = Word.of(
                    width,
                    bits,
                    hasPositive ? Math.min(posA, posB) : Long.MAX_VALUE,
                    hasPositive ? Math.max(posA, posB) : Long.MIN_VALUE,
                    hasNegative ? Math.min(negA, negB) : Long.MAX_VALUE,
                    hasNegative ? Math.max(negA, negB) : Long.MIN_VALUE);
            if (word != null) {
                return word;
            }
        }
    }

    private static List<Long> members(Word word) {
        List<Long> members = new ArrayList<>();
        long max = Word.max(word.width());
        for (long x = ~max; x <= max; x++) {
            if (word.contains(x)) {
                members.add(x);
            }
        }
        return members;
    }

    /** By the rules of RFC 9669, for numbers that are sign-extended. */
    private static long calculate(AluOp op, int width, long x, long y) {
        long ux = Word.zeroExtend(width, x);
        long uy = Word.zeroExtend(width, y);
        int count = (int) y & (width - 1);
        return switch (op) {
            case ADD -> x + y;
            case SUB -> x - y;
            case MUL -> x * y;
            case DIV -> uy == 0 ? 0 : ux / uy;
            case SDIV -> y == 0 ? 0 : x / y;
            case MOD -> uy == 0 ? x : ux % uy;
            case SMOD -> y == 0 ? x : x % y;
            case OR -> x | y;
            case AND -> x & y;
            case XOR -> x ^ y;
            case LSH -> x << count;
            case RSH -> ux >>> count;
            case ARSH -> x >> count;
            case MOV -> y;
        };
    }

    private static boolean compare(Condition condition, int width, long x, long y) {
        int unsigned = Long.compare(Word.zeroExtend(width, x), Word.zeroExtend(width, y));
        int signed = Long.compare(x, y);
        return switch (condition) {
            case EQ -> x == y;
            case NE -> x != y;
            case SET -> (Word.zeroExtend(width, x) & y) != 0;
            case GT -> unsigned > 0;
            case GE -> unsigned >= 0;
            case LT -> unsigned < 0;
            case LE -> unsigned <= 0;
            case SGT -> signed > 0;
            case SGE -> signed >= 0;
            case SLT -> signed < 0;
            case SLE -> signed <= 0;
        };
    }
}
