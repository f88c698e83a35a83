// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/**
 * What each operation computes: the one meaning that every engine takes from here.
 *
 * <p>A 32-bit operation takes and gives an {@code int}; the register that receives it gets {@link
 * #zeroExtend}. Nothing here throws or allocates. RFC 9669 sections 4.1 to 4.3.
 */
public final class Arithmetic {
    private Arithmetic() {}

    /** {@code a op b} on 64 bits. */
    public static long alu64(AluOp op, long a, long b) {
        return switch (op) {
            case ADD -> add64(a, b);
            case SUB -> sub64(a, b);
            case MUL -> mul64(a, b);
            case DIV -> div64(a, b);
            case SDIV -> sdiv64(a, b);
            case MOD -> mod64(a, b);
            case SMOD -> smod64(a, b);
            case OR -> or64(a, b);
            case AND -> and64(a, b);
            case XOR -> xor64(a, b);
            case LSH -> lsh64(a, b);
            case RSH -> rsh64(a, b);
            case ARSH -> arsh64(a, b);
            case MOV -> mov64(a, b);
        };
    }

    /** {@code a op b} on 32 bits. */
    public static int alu32(AluOp op, int a, int b) {
        return switch (op) {
            case ADD -> add32(a, b);
            case SUB -> sub32(a, b);
            case MUL -> mul32(a, b);
            case DIV -> div32(a, b);
            case SDIV -> sdiv32(a, b);
            case MOD -> mod32(a, b);
            case SMOD -> smod32(a, b);
            case OR -> or32(a, b);
            case AND -> and32(a, b);
            case XOR -> xor32(a, b);
            case LSH -> lsh32(a, b);
            case RSH -> rsh32(a, b);
            case ARSH -> arsh32(a, b);
            case MOV -> mov32(a, b);
        };
    }

    /** Whether {@code a condition b} holds on 64 bits. */
    public static boolean compare64(Condition condition, long a, long b) {
        return switch (condition) {
            case EQ -> a == b;
            case NE -> a != b;
            case SET -> (a & b) != 0;
            case GT -> Long.compareUnsigned(a, b) > 0;
            case GE -> Long.compareUnsigned(a, b) >= 0;
            case LT -> Long.compareUnsigned(a, b) < 0;
            case LE -> Long.compareUnsigned(a, b) <= 0;
            case SGT -> a > b;
            case SGE -> a >= b;
            case SLT -> a < b;
            case SLE -> a <= b;
        };
    }

    /** Whether {@code a condition b} holds on 32 bits. */
    public static boolean compare32(Condition condition, int a, int b) {
        return switch (condition) {
            case EQ -> a == b;
            case NE -> a != b;
            case SET -> (a & b) != 0;
            case GT -> Integer.compareUnsigned(a, b) > 0;
            case GE -> Integer.compareUnsigned(a, b) >= 0;
            case LT -> Integer.compareUnsigned(a, b) < 0;
            case LE -> Integer.compareUnsigned(a, b) <= 0;
            case SGT -> a > b;
            case SGE -> a >= b;
            case SLT -> a < b;
            case SLE -> a <= b;
        };
    }

    /** What a register holds after a 32-bit operation gave this result: the upper half is clear. */
    public static long zeroExtend(int result) {
        return result & 0xffff_ffffL;
    }

    /**
     * The low bits of a value, sign-extended to 64 bits.
     *
     * @param fromBits 8, 16 or 32; 64 changes nothing
     */
    public static long signExtend64(long value, int fromBits) {
        int unused = Long.SIZE - fromBits;
        return value << unused >> unused;
    }

    /**
     * The low bits of a value, sign-extended to 32 bits.
     *
     * @param fromBits 8 or 16; 32 changes nothing
     */
    public static int signExtend32(int value, int fromBits) {
        int unused = Integer.SIZE - fromBits;
        return value << unused >> unused;
    }

    public static long negate64(long a) {
        return -a;
    }

    public static int negate32(int a) {
        return -a;
    }

    /**
     * Byte order of the low bits; those above are cleared. The machine is little endian for every program, as
     * its object file is, whatever the host.
     *
     * @param bits 16, 32 or 64
     */
    public static long byteSwap(Instruction.ByteSwap.Order order, int bits, long value) {
        return order == Instruction.ByteSwap.Order.LITTLE ? truncate(bits, value) : swap(bits, value);
    }

    /** The low 16, 32 or 64 bits, zero-extended. */
    public static long truncate(int bits, long value) {
        int unused = Long.SIZE - bits;
        return value << unused >>> unused;
    }

    /** The low 16, 32 or 64 bits with their bytes in the opposite order, zero-extended. */
    public static long swap(int bits, long value) {
        return Long.reverseBytes(value) >>> (Long.SIZE - bits);
    }

    public static long add64(long a, long b) {
        return a + b;
    }

    public static int add32(int a, int b) {
        return a + b;
    }

    public static long sub64(long a, long b) {
        return a - b;
    }

    public static int sub32(int a, int b) {
        return a - b;
    }

    public static long mul64(long a, long b) {
        return a * b;
    }

    public static int mul32(int a, int b) {
        return a * b;
    }

    /** Unsigned quotient; 0 if {@code b} is 0. */
    public static long div64(long a, long b) {
        return b == 0 ? 0 : Long.divideUnsigned(a, b);
    }

    /** Unsigned quotient; 0 if {@code b} is 0. */
    public static int div32(int a, int b) {
        return b == 0 ? 0 : Integer.divideUnsigned(a, b);
    }

    /** Signed quotient, rounded towards zero; 0 if {@code b} is 0; MIN / -1 is MIN. */
    public static long sdiv64(long a, long b) {
        return b == 0 ? 0 : a / b;
    }

    /** Signed quotient, rounded towards zero; 0 if {@code b} is 0; MIN / -1 is MIN. */
    public static int sdiv32(int a, int b) {
        return b == 0 ? 0 : a / b;
    }

    /** Unsigned remainder; {@code a} if {@code b} is 0. */
    public static long mod64(long a, long b) {
        return b == 0 ? a : Long.remainderUnsigned(a, b);
    }

    /** Unsigned remainder; {@code a} if {@code b} is 0. */
    public static int mod32(int a, int b) {
        return b == 0 ? a : Integer.remainderUnsigned(a, b);
    }

    /** Signed remainder with the sign of {@code a}; {@code a} if {@code b} is 0; MIN % -1 is 0. */
    public static long smod64(long a, long b) {
        return b == 0 ? a : a % b;
    }

    /** Signed remainder with the sign of {@code a}; {@code a} if {@code b} is 0; MIN % -1 is 0. */
    public static int smod32(int a, int b) {
        return b == 0 ? a : a % b;
    }

    public static long or64(long a, long b) {
        return a | b;
    }

    public static int or32(int a, int b) {
        return a | b;
    }

    public static long and64(long a, long b) {
        return a & b;
    }

    public static int and32(int a, int b) {
        return a & b;
    }

    public static long xor64(long a, long b) {
        return a ^ b;
    }

    public static int xor32(int a, int b) {
        return a ^ b;
    }

    /** Shift left by {@code b} modulo 64, which is what the JVM's own shift does. */
    public static long lsh64(long a, long b) {
        return a << b;
    }

    /** Shift left by {@code b} modulo 32. */
    public static int lsh32(int a, int b) {
        return a << b;
    }

    /** Logical shift right by {@code b} modulo 64. */
    public static long rsh64(long a, long b) {
        return a >>> b;
    }

    /** Logical shift right by {@code b} modulo 32. */
    public static int rsh32(int a, int b) {
        return a >>> b;
    }

    /** Arithmetic shift right by {@code b} modulo 64. */
    public static long arsh64(long a, long b) {
        return a >> b;
    }

    /** Arithmetic shift right by {@code b} modulo 32. */
    public static int arsh32(int a, int b) {
        return a >> b;
    }

    /** {@code b}; {@code a} is what the register held before. */
    public static long mov64(long a, long b) {
        return b;
    }

    /** {@code b}; {@code a} is what the register held before. */
    public static int mov32(int a, int b) {
        return b;
    }
}
