// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How numbers of 5 bits are put into registers, so that all of them can be tried at full width. */
enum Embedding {
    ZERO_EXTENDED {
        @Override
        Tnum embed(Tnum low) {
            return low;
        }
    },
    SIGN_EXTENDED {
        @Override
        Tnum embed(Tnum low) {
            return low.signExtend(WIDTH);
        }
    },
    SIGN_EXTENDED_IN_LOW_HALF {
        @Override
        Tnum embed(Tnum low) {
            return low.signExtend(WIDTH).zeroExtend(Integer.SIZE);
        }
    };

    static final int WIDTH = 5;

    /** A scalar and the numbers that it was made of, a bit for each: what it stands for before it is embedded. */
    record Small(Embedding embedding, Scalar scalar, int members) {
        /** The numbers that it was made of. */
        long[] numbers() {
            return IntStream.range(0, 1 << WIDTH)
                    .filter(number -> (members >>> number & 1) != 0)
                    .mapToLong(embedding::embed)
                    .toArray();
        }
    }

    abstract Tnum embed(Tnum low);

    private long embed(int low) {
        return embed(Tnum.constant(low)).value();
    }

    /** Every tnum of the low bits and every range, each scalar once. */
    List<Small> all() {
        return Stream.concat(allBits().stream(), allRanges().stream())
                .distinct()
                .toList();
    }

    /** Every tnum of the low bits. */
    List<Small> allBits() {
        List<Small> all = new ArrayList<>();
        for (Tnum low : SmallWords.tnums(WIDTH)) {
            Word wide = Objects.requireNonNull(Word.unknown(Long.SIZE).withBits(embed(low)));
            int members = IntStream.range(0, 1 << WIDTH)
                    .filter(low::contains)
                    .map(number -> 1 << number)
                    .sum();
            all.add(new Small(this, Scalar.ofWide(wide), members));
        }
        return all;
    }

    /** Every range of numbers that lie beside each other when embedded. */
    List<Small> allRanges() {
        int[] ends = IntStream.range(0, 1 << WIDTH).toArray();
        return ranges(ends);
    }

    /** The ranges whose ends are limits or powers of two, and their neighbours. */
    List<Small> someRanges() {
        return ranges(new int[] {0, 1, 2, 7, 8, 14, 15, 16, 17, 30, 31});
    }

    private List<Small> ranges(int[] ends) {
        List<Small> all = new ArrayList<>();
        for (int first : ends) {
            for (int last : ends) {
                long min = embed(first);
                long max = embed(last);
                if (min <= max) {
                    int members = IntStream.range(0, 1 << WIDTH)
                            .filter(number -> embed(number) >= min && embed(number) <= max)
                            .map(number -> 1 << number)
                            .sum();
                    all.add(new Small(this, Scalar.signedRange(min, max), members));
                }
            }
        }
        return all;
    }
}
