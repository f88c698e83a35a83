// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.ebpf.isa.Instruction.ByteSwap.Order;
import weir.testing.RunSize;

/** Against a model of unbounded integers that reads like RFC 9669. */
class ArithmeticTest {
    private static final List<Long> VALUES = values();

    @ParameterizedTest
    @EnumSource
    void computesAsUnboundedIntegersDoOn64Bits(AluOp op) {
        for (long a : VALUES) {
            for (long b : VALUES) {
                long expected = model(op, 64, a, b).longValue();
                assertEquals(expected, Arithmetic.alu64(op, a, b), () -> op + " 64 of " + a + " and " + b);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void computesAsUnboundedIntegersDoOn32Bits(AluOp op) {
        for (int a : ints()) {
            for (int b : ints()) {
                int expected = model(op, 32, a, b).intValue();
                assertEquals(expected, Arithmetic.alu32(op, a, b), () -> op + " 32 of " + a + " and " + b);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void comparesAsUnboundedIntegersDoOn64Bits(Condition condition) {
        for (long a : VALUES) {
            for (long b : VALUES) {
                boolean expected = model(condition, 64, a, b);
                assertEquals(expected, Arithmetic.compare64(condition, a, b), () -> a + " " + condition + " " + b);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void comparesAsUnboundedIntegersDoOn32Bits(Condition condition) {
        for (int a : ints()) {
            for (int b : ints()) {
                boolean expected = model(condition, 32, a, b);
                assertEquals(expected, Arithmetic.compare32(condition, a, b), () -> a + " " + condition + " " + b);
            }
        }
    }

    @Test
    void extendsAndNegates() {
        for (long a : VALUES) {
            BigInteger exact = BigInteger.valueOf(a);
            assertEquals(unsigned(exact, 32).longValue(), Arithmetic.zeroExtend((int) a));
            assertEquals(exact.negate().longValue(), Arithmetic.negate64(a));
            assertEquals(exact.negate().intValue(), Arithmetic.negate32((int) a));
            assertEquals(a, Arithmetic.signExtend64(a, 64));
            for (int bits : new int[] {8, 16, 32}) {
                assertEquals(signed(exact, bits).longValue(), Arithmetic.signExtend64(a, bits));
                assertEquals(signed(exact, bits).intValue(), Arithmetic.signExtend32((int) a, bits));
            }
        }
    }

    @Test
    void ordersBytes() {
        for (int bits : new int[] {16, 32, 64}) {
            for (long a : VALUES) {
                long little = unsigned(BigInteger.valueOf(a), bits).longValue();
                long big = 0;
                for (int shift = 0; shift < bits; shift += 8) {
                    big = big << 8 | ((a >>> shift) & 0xff);
                }
                assertEquals(little, Arithmetic.byteSwap(Order.LITTLE, bits, a));
                assertEquals(big, Arithmetic.byteSwap(Order.BIG, bits, a));
                assertEquals(big, Arithmetic.byteSwap(Order.SWAP, bits, a));
            }
        }
    }

    private static BigInteger model(AluOp op, int bits, long first, long second) {
        BigInteger a = BigInteger.valueOf(first);
        BigInteger b = BigInteger.valueOf(second);
        BigInteger unsignedA = unsigned(a, bits);
        BigInteger unsignedB = unsigned(b, bits);
        boolean zero = b.signum() == 0;
        int count = unsignedB.mod(BigInteger.valueOf(bits)).intValue();
        return switch (op) {
            case ADD -> a.add(b);
            case SUB -> a.subtract(b);
            case MUL -> a.multiply(b);
            case DIV -> zero ? BigInteger.ZERO : unsignedA.divide(unsignedB);
            case SDIV -> zero ? BigInteger.ZERO : a.divide(b);
            case MOD -> zero ? a : unsignedA.mod(unsignedB);
            case SMOD -> zero ? a : a.remainder(b);
            case OR -> a.or(b);
            case AND -> a.and(b);
            case XOR -> a.xor(b);
            case LSH -> a.shiftLeft(count);
            case RSH -> unsignedA.shiftRight(count);
            case ARSH -> a.shiftRight(count);
            case MOV -> b;
        };
    }

    private static boolean model(Condition condition, int bits, long first, long second) {
        BigInteger a = BigInteger.valueOf(first);
        BigInteger b = BigInteger.valueOf(second);
        int signed = a.compareTo(b);
        int unsigned = unsigned(a, bits).compareTo(unsigned(b, bits));
        return switch (condition) {
            case EQ -> signed == 0;
            case NE -> signed != 0;
            case SET -> unsigned(a, bits).and(unsigned(b, bits)).signum() != 0;
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

    private static BigInteger unsigned(BigInteger a, int bits) {
        return a.mod(BigInteger.TWO.pow(bits));
    }

    private static BigInteger signed(BigInteger a, int bits) {
        BigInteger low = unsigned(a, bits);
        return low.testBit(bits - 1) ? low.subtract(BigInteger.TWO.pow(bits)) : low;
    }

    private static int[] ints() {
        return VALUES.stream().mapToInt(Long::intValue).toArray();
    }

    /** Edges of each width, shift counts around them, and a few random ones. */
    private static List<Long> values() {
        List<Long> all = new ArrayList<>();
        for (int bit : new int[] {0, 3, 5, 6, 7, 8, 15, 16, 31, 32, 33, 63}) {
            for (long near = -1; near <= 1; near++) {
                all.add((1L << bit) + near);
                all.add(-(1L << bit) + near);
            }
        }
        RandomGenerator random = RandomInstructions.random();
        int count = RunSize.of(60, 600);
        for (int i = 0; i < count; i++) {
            all.add(random.nextLong() >> random.nextInt(64));
        }
        return all;
    }
}
