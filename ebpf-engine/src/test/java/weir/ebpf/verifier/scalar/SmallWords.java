// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.Condition;

/** All there is at a small width, and what the instructions mean there. */
final class SmallWords {
    private SmallWords() {}

    /** Every tnum of the low bits, zero-extended: 3^width of them. */
    static List<Tnum> tnums(int width) {
        List<Tnum> tnums = new ArrayList<>();
        for (long mask = 0; mask < 1L << width; mask++) {
            for (long value = 0; value < 1L << width; value++) {
                if ((value & mask) == 0) {
                    tnums.add(new Tnum(value, mask));
                }
            }
        }
        return tnums;
    }

    /** Every word of which the bits are known and nothing else. */
    static List<SmallWord> ofBits(int width) {
        List<SmallWord> words = new ArrayList<>();
        for (Tnum tnum : tnums(width)) {
            Tnum bits = tnum.signExtend(width);
            Word word = Objects.requireNonNull(Word.unknown(width).withBits(bits));
            words.add(SmallWord.of(word, all(width).filter(bits::contains)));
        }
        return words;
    }

    /** Every word whose bits are known within a signed or within an unsigned range, each once. */
    static List<SmallWord> ofBitsWithinRanges(int width) {
        Set<SmallWord> words = new LinkedHashSet<>();
        for (Tnum tnum : tnums(width)) {
            Tnum bits = tnum.signExtend(width);
            Stream.concat(ofRanges(width, true, false).stream(), ofRanges(width, false, true).stream())
                    .forEach(range -> addWithBits(words, range, bits));
        }
        return List.copyOf(words);
    }

    /** Every word there is, each once: known bits, a range without sign bit and one with it, or one of the two. */
    static List<SmallWord> everything(int width) {
        Set<SmallWord> words = new LinkedHashSet<>();
        List<SmallWord> ranges = ofRanges(width, true, true);
        for (Tnum tnum : tnums(width)) {
            ranges.forEach(range -> addWithBits(words, range, tnum.signExtend(width)));
        }
        return List.copyOf(words);
    }

    private static void addWithBits(Set<SmallWord> words, SmallWord range, Tnum bits) {
        int width = range.word().width();
        Word word = range.word().withBits(bits);
        long[] numbers = all(width)
                .filter(number -> (range.members() >>> Word.zeroExtend(width, number) & 1) != 0)
                .filter(bits::contains)
                .toArray();
        if ((word == null) != (numbers.length == 0)) {
            throw new AssertionError("numbers=" + numbers.length + ", word=" + word);
        }
        if (word != null) {
            words.add(SmallWord.of(word, LongStream.of(numbers)));
        }
    }

    /** Every word of which a signed and an unsigned range are known, each of the given bounds. */
    static List<SmallWord> ofRanges(int width, boolean signed, boolean unsigned) {
        long max = Word.max(width);
        List<SmallWord> words = new ArrayList<>();
        for (long smin = ~max; smin <= max; smin += signed ? 1 : 2 * max + 2) {
            for (long smax = signed ? smin : max; smax <= max; smax++) {
                addUnsignedRanges(words, width, smin, smax, unsigned);
            }
        }
        return words;
    }

    private static void addUnsignedRanges(List<SmallWord> words, int width, long smin, long smax, boolean unsigned) {
        long last = (1L << width) - 1;
        for (long umin = 0; umin <= last; umin += unsigned ? 1 : last + 1) {
            for (long umax = unsigned ? umin : last; umax <= last; umax++) {
                addRange(words, width, new long[] {smin, smax, umin, umax});
            }
        }
    }

    private static void addRange(List<SmallWord> words, int width, long[] bounds) {
        long[] numbers = all(width)
                .filter(number -> number >= bounds[0] && number <= bounds[1])
                .filter(number -> {
                    long unsigned = Word.zeroExtend(width, number);
                    return unsigned >= bounds[2] && unsigned <= bounds[3];
                })
                .toArray();
        Word word = Word.unknown(width).atLeastSigned(bounds[0]);
        word = word == null ? null : word.atMostSigned(bounds[1]);
        word = word == null ? null : word.atLeast(Word.signExtend(width, bounds[2]));
        word = word == null ? null : word.atMost(Word.signExtend(width, bounds[3]));
        if ((word == null) != (numbers.length == 0)) {
            throw new AssertionError("numbers=" + numbers.length + ", word=" + word);
        }
        if (word != null) {
            words.add(SmallWord.of(word, LongStream.of(numbers)));
        }
    }

    /** Every number of a width, sign-extended. */
    static LongStream all(int width) {
        return LongStream.rangeClosed(~Word.max(width), Word.max(width));
    }

    /** The smallest word that has the numbers, a bit for each. */
    static Word hull(int width, long members) {
        return LongStream.range(0, 1L << width)
                .filter(number -> (members >>> number & 1) != 0)
                .mapToObj(number -> Word.constant(width, number))
                .reduce(Word::union)
                .orElseThrow();
    }

    /** What all members have in common, sign-extended. */
    static Tnum commonBits(int width, long members) {
        long all = -1;
        long any = 0;
        for (long left = members; left != 0; left &= left - 1) {
            long number = Word.signExtend(width, Long.numberOfTrailingZeros(left));
            all &= number;
            any |= number;
        }
        return new Tnum(all, any & ~all);
    }

    /** For each left operand the results with all right ones, a bit for each result. */
    static long[] images(AluOp op, int width, SmallWord b) {
        long[] images = new long[1 << width];
        for (int x = 0; x < images.length; x++) {
            long left = Word.signExtend(width, x);
            images[x] = map(width, b.members(), y -> compute(op, width, left, y));
        }
        return images;
    }

    /** The results of all left operands that are members. */
    static long image(long[] images, long members) {
        long image = 0;
        for (long left = members; left != 0; left &= left - 1) {
            image |= images[Long.numberOfTrailingZeros(left)];
        }
        return image;
    }

    /** What a function of sign-extended numbers makes of each member. */
    static long map(int width, long members, LongUnaryOperator function) {
        return LongStream.range(0, 1L << width)
                .filter(number -> (members >>> number & 1) != 0)
                .map(number -> function.applyAsLong(Word.signExtend(width, number)))
                .map(result -> 1L << Word.zeroExtend(width, result))
                .reduce(0, (a, b) -> a | b);
    }

    /** {@code a op b} at a width that is a power of two, if the operation is a shift. */
    static long compute(AluOp op, int width, long a, long b) {
        long count = b & width - 1;
        long result = switch (op) {
            case ADD, SUB, MUL, OR, AND, XOR, SDIV, SMOD, MOV -> Arithmetic.alu64(op, a, b);
            case DIV, MOD -> Arithmetic.alu64(op, Word.zeroExtend(width, a), Word.zeroExtend(width, b));
            case LSH, ARSH -> Arithmetic.alu64(op, a, count);
            case RSH -> Arithmetic.alu64(op, Word.zeroExtend(width, a), count);
        };
        return Word.signExtend(width, result);
    }

    /** Sign extension keeps both orders, so that a width makes no difference. */
    static boolean compare(Condition condition, long a, long b) {
        return Arithmetic.compare64(condition, a, b);
    }

    static boolean isShift(AluOp op) {
        return op == AluOp.LSH || op == AluOp.RSH || op == AluOp.ARSH;
    }
}
