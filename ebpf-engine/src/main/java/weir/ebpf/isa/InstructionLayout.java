// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import weir.ebpf.isa.Instruction.ByteSwap;

/**
 * The binary form of an instruction, little endian: RFC 9669 section 3, {@code struct bpf_insn} and the
 * {@code BPF_*} numbers of {@code uapi/linux/bpf.h} and {@code uapi/linux/bpf_common.h}.
 *
 * <pre>
 *  byte  0        1        2        3        4        5        6        7
 *       +--------+--------+--------+--------+--------+--------+--------+--------+
 *       | opcode |src dst |      offset     |             immediate             |
 *       +--------+--------+--------+--------+--------+--------+--------+--------+
 *                 4   4 bits    signed 16                signed 32
 *
 *  opcode of arithmetic (class ALU, ALU64) and jumps (JMP, JMP32):
 *       bit  7   6   5   4   3   2   1   0
 *          +---------------+---+-----------+
 *          |   operation   | X |   class   |   X: the second operand is a register, else the immediate
 *          +---------------+---+-----------+
 *
 *  opcode of loads and stores (class LD, LDX, ST, STX):
 *          +-----------+-------+-----------+
 *          |   mode    | size  |   class   |
 *          +-----------+-------+-----------+
 * </pre>
 *
 * A 64-bit immediate (LD | IMM | DW) has a second slot, whose only used field is the immediate.
 */
final class InstructionLayout {
    static final int SLOT_BYTES = 8;

    static final int CLASS_MASK = 0x07;
    static final int LD = 0x00;
    static final int LDX = 0x01;
    static final int ST = 0x02;
    static final int STX = 0x03;
    static final int ALU = 0x04;
    static final int JMP = 0x05;
    static final int JMP32 = 0x06;
    static final int ALU64 = 0x07;

    static final int SOURCE_REGISTER = 0x08;
    static final int OPERATION_MASK = 0xf0;

    static final int NEG = 0x80;
    static final int END = 0xd0;

    static final int JA = 0x00;
    static final int CALL = 0x80;
    static final int EXIT = 0x90;
    /** {@code may_goto}, kernel 6.9, not in RFC 9669. */
    static final int JCOND = 0xe0;

    static final int SIZE_MASK = 0x18;
    static final int MODE_MASK = 0xe0;
    static final int MODE_IMM = 0x00;
    static final int MODE_ABS = 0x20;
    static final int MODE_IND = 0x40;
    static final int MODE_MEM = 0x60;
    static final int MODE_MEMSX = 0x80;
    static final int MODE_ATOMIC = 0xc0;

    /** Offset of DIV and MOD that makes them signed. */
    static final int SIGNED_DIVISION = 1;
    /** Offset of MOV, class ALU64, that makes it a cast between address spaces (kernel 6.9, arenas). */
    static final int ADDRESS_SPACE_CAST = 1;

    static final int ATOMIC_FETCH = 0x01;
    static final int ATOMIC_XCHG = 0xe0 | ATOMIC_FETCH;
    static final int ATOMIC_CMPXCHG = 0xf0 | ATOMIC_FETCH;
    static final int LOAD_ACQUIRE = 0x100;
    static final int STORE_RELEASE = 0x110;

    private static final int REGISTER_BITS = 4;
    private static final int REGISTER_MASK = 0x0f;
    private static final int REGISTERS_AT = 1;
    private static final int OFFSET_AT = 2;
    private static final int IMMEDIATE_AT = 4;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private InstructionLayout() {}

    static int opcode(byte[] bytes, int at) {
        return Byte.toUnsignedInt(bytes[at]);
    }

    static int destination(byte[] bytes, int at) {
        return bytes[at + REGISTERS_AT] & REGISTER_MASK;
    }

    static int source(byte[] bytes, int at) {
        return bytes[at + REGISTERS_AT] >> REGISTER_BITS & REGISTER_MASK;
    }

    static short offset(byte[] bytes, int at) {
        return (short) SHORT.get(bytes, at + OFFSET_AT);
    }

    static int immediate(byte[] bytes, int at) {
        return (int) INT.get(bytes, at + IMMEDIATE_AT);
    }

    static void write(byte[] bytes, int at, int opcode, int destination, int source, int offset, int immediate) {
        bytes[at] = (byte) opcode;
        bytes[at + REGISTERS_AT] = (byte) (source << REGISTER_BITS | destination);
        SHORT.set(bytes, at + OFFSET_AT, (short) offset);
        INT.set(bytes, at + IMMEDIATE_AT, immediate);
    }

    static int size(MemorySize size) {
        return switch (size) {
            case WORD -> 0x00;
            case HALF -> 0x08;
            case BYTE -> 0x10;
            case DOUBLE -> 0x18;
        };
    }

    /** The operation of an arithmetic opcode; signed divisions are those with {@link #SIGNED_DIVISION}. */
    static int operation(AluOp op) {
        return switch (op) {
            case ADD -> 0x00;
            case SUB -> 0x10;
            case MUL -> 0x20;
            case DIV, SDIV -> 0x30;
            case OR -> 0x40;
            case AND -> 0x50;
            case LSH -> 0x60;
            case RSH -> 0x70;
            case MOD, SMOD -> 0x90;
            case XOR -> 0xa0;
            case MOV -> 0xb0;
            case ARSH -> 0xc0;
        };
    }

    static int operation(Condition condition) {
        return switch (condition) {
            case EQ -> 0x10;
            case GT -> 0x20;
            case GE -> 0x30;
            case SET -> 0x40;
            case NE -> 0x50;
            case SGT -> 0x60;
            case SGE -> 0x70;
            case LT -> 0xa0;
            case LE -> 0xb0;
            case SLT -> 0xc0;
            case SLE -> 0xd0;
        };
    }

    /** The immediate of an atomic instruction. */
    static int immediate(AtomicOp op, boolean fetch) {
        int plain = switch (op) {
            case ADD -> 0x00;
            case OR -> 0x40;
            case AND -> 0x50;
            case XOR -> 0xa0;
            case XCHG -> ATOMIC_XCHG;
            case CMPXCHG -> ATOMIC_CMPXCHG;
        };
        return fetch ? plain | ATOMIC_FETCH : plain;
    }

    /** The source field of a call, {@code BPF_PSEUDO_CALL} and {@code BPF_PSEUDO_KFUNC_CALL}. */
    static int source(CallKind kind) {
        return switch (kind) {
            case HELPER -> 0;
            case LOCAL -> 1;
            case KFUNC -> 2;
        };
    }

    /** The source field of a 64-bit immediate, {@code BPF_PSEUDO_*}. */
    static int source(WideKind kind) {
        return switch (kind) {
            case VALUE -> 0;
            case MAP_FD -> 1;
            case MAP_FD_VALUE -> 2;
            case VARIABLE -> 3;
            case FUNCTION -> 4;
            case MAP_INDEX -> 5;
            case MAP_INDEX_VALUE -> 6;
        };
    }

    static int opcode(ByteSwap.Order order) {
        return switch (order) {
            case LITTLE -> ALU | END;
            case BIG -> ALU | END | SOURCE_REGISTER;
            case SWAP -> ALU64 | END;
        };
    }
}
