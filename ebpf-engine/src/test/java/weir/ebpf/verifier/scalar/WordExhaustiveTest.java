// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Condition;

/**
 * Every pair of abstract numbers at 5 bits (shifts at 4, since counts are taken modulo a power of two), with all their
 * numbers: what an instruction computes is in the abstract result, and no comparison excludes a pair that it holds for.
 */
class WordExhaustiveTest {
    private static final int WIDTH = 5;
    private static final int SHIFT_WIDTH = 4;
    /** All signed and unsigned ranges at once are 9,000 at 4 bits, 600 at 3. */
    private static final int SMALL_WIDTH = 3;

    private static final int WIDE_SHIFT_WIDTH = 8;

    private static int width(AluOp op) {
        return SmallWords.isShift(op) ? SHIFT_WIDTH : WIDTH;
    }

    @ParameterizedTest
    @EnumSource
    void resultsOfAllBitsAreInTheAbstractResult(AluOp op) {
        checkAll(op, width(op), SmallWords.ofBits(width(op)));
    }

    @ParameterizedTest
    @EnumSource
    void resultsOfAllUnsignedRangesAreInTheAbstractResult(AluOp op) {
        checkAll(op, width(op), SmallWords.ofRanges(width(op), false, true));
    }

    @ParameterizedTest
    @EnumSource
    void resultsOfAllSignedRangesAreInTheAbstractResult(AluOp op) {
        checkAll(op, width(op), SmallWords.ofRanges(width(op), true, false));
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void resultsOfAllSignedAndUnsignedRangesAreInTheAbstractResult(AluOp op) {
        int width = SmallWords.isShift(op) ? SHIFT_WIDTH : SMALL_WIDTH;
        checkAll(op, width, SmallWords.ofRanges(width, true, true));
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource(names = {"LSH", "RSH", "ARSH"})
    void shiftsOfAllBitsAtEightBits(AluOp op) {
        List<Subject<Word>> counts = SmallWords.ofRanges(WIDE_SHIFT_WIDTH, false, true).stream()
                .filter(count ->
                        count.abstraction().umin() >= 0 && count.abstraction().umax() < WIDE_SHIFT_WIDTH + 2L)
                .toList();
        for (Subject<Word> a : SmallWords.ofBits(WIDE_SHIFT_WIDTH)) {
            for (Subject<Word> count : counts) {
                check(op, WIDE_SHIFT_WIDTH, a, count);
            }
        }
    }

    private static void checkAll(AluOp op, int width, List<Subject<Word>> subjects) {
        for (Subject<Word> a : subjects) {
            for (Subject<Word> b : subjects) {
                check(op, width, a, b);
            }
        }
    }

    private static void check(AluOp op, int width, Subject<Word> a, Subject<Word> b) {
        Word result = WordArithmetic.apply(op, a.abstraction(), b.abstraction());
        for (long x : a.numbers()) {
            for (long y : b.numbers()) {
                long expected = SmallWords.compute(op, width, x, y);
                if (!result.contains(expected)) {
                    fail(x + " " + op + " " + y + " = " + expected + " is not in " + result + ", the result for "
                            + a.abstraction() + " and " + b.abstraction());
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

    private static void compareAll(Condition condition, List<Subject<Word>> subjects) {
        for (Subject<Word> a : subjects) {
            for (Subject<Word> b : subjects) {
                compare(condition, a, b);
            }
        }
    }

    private static void compare(Condition condition, Subject<Word> a, Subject<Word> b) {
        WordBranch.Pair taken = WordBranch.refine(condition, true, a.abstraction(), b.abstraction());
        WordBranch.Pair notTaken = WordBranch.refine(condition, false, a.abstraction(), b.abstraction());
        boolean holds = false;
        boolean fails = false;
        for (long x : a.numbers()) {
            for (long y : b.numbers()) {
                boolean result = SmallWords.compare(condition, x, y);
                holds |= result;
                fails |= !result;
                if (!admits(result ? taken : notTaken, x, y)) {
                    fail(x + " " + condition + " " + y + " is " + result + " and not in " + taken + " or " + notTaken
                            + ", of " + a.abstraction() + " and " + b.abstraction());
                }
            }
        }
        ScalarBranch.Outcome outcome = WordBranch.decide(condition, a.abstraction(), b.abstraction());
        if (outcome == ScalarBranch.Outcome.ALWAYS ? fails : outcome == ScalarBranch.Outcome.NEVER && holds) {
            fail(a.abstraction() + " " + condition + " " + b.abstraction() + " is not " + outcome);
        }
    }

    private static boolean admits(WordBranch.@Nullable Pair pair, long x, long y) {
        return pair != null && pair.left().contains(x) && pair.right().contains(y);
    }

    @Test
    void castsKeepEveryNumber() {
        for (int toWidth = 1; toWidth < WIDTH; toWidth++) {
            for (List<Subject<Word>> subjects : List.of(
                    SmallWords.ofBits(WIDTH),
                    SmallWords.ofRanges(WIDTH, true, false),
                    SmallWords.ofRanges(WIDTH, false, true))) {
                for (Subject<Word> subject : subjects) {
                    Word narrow = subject.abstraction().narrow(toWidth);
                    Word signed = narrow.widenSigned(WIDTH);
                    Word unsigned = narrow.widenUnsigned(WIDTH);
                    for (long number : subject.numbers()) {
                        assertTrue(narrow.contains(number));
                        assertTrue(signed.contains(Word.signExtend(toWidth, number)));
                        assertTrue(unsigned.contains(Word.zeroExtend(toWidth, number)));
                    }
                }
            }
        }
    }

    @Test
    void whatALowHalfTellsExcludesNoNumberThatHasIt() {
        int half = 2;
        List<Subject<Word>> lows = SmallWords.ofRanges(half, true, true);
        for (Subject<Word> subject : SmallWords.ofRanges(SHIFT_WIDTH, true, true)) {
            for (Subject<Word> low : lows) {
                Word both = subject.abstraction().withLow(low.abstraction());
                long[] expected = Arrays.stream(subject.numbers())
                        .filter(number -> low.abstraction().contains(number))
                        .toArray();
                assertFalse(both == null && expected.length > 0);
                for (long number : expected) {
                    assertTrue(
                            both != null && both.contains(number),
                            () -> subject.abstraction() + " with low " + low.abstraction());
                }
            }
        }
    }

    @Test
    void boundsAreTheSmallestAndLargestNumbersThatHaveTheBits() {
        for (Subject<Word> ranges : SmallWords.ofRanges(SHIFT_WIDTH, true, true)) {
            for (Subject<Word> bits : SmallWords.ofBits(SHIFT_WIDTH)) {
                Word word = ranges.abstraction().withBits(bits.abstraction().bits());
                long[] expected = Arrays.stream(ranges.numbers())
                        .filter(bits.abstraction()::contains)
                        .toArray();
                assertEquals(expected.length == 0 ? null : SmallWords.hull(SHIFT_WIDTH, Arrays.stream(expected)), word);
            }
        }
    }
}
