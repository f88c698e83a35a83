// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Arithmetic;

/** All tnums of 5 bits and all their numbers. */
class TnumTest {
    private static final int WIDTH = 5;
    private static final long LAST = (1L << WIDTH) - 1;
    private static final List<Tnum> ALL = SmallWords.tnums(WIDTH);

    private static Tnum apply(AluOp op, Tnum a, Tnum b) {
        return switch (op) {
            case ADD -> a.add(b);
            case SUB -> a.subtract(b);
            case AND -> a.and(b);
            case OR -> a.or(b);
            case XOR -> a.xor(b);
            default -> throw new IllegalArgumentException(op + " is not optimal");
        };
    }

    private static long[] numbers(Tnum tnum) {
        return LongStream.rangeClosed(0, LAST).filter(tnum::contains).toArray();
    }

    private static Tnum hull(LongStream numbers) {
        return numbers.mapToObj(Tnum::constant).reduce(Tnum::union).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(names = {"ADD", "SUB", "AND", "OR", "XOR"})
    void knowsEveryBitThatAllResultsHaveInCommon(AluOp op) {
        for (Tnum a : ALL) {
            for (Tnum b : ALL) {
                Tnum expected = hull(LongStream.of(numbers(a))
                        .flatMap(x -> LongStream.of(numbers(b)).map(y -> Arithmetic.alu64(op, x, y) & LAST)));
                assertEquals(expected, apply(op, a, b).zeroExtend(WIDTH), () -> op + " of " + a + " and " + b);
            }
        }
    }

    @Test
    void productsHaveTheBitsThatAreKnown() {
        for (Tnum a : ALL) {
            for (Tnum b : ALL) {
                Tnum product = a.multiply(b);
                for (long x : numbers(a)) {
                    for (long y : numbers(b)) {
                        assertTrue(product.contains(x * y), () -> a + " * " + b);
                    }
                }
            }
        }
    }

    @Test
    void shiftsAndNegationAreExact() {
        for (Tnum tnum : ALL) {
            assertEquals(
                    hull(LongStream.of(numbers(tnum)).map(x -> -x & LAST)),
                    tnum.negate().zeroExtend(WIDTH));
            for (int count = 0; count < WIDTH; count++) {
                int by = count;
                assertEquals(hull(LongStream.of(numbers(tnum)).map(x -> x << by)), tnum.shiftLeft(count));
                assertEquals(hull(LongStream.of(numbers(tnum)).map(x -> x >>> by)), tnum.shiftRight(count));
                assertEquals(
                        hull(LongStream.of(numbers(tnum)).map(x -> Word.signExtend(WIDTH, x) >> by & LAST)),
                        tnum.arithmeticShiftRight(count, WIDTH));
            }
        }
    }

    @Test
    void intersectionHasTheNumbersOfBoth() {
        for (Tnum a : ALL) {
            for (Tnum b : ALL) {
                long[] expected = LongStream.of(numbers(a)).filter(b::contains).toArray();
                Tnum both = a.intersect(b);
                assertArrayEquals(expected, both == null ? new long[0] : numbers(both));
                assertEquals(Arrays.equals(expected, numbers(b)), a.contains(b));
            }
        }
    }

    @Test
    void rangeKnowsTheBitsThatAllItsNumbersShare() {
        for (long min = 0; min <= LAST; min++) {
            for (long max = min; max <= LAST; max++) {
                assertEquals(hull(LongStream.rangeClosed(min, max)), Tnum.range(min, max));
            }
        }
        assertEquals(Tnum.UNKNOWN, Tnum.range(0, -1));
        assertEquals(new Tnum(Long.MIN_VALUE, Long.MAX_VALUE), Tnum.range(Long.MIN_VALUE, -1));
    }

    @Test
    void truncatesAndKnowsAlignment() {
        Tnum tnum = new Tnum(0x1200, 0xf0);
        assertEquals(new Tnum(0, 0xf0), tnum.truncate(Byte.BYTES));
        assertEquals(tnum, tnum.truncate(Short.BYTES));
        assertEquals(Tnum.UNKNOWN, Tnum.UNKNOWN.truncate(Long.BYTES));
        assertTrue(tnum.isAligned(16));
        assertFalse(tnum.isAligned(32));
        assertTrue(Tnum.constant(0).isAligned(Long.MIN_VALUE));
    }

    @Test
    void refusesBitsThatAreKnownAndUnknown() {
        assertThrows(IllegalArgumentException.class, () -> new Tnum(1, 3));
        assertNull(Tnum.constant(1).intersect(Tnum.constant(2)));
    }

    @Test
    void printsAsTheKernelDoes() {
        assertEquals("(0x0; 0xff)", new Tnum(0, 0xff).toString());
    }
}
