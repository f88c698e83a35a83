// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import java.util.stream.LongStream;

/**
 * A word of at most 6 bits and the numbers that it was made of, which it must not lose.
 *
 * @param members the numbers, a bit for each, by their unsigned values
 */
record SmallWord(Word word, long members) {
    static SmallWord of(Word word, LongStream numbers) {
        int width = word.width();
        return new SmallWord(
                word,
                numbers.map(number -> 1L << Word.zeroExtend(width, number)).reduce(0, (a, b) -> a | b));
    }

    /** The numbers that a word admits, a bit for each. */
    static long admitted(Word word) {
        long members = 0;
        for (long number = 0; number < 1L << word.width(); number++) {
            if (word.contains(number)) {
                members |= 1L << number;
            }
        }
        return members;
    }
}
