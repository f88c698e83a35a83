// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Condition;

/**
 * Every pair of abstract numbers at 5 bits (shifts at 4, since counts are taken modulo a power of two), with all their
 * numbers: what an instruction computes is in the abstract result, and no comparison excludes a pair that it holds for. In
 * the long form those of which bits and a range are known, and at 4 bits all that there are.
 */
class WordExhaustiveTest {
    private static final int WIDTH = 5;
    private static final int SHIFT_WIDTH = 4;

    /** With signed and unsigned ranges and bits at once there are 134 words at 3 bits, 1,732 at 4. */
    private static final int SMALL_WIDTH = 3;

    private static int width(AluOp op) {
        return SmallWords.isShift(op) ? SHIFT_WIDTH : WIDTH;
    }

    @ParameterizedTest
    @EnumSource
    void resultsOfAllBitsAreInTheAbstractResult(AluOp op) {
        computeAll(op, width(op), SmallWords.ofBits(width(op)));
    }

    @ParameterizedTest
    @EnumSource
    void resultsOfAllUnsignedRangesAreInTheAbstractResult(AluOp op) {
        computeAll(op, width(op), SmallWords.ofRanges(width(op), false, true));
    }

    @ParameterizedTest
    @EnumSource
    void resultsOfAllSignedRangesAreInTheAbstractResult(AluOp op) {
        computeAll(op, width(op), SmallWords.ofRanges(width(op), true, false));
    }

    @ParameterizedTest
    @EnumSource
    void resultsOfFewWordsAreInTheAbstractResult(AluOp op) {
        if (!SmallWords.isShift(op)) {
            computeAll(op, SMALL_WIDTH, SmallWords.everything(SMALL_WIDTH));
        }
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void resultsOfBitsWithinRangesAreInTheAbstractResult(AluOp op) {
        computeAll(op, width(op), SmallWords.ofBitsWithinRanges(width(op)));
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void resultsOfAllWordsAreInTheAbstractResult(AluOp op) {
        computeAll(op, SHIFT_WIDTH, SmallWords.everything(SHIFT_WIDTH));
    }

    private static void computeAll(AluOp op, int width, List<SmallWord> words) {
        for (SmallWord b : words) {
            long[] images = SmallWords.images(op, width, b);
            for (SmallWord a : words) {
                long expected = SmallWords.image(images, a.members());
                Word result = WordArithmetic.apply(op, a.word(), b.word());
                long lost = expected & ~SmallWord.admitted(result);
                if (lost != 0) {
                    fail(a + " " + op + " " + b + " gives " + result + " and loses "
                            + Long.numberOfTrailingZeros(lost));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void noComparisonOfAllBitsExcludesAPairThatItHoldsFor(Condition condition) {
        compareAll(condition, SmallWords.ofBits(WIDTH));
    }

    @ParameterizedTest
    @EnumSource
    void noComparisonOfAllUnsignedRangesExcludesAPairThatItHoldsFor(Condition condition) {
        compareAll(condition, SmallWords.ofRanges(WIDTH, false, true));
    }

    @ParameterizedTest
    @EnumSource
    void noComparisonOfAllSignedRangesExcludesAPairThatItHoldsFor(Condition condition) {
        compareAll(condition, SmallWords.ofRanges(WIDTH, true, false));
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void noComparisonOfBitsWithinRangesExcludesAPairThatItHoldsFor(Condition condition) {
        compareAll(condition, SmallWords.ofBitsWithinRanges(WIDTH));
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void noComparisonOfAllWordsExcludesAPairThatItHoldsFor(Condition condition) {
        compareAll(condition, SmallWords.everything(SHIFT_WIDTH));
    }

    private static void compareAll(Condition condition, List<SmallWord> words) {
        int width = words.getFirst().word().width();
        long[] partners = new long[1 << width];
        for (int x = 0; x < partners.length; x++) {
            long left = Word.signExtend(width, x);
            partners[x] = LongStream.range(0, partners.length)
                    .filter(y -> SmallWords.compare(condition, left, Word.signExtend(width, y)))
                    .map(y -> 1L << y)
                    .sum();
        }
        for (SmallWord a : words) {
            for (SmallWord b : words) {
                compare(condition, partners, a, b);
            }
        }
    }

    /** @param partners for each left operand the right ones for which the condition holds */
    private static void compare(Condition condition, long[] partners, SmallWord a, SmallWord b) {
        boolean holds = check(condition, true, partners, a, b);
        boolean fails = check(condition, false, partners, a, b);
        ScalarBranch.Outcome outcome = WordBranch.decide(condition, a.word(), b.word());
        if (outcome == ScalarBranch.Outcome.ALWAYS ? fails : outcome == ScalarBranch.Outcome.NEVER && holds) {
            fail(a + " " + condition + " " + b + " is not " + outcome);
        }
    }

    /** Whether there is a pair that takes this way; it must be in what the way leaves. */
    private static boolean check(Condition condition, boolean taken, long[] partners, SmallWord a, SmallWord b) {
        long left = 0;
        long right = 0;
        for (long rest = a.members(); rest != 0; rest &= rest - 1) {
            int x = Long.numberOfTrailingZeros(rest);
            long with = b.members() & (taken ? partners[x] : ~partners[x]);
            left |= with == 0 ? 0 : 1L << x;
            right |= with;
        }
        WordBranch.@Nullable Pair pair = WordBranch.refine(condition, taken, a.word(), b.word());
        long leftAdmitted = pair == null ? 0 : SmallWord.admitted(pair.left());
        long rightAdmitted = pair == null ? 0 : SmallWord.admitted(pair.right());
        if ((left & ~leftAdmitted) != 0 || (right & ~rightAdmitted) != 0) {
            fail(a + " " + condition + " " + b + " taken=" + taken + " loses a pair: " + pair);
        }
        return left != 0;
    }

    @Test
    void castsKeepEveryNumber() {
        for (List<SmallWord> words : List.of(
                SmallWords.ofBits(WIDTH),
                SmallWords.ofRanges(WIDTH, true, false),
                SmallWords.ofRanges(WIDTH, false, true))) {
            for (SmallWord small : words) {
                for (int toWidth = 1; toWidth < WIDTH; toWidth++) {
                    checkCasts(small, toWidth);
                }
            }
        }
    }

    private static void checkCasts(SmallWord small, int toWidth) {
        Word narrow = small.word().narrow(toWidth);
        long signed = SmallWords.map(WIDTH, small.members(), number -> Word.signExtend(toWidth, number));
        long unsigned = SmallWords.map(WIDTH, small.members(), number -> Word.zeroExtend(toWidth, number));
        assertEquals(0, signed & ~SmallWord.admitted(narrow.widenSigned(WIDTH)));
        assertEquals(0, unsigned & ~SmallWord.admitted(narrow.widenUnsigned(WIDTH)));
    }

    @Test
    void whatALowHalfTellsExcludesNoNumberThatHasIt() {
        List<SmallWord> lows = SmallWords.ofRanges(SHIFT_WIDTH / 2, true, true);
        for (SmallWord small : SmallWords.ofRanges(SHIFT_WIDTH, true, true)) {
            for (SmallWord low : lows) {
                long expected = LongStream.range(0, 1L << SHIFT_WIDTH)
                        .filter(number -> (small.members() >>> number & 1) != 0)
                        .filter(number -> low.word().contains(number))
                        .map(number -> 1L << number)
                        .sum();
                Word both = small.word().withLow(low.word());
                assertEquals(0, expected & ~(both == null ? 0 : SmallWord.admitted(both)));
            }
        }
    }

    @Test
    void boundsAreTheSmallestAndLargestNumbersThatHaveTheBits() {
        for (SmallWord ranges : SmallWords.ofRanges(SHIFT_WIDTH, true, true)) {
            for (SmallWord bits : SmallWords.ofBits(SHIFT_WIDTH)) {
                long common = ranges.members() & bits.members();
                Word expected = common == 0 ? null : SmallWords.hull(SHIFT_WIDTH, common);
                assertEquals(expected, ranges.word().withBits(bits.word().bits()));
            }
        }
    }
}
