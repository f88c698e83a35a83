// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import org.jspecify.annotations.Nullable;

/** Collects what an operation can give, arc by arc, and makes a word of it. For one thread, for one operation. */
final class RangeJoin {
    private final int width;
    private final long max;
    private long posMin = Long.MAX_VALUE;
    private long posMax = Long.MIN_VALUE;
    private long negMin = Long.MAX_VALUE;
    private long negMax = Long.MIN_VALUE;

    /** @param width 1 to 64 bits */
    RangeJoin(int width) {
        this.width = width;
        this.max = Word.max(width);
    }

    int width() {
        return width;
    }

    /**
     * Numbers that are met when counting up from one to the other, modulo 2^width. Only the low bits of both
     * count; the way is shorter than once round.
     */
    void addArc(long first, long last) {
        long start = Word.signExtend(width, first);
        long end = Word.signExtend(width, last);
        if ((start ^ end) >= 0) {
            if (start <= end) {
                addSegment(start, end);
            } else {
                addAll();
            }
        } else if (start >= 0) {
            addSegment(start, max);
            addSegment(~max, end);
        } else {
            addSegment(start, -1);
            addSegment(0, end);
        }
    }

    /** Numbers of one sign, sign-extended. */
    void addSegment(long first, long last) {
        if (first >= 0) {
            posMin = Math.min(posMin, first);
            posMax = Math.max(posMax, last);
        } else {
            negMin = Math.min(negMin, first);
            negMax = Math.max(negMax, last);
        }
    }

    /** Any number. */
    void addAll() {
        addSegment(0, max);
        addSegment(~max, -1);
    }

    /** Those of the numbers that have these bits; there is at least one. */
    Word toWord(Tnum bits) {
        return Word.nonEmpty(Word.of(width, bits, posMin, posMax, negMin, negMax));
    }

    /** The numbers of a word that are among those collected; null if there are none. */
    @Nullable
    Word intersect(Word word) {
        return Word.of(
                width,
                word.bits(),
                Math.max(posMin, word.posMin()),
                Math.min(posMax, word.posMax()),
                Math.max(negMin, word.negMin()),
                Math.min(negMax, word.negMax()));
    }
}
