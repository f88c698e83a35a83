// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction.ByteSwap.Order;
import weir.ebpf.verifier.scalar.ScalarBranch.Outcome;

/** Idioms of compiled programs, with what Linux 6.18 knows after them, in the form of its log. */
class ScalarPrecisionTest {
    /** Counts are taken modulo a power of two. */
    private static final int SHIFT_WIDTH = 4;

    private static final Scalar UNKNOWN = Scalar.UNKNOWN;
    private static final Scalar BYTE = Scalar.zeroExtended(Byte.SIZE);
    private static final Scalar HALF = Scalar.zeroExtended(Short.SIZE);
    private static final Scalar WORD = Scalar.zeroExtended(Integer.SIZE);

    private static Scalar wide(AluOp op, Scalar dst, long src) {
        return ScalarArithmetic.apply(op, true, dst, Scalar.constant(src));
    }

    private static Scalar low(AluOp op, Scalar dst, long src) {
        return ScalarArithmetic.apply(op, false, dst, Scalar.constant(src));
    }

    private static Scalar left(Condition condition, boolean is64, boolean taken, Scalar a, Scalar b) {
        return refine(condition, is64, taken, a, b).left();
    }

    private static Scalar right(Condition condition, boolean is64, boolean taken, Scalar a, Scalar b) {
        return refine(condition, is64, taken, a, b).right();
    }

    private static ScalarBranch.Refined refine(Condition condition, boolean is64, boolean taken, Scalar a, Scalar b) {
        return Objects.requireNonNull(ScalarBranch.refine(condition, is64, taken, a, b));
    }

    private static Scalar where(Condition condition, Scalar a, long b) {
        return left(condition, true, true, a, Scalar.constant(b));
    }

    private static Scalar whereLow(Condition condition, Scalar a, long b) {
        return left(condition, false, true, a, Scalar.constant(b));
    }

    private static Scalar unsigned(long min, long max) {
        return Scalar.unsignedRange(min, max);
    }

    private static Scalar signed(long min, long max) {
        return Scalar.signedRange(min, max);
    }

    static Stream<Arguments> arithmetic() {
        Scalar minusOne = wide(AluOp.SUB, BYTE, 1);
        return Stream.of(
                arguments("r &= 63", wide(AluOp.AND, UNKNOWN, 63), upTo(63, "0x3f")),
                arguments("w &= 63", low(AluOp.AND, UNKNOWN, 63), upTo(63, "0x3f")),
                arguments("u8 >> 5", wide(AluOp.RSH, BYTE, 5), upTo(7, "0x7")),
                arguments("r >>= 59", wide(AluOp.RSH, UNKNOWN, 59), upTo(31, "0x1f")),
                arguments("u8 * 4", wide(AluOp.MUL, BYTE, 4), upTo(1020, "0x3fc")),
                arguments("u8 << 2", wide(AluOp.LSH, BYTE, 2), upTo(1020, "0x3fc")),
                arguments(
                        "u8 + 14",
                        wide(AluOp.ADD, BYTE, 14),
                        "scalar(smin=umin=smin32=umin32=14,smax=umax=smax32=umax32=269,var_off=(0x0; 0x1ff))"),
                arguments("u8 - 1", minusOne, "scalar(smin=smin32=-1,smax=smax32=254)"),
                arguments("u8 - 1 where s>= 0", where(Condition.SGE, minusOne, 0), upTo(254, "0xff")),
                arguments(
                        "u8 | 0x100",
                        wide(AluOp.OR, BYTE, 256),
                        "scalar(smin=umin=smin32=umin32=256,smax=umax=smax32=umax32=511,var_off=(0x100; 0xff))"),
                arguments("u8 ^ 0xff", wide(AluOp.XOR, BYTE, 255), upTo(255, "0xff")),
                arguments(
                        "u16 & -4",
                        wide(AluOp.AND, HALF, -4),
                        "scalar(smin=smin32=0,smax=umax=smax32=umax32=0xfffc,var_off=(0x0; 0xfffc))"),
                arguments("(u8 & 15) << 2", wide(AluOp.LSH, wide(AluOp.AND, BYTE, 15), 2), upTo(60, "0x3c")),
                arguments("-(u8)", ScalarArithmetic.negate(true, BYTE), "scalar(smin=smin32=-255,smax=smax32=0)"),
                arguments(
                        "r <<= 32; r >>= 32",
                        wide(AluOp.RSH, wide(AluOp.LSH, UNKNOWN, 32), 32),
                        "scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))"),
                arguments(
                        "r <<= 32; r s>>= 32",
                        wide(AluOp.ARSH, wide(AluOp.LSH, UNKNOWN, 32), 32),
                        "scalar(smin=0xffffffff80000000,smax=0x7fffffff)"),
                arguments("r s>>= 63", wide(AluOp.ARSH, UNKNOWN, 63), "scalar(smin=smin32=-1,smax=smax32=0)"),
                arguments(
                        "w s>>= 31",
                        low(AluOp.ARSH, UNKNOWN, 31),
                        "scalar(smin=0,smax=umax=0xffffffff,smin32=-1,smax32=0,var_off=(0x0; 0xffffffff))"),
                arguments(
                        "(s8)r",
                        ScalarArithmetic.signExtend(true, 8, UNKNOWN),
                        "scalar(smin=smin32=-128,smax=smax32=127)"),
                arguments(
                        "u8 stored, 1 byte loaded signed",
                        ScalarArithmetic.truncate(1, true, BYTE),
                        "scalar(smin=smin32=-128,smax=smax32=127)"),
                arguments(
                        "1 byte of [0, 300]", ScalarArithmetic.truncate(1, false, unsigned(0, 300)), upTo(255, "0xff")),
                arguments(
                        "1 byte of [256, 258]",
                        ScalarArithmetic.truncate(1, false, unsigned(256, 258)),
                        upTo(2, "0x3")),
                arguments(
                        "bswap16 u8",
                        ScalarArithmetic.swap(Order.SWAP, 16, BYTE),
                        "scalar(smin=smin32=0,smax=umax=smax32=umax32=0xff00,var_off=(0x0; 0xff00))"),
                arguments("be16 0x0800", ScalarArithmetic.swap(Order.BIG, 16, Scalar.constant(0x800)), "8"),
                arguments("le32 r", ScalarArithmetic.swap(Order.LITTLE, 32, UNKNOWN), WORD.toString()),
                arguments(
                        "r / 0 (unknown divisor u8)",
                        ScalarArithmetic.apply(AluOp.DIV, true, BYTE, BYTE),
                        upTo(255, "0xff")),
                arguments("u16 / 10", wide(AluOp.DIV, HALF, 10), upTo(6553, "0x1fff")),
                arguments("r % 10", wide(AluOp.MOD, UNKNOWN, 10), upTo(9, "0xf")),
                arguments("r s% 10", wide(AluOp.SMOD, UNKNOWN, 10), "scalar(smin=smin32=-9,smax=smax32=9)"),
                arguments(
                        "(s8)r s/ 4",
                        wide(AluOp.SDIV, Scalar.signExtended(8), 4),
                        "scalar(smin=smin32=-32,smax=smax32=31)"),
                arguments(
                        "1 << (u8 & 3)",
                        ScalarArithmetic.apply(AluOp.LSH, true, Scalar.constant(1), wide(AluOp.AND, BYTE, 3)),
                        "scalar(smin=umin=smin32=umin32=1,smax=umax=smax32=umax32=8,var_off=(0x0; 0xf))"),
                arguments(
                        "u1 * [0, 2^64 - 1000]",
                        ScalarArithmetic.apply(AluOp.MUL, true, unsigned(0, 1), unsigned(0, -1000)),
                        "scalar(umax=0xfffffffffffffc18)"),
                arguments(
                        "[-3, 5] * [-2, 7]",
                        ScalarArithmetic.apply(AluOp.MUL, true, signed(-3, 5), signed(-2, 7)),
                        "scalar(smin=smin32=-21,smax=smax32=35)"));
    }

    /** Numbers from 0. */
    private static String upTo(long max, String mask) {
        return "scalar(smin=smin32=0,smax=umax=smax32=umax32=" + max + ",var_off=(0x0; " + mask + "))";
    }

    static Stream<Arguments> branches() {
        Scalar upTo100 = unsigned(0, 100);
        Scalar upTo50 = unsigned(0, 50);
        Scalar less = left(Condition.LT, true, true, upTo100, upTo50);
        return Stream.of(
                arguments("r < 8", where(Condition.LT, UNKNOWN, 8), upTo(7, "0x7")),
                arguments(
                        "r > 7, not taken",
                        left(Condition.GT, true, false, UNKNOWN, Scalar.constant(7)),
                        upTo(7, "0x7")),
                arguments(
                        "r s> -1",
                        where(Condition.SGT, UNKNOWN, -1),
                        "scalar(smin=0,umax=0x7fffffffffffffff,var_off=(0x0; 0x7fffffffffffffff))"),
                arguments("r1 < r2: r1", less, upTo(49, "0x3f")),
                arguments(
                        "r1 < r2: r2",
                        right(Condition.LT, true, true, upTo100, upTo50),
                        "scalar(smin=umin=smin32=umin32=1,smax=umax=smax32=umax32=50,var_off=(0x0; 0x3f))"),
                arguments(
                        "r1 < r2 < r3: r3",
                        right(Condition.LT, true, true, right(Condition.LT, true, true, upTo100, upTo50), upTo100),
                        "scalar(smin=umin=smin32=umin32=2,smax=umax=smax32=umax32=100,var_off=(0x0; 0x7f))"),
                arguments("w < 8 of u32", whereLow(Condition.LT, WORD, 8), upTo(7, "0x7")),
                arguments(
                        "w < 8 of r",
                        whereLow(Condition.LT, UNKNOWN, 8),
                        "scalar(smax=0x7fffffff00000007,umax=0xffffffff00000007,smin32=0,smax32=umax32=7,var_off=(0x0; 0xffffffff00000007))"),
                arguments(
                        "w s>= 0 of (s32)r",
                        whereLow(Condition.SGE, Scalar.signExtended(32), 0),
                        "scalar(smin=smin32=0,smax=umax=umax32=0x7fffffff,var_off=(0x0; 0x7fffffff))"),
                arguments(
                        "w s> 0 of [0x100000000, 0x380000000]",
                        whereLow(Condition.SGT, unsigned(0x1_0000_0000L, 0x3_8000_0000L), 0),
                        "scalar(smin=umin=0x100000001,smax=umax=0x37fffffff,smin32=umin32=1,umax32=0x7fffffff,var_off=(0x0; 0x37fffffff))"),
                arguments(
                        "r & 8",
                        where(Condition.SET, BYTE, 8),
                        "scalar(smin=umin=smin32=umin32=8,smax=umax=smax32=umax32=255,var_off=(0x8; 0xf7))"),
                arguments(
                        "r & 0xf0, not taken",
                        left(Condition.SET, true, false, BYTE, Scalar.constant(0xf0)),
                        upTo(15, "0xf")),
                arguments(
                        "r != 0",
                        where(Condition.NE, BYTE, 0),
                        "scalar(smin=umin=smin32=umin32=1,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))"),
                arguments("r != 255", where(Condition.NE, BYTE, 255), upTo(254, "0xff")),
                arguments(
                        "w != 0 of u32",
                        whereLow(Condition.NE, WORD, 0),
                        "scalar(smin=umin=umin32=1,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))"),
                arguments("r == 5", where(Condition.EQ, UNKNOWN, 5), "5"),
                arguments("w == 5 of u32", whereLow(Condition.EQ, WORD, 5), "5"),
                arguments(
                        "r1 == r2",
                        left(Condition.EQ, true, true, unsigned(3, 20), unsigned(10, 30)),
                        "scalar(smin=umin=smin32=umin32=10,smax=umax=smax32=umax32=20,var_off=(0x0; 0x1f))"),
                arguments(
                        "[-10, 5] u> 100",
                        where(Condition.GT, signed(-10, 5), 100),
                        "scalar(smin=smin32=-10,smax=smax32=-1,umin=0xfffffffffffffff6,umin32=0xfffffff6,var_off=(0xfffffffffffffff0; 0xf))"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"arithmetic", "branches"})
    void knowsWhatTheKernelKnows(String idiom, Scalar actual, String expected) {
        assertEquals(expected, actual.toString(), idiom);
    }

    static Stream<Arguments> decisions() {
        return Stream.of(
                arguments(Condition.LT, true, BYTE, Scalar.constant(256), Outcome.ALWAYS),
                arguments(Condition.GE, true, BYTE, Scalar.constant(256), Outcome.NEVER),
                arguments(Condition.GT, true, Scalar.constant(256), BYTE, Outcome.ALWAYS),
                arguments(Condition.LE, true, Scalar.constant(255), BYTE, Outcome.UNKNOWN),
                arguments(Condition.SLT, true, Scalar.constant(-1), BYTE, Outcome.ALWAYS),
                arguments(Condition.SLE, true, BYTE, Scalar.constant(255), Outcome.ALWAYS),
                arguments(Condition.SGT, true, signed(-5, -2), signed(-8, -6), Outcome.ALWAYS),
                arguments(Condition.SGE, true, signed(-5, -2), Scalar.constant(0), Outcome.NEVER),
                arguments(Condition.EQ, true, BYTE, Scalar.constant(300), Outcome.NEVER),
                arguments(Condition.EQ, true, wide(AluOp.AND, UNKNOWN, -2), Scalar.constant(7), Outcome.NEVER),
                arguments(Condition.NE, true, wide(AluOp.OR, UNKNOWN, 1), Scalar.constant(0), Outcome.ALWAYS),
                arguments(Condition.EQ, true, whereLow(Condition.LT, UNKNOWN, 8), Scalar.constant(9), Outcome.NEVER),
                arguments(Condition.EQ, false, Scalar.constant(-1), Scalar.constant(0xffff_ffffL), Outcome.ALWAYS),
                arguments(Condition.EQ, true, Scalar.constant(-1), Scalar.constant(0xffff_ffffL), Outcome.NEVER),
                arguments(Condition.SET, true, wide(AluOp.OR, UNKNOWN, 4), Scalar.constant(6), Outcome.ALWAYS),
                arguments(Condition.SET, true, BYTE, Scalar.constant(0x700), Outcome.NEVER),
                arguments(Condition.SET, true, BYTE, Scalar.constant(0x80), Outcome.UNKNOWN));
    }

    @ParameterizedTest
    @MethodSource("decisions")
    void decidesWhatTheKernelDecides(Condition condition, boolean is64, Scalar a, Scalar b, Outcome expected) {
        assertEquals(expected, ScalarBranch.decide(condition, is64, a, b));
        boolean taken = ScalarBranch.refine(condition, is64, true, a, b) != null;
        boolean notTaken = ScalarBranch.refine(condition, is64, false, a, b) != null;
        assertEquals(expected != Outcome.NEVER, taken);
        assertEquals(expected != Outcome.ALWAYS, notTaken);
    }

    @ParameterizedTest
    @EnumSource(names = {"ADD", "SUB", "AND", "OR", "XOR", "LSH", "RSH", "ARSH"})
    void bitsAreOptimalForAllSmallOperands(AluOp op) {
        int width = SmallWords.isShift(op) ? SHIFT_WIDTH : Embedding.WIDTH;
        List<SmallWord> words = SmallWords.ofBits(width);
        for (SmallWord b : words) {
            long[] images = SmallWords.images(op, width, b);
            for (SmallWord a : words) {
                Tnum expected = SmallWords.commonBits(width, SmallWords.image(images, a.members()));
                Word actual = WordArithmetic.apply(op, a.word(), b.word());
                assertEquals(expected, actual.bits(), () -> a + " " + op + " " + b);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ADD", "SUB", "DIV", "RSH", "ARSH"})
    void boundsAreOptimalForAllSmallRanges(AluOp op) {
        int width = SmallWords.isShift(op) ? SHIFT_WIDTH : Embedding.WIDTH;
        List<SmallWord> words = SmallWords.ofRanges(width, false, true);
        for (SmallWord b : words) {
            if (SmallWords.isShift(op) && Long.compareUnsigned(b.word().umax(), width) >= 0) {
                continue;
            }
            long[] images = SmallWords.images(op, width, b);
            for (SmallWord a : words) {
                long image = SmallWords.image(images, a.members());
                Word actual = WordArithmetic.apply(op, a.word(), b.word());
                long umin = Long.numberOfTrailingZeros(image);
                long umax = Long.numberOfTrailingZeros(Long.highestOneBit(image));
                assertEquals(umin, Word.zeroExtend(width, actual.umin()), () -> a + " " + op + " " + b);
                assertEquals(umax, Word.zeroExtend(width, actual.umax()), () -> a + " " + op + " " + b);
            }
        }
    }

    @Test
    void refusesEmptyRangesAndValuesOfSeveralNumbers() {
        assertThrows(IllegalArgumentException.class, () -> Scalar.unsignedRange(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> Scalar.signedRange(1, -1));
        assertThrows(IllegalStateException.class, BYTE::value);
        assertThrows(IllegalStateException.class, UNKNOWN::value32);
    }

    @Test
    void constantsAreConstants() {
        assertSame(Scalar.constant(7), Scalar.constant(7));
        assertEquals(Scalar.constant(1L << 40), Scalar.constant(1L << 40));
        assertEquals(-3, Scalar.constant(-3).value());
        assertTrue(wide(AluOp.OR, wide(AluOp.LSH, UNKNOWN, 32), 5).isConstant32());
        assertEquals(5, wide(AluOp.OR, wide(AluOp.LSH, UNKNOWN, 32), 5).value32());
        assertFalse(BYTE.isConstant());
        assertEquals("0xdeadbeef", Scalar.constant(0xdeadbeefL).toString());
        assertEquals("scalar()", UNKNOWN.toString());
    }

    @Test
    void containsWhatIsNarrower() {
        assertTrue(UNKNOWN.contains(BYTE));
        assertTrue(HALF.contains(BYTE));
        assertFalse(BYTE.contains(HALF));
        assertTrue(BYTE.contains(Scalar.constant(255)));
        assertFalse(wide(AluOp.AND, BYTE, -2).contains(unsigned(2, 3)));
        assertFalse(whereLow(Condition.LT, UNKNOWN, 8).contains(UNKNOWN));
    }
}
