// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.Instruction.ByteSwap.Order;

/**
 * What arithmetic instructions can give: each result that {@link Arithmetic} computes for numbers of the operands is
 * in the abstract result. Exact for constants; at least as tight as {@code adjust_scalar_min_max_vals} of Linux 6.18,
 * kernel/bpf/verifier.c. Pure.
 */
public final class ScalarArithmetic {
    private ScalarArithmetic() {}

    /** {@code dst op src}; on 32 bits the result is zero-extended. */
    public static Scalar apply(AluOp op, boolean is64, Scalar dst, Scalar src) {
        return is64 ? apply64(op, dst, src) : apply32(op, dst, src);
    }

    private static Scalar apply64(AluOp op, Scalar dst, Scalar src) {
        if (op == AluOp.MOV) {
            return src;
        }
        if (dst.isConstant() && src.isConstant()) {
            return Scalar.constant(Arithmetic.alu64(op, dst.value(), src.value()));
        }
        Word wide = wideOf64(op, dst, src);
        return Scalar.nonEmpty(Scalar.reduce(wide, lowOf64(op, dst, src)));
    }

    /** Of what is shifted left by 32 or more, only the low half is left. */
    private static Word wideOf64(AluOp op, Scalar dst, Scalar src) {
        Word wide = WordArithmetic.apply(op, dst.wide(), src.wide());
        int count = src.isConstant() ? (int) src.value() & Long.SIZE - 1 : 0;
        if (op != AluOp.LSH || count < Integer.SIZE) {
            return wide;
        }
        Word ofLow = WordShift.shift(AluOp.LSH, dst.low().widenSigned(Long.SIZE), count);
        return Word.nonEmpty(wide.intersect(ofLow));
    }

    /** The low half of a 64-bit result as far as it depends on the low halves of the operands only. */
    private static Word lowOf64(AluOp op, Scalar dst, Scalar src) {
        return switch (op) {
            case ADD, SUB, MUL, OR, AND, XOR, MOV -> WordArithmetic.apply(op, dst.low(), src.low());
            case LSH -> lowOfShift(dst, src);
            case DIV, SDIV, MOD, SMOD, RSH, ARSH -> Word.unknown(Integer.SIZE);
        };
    }

    private static Word lowOfShift(Scalar dst, Scalar src) {
        if (!src.isConstant()) {
            return Word.unknown(Integer.SIZE);
        }
        int count = (int) src.value() & Long.SIZE - 1;
        return count < Integer.SIZE ? WordShift.shift(AluOp.LSH, dst.low(), count) : Word.constant(Integer.SIZE, 0);
    }

    private static Scalar apply32(AluOp op, Scalar dst, Scalar src) {
        if (dst.isConstant32() && src.isConstant32()) {
            int result = Arithmetic.alu32(op, dst.value32(), src.value32());
            return Scalar.constant(Arithmetic.zeroExtend(result));
        }
        return Scalar.ofLow(WordArithmetic.apply(op, dst.low(), src.low()));
    }

    /** {@code -v}; on 32 bits the result is zero-extended. */
    public static Scalar negate(boolean is64, Scalar v) {
        return apply(AluOp.SUB, is64, Scalar.constant(0), v);
    }

    /**
     * The low bits with their highest repeated above; on 32 bits the result is zero-extended from there.
     *
     * @param fromBits 8, 16 or 32
     */
    public static Scalar signExtend(boolean is64, int fromBits, Scalar v) {
        Word narrow = narrow(fromBits, v);
        return is64 ? Scalar.ofWide(narrow.widenSigned(Long.SIZE)) : Scalar.ofLow(narrow.widenSigned(Integer.SIZE));
    }

    private static Word narrow(int bits, Scalar v) {
        return bits == Integer.SIZE ? v.low() : v.low().narrow(bits);
    }

    /**
     * Byte order of the low bits, zero-extended; the machine is little endian.
     *
     * @param bits 16, 32 or 64
     */
    public static Scalar swap(Order order, int bits, Scalar v) {
        if (order == Order.LITTLE) {
            return truncate(bits / Byte.SIZE, false, v);
        }
        if (v.isConstant()) {
            return Scalar.constant(Arithmetic.swap(bits, v.value()));
        }
        Tnum swapped = v.bits().reverseBytes().shiftRight(Long.SIZE - bits);
        return Scalar.ofWide(Word.nonEmpty(Word.unknown(Long.SIZE).withBits(swapped)));
    }

    /**
     * What a load of so many bytes gives of a number that was stored whole.
     *
     * @param bytes 1, 2, 4 or 8
     * @param signed whether the load sign-extends to 64 bits
     */
    public static Scalar truncate(int bytes, boolean signed, Scalar v) {
        if (bytes == Long.BYTES) {
            return v;
        }
        Word narrow = narrow(bytes * Byte.SIZE, v);
        return signed ? Scalar.ofWide(narrow.widenSigned(Long.SIZE)) : Scalar.ofLow(narrow.widenUnsigned(Integer.SIZE));
    }
}
