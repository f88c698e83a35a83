// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import java.util.stream.LongStream;

/** An abstract number and the numbers that it was made of, which it must not lose. */
final class Subject<T> {
    private final T abstraction;
    private final long[] numbers;

    Subject(T abstraction, LongStream numbers) {
        this.abstraction = abstraction;
        this.numbers = numbers.toArray();
    }

    T abstraction() {
        return abstraction;
    }

    /** Not to be changed. */
    long[] numbers() {
        return numbers;
    }
}
