// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;

/**
 * Arithmetic and comparisons. What the JVM has an instruction for with the same meaning is that
 * instruction; all else is a call of {@link weir.ebpf.isa.Arithmetic}, which says what each operation
 * means.
 */
final class AluEmitter {
    private static final Map<AluOp, Opcode> LONGS = new EnumMap<>(Map.of(
            AluOp.ADD, Opcode.LADD,
            AluOp.SUB, Opcode.LSUB,
            AluOp.MUL, Opcode.LMUL,
            AluOp.OR, Opcode.LOR,
            AluOp.AND, Opcode.LAND,
            AluOp.XOR, Opcode.LXOR));

    private static final Map<AluOp, Opcode> INTS = new EnumMap<>(Map.of(
            AluOp.ADD, Opcode.IADD,
            AluOp.SUB, Opcode.ISUB,
            AluOp.MUL, Opcode.IMUL,
            AluOp.OR, Opcode.IOR,
            AluOp.AND, Opcode.IAND,
            AluOp.XOR, Opcode.IXOR,
            AluOp.LSH, Opcode.ISHL,
            AluOp.RSH, Opcode.IUSHR,
            AluOp.ARSH, Opcode.ISHR));

    /** Their count is an int, of which the JVM takes the low 6 bits, as eBPF does of its long. */
    private static final Map<AluOp, Opcode> LONG_SHIFTS = new EnumMap<>(Map.of(
            AluOp.LSH, Opcode.LSHL,
            AluOp.RSH, Opcode.LUSHR,
            AluOp.ARSH, Opcode.LSHR));

    private static final ClassDesc LONG_CLASS = ClassDesc.of("java.lang.Long");
    private static final ClassDesc INTEGER_CLASS = ClassDesc.of("java.lang.Integer");
    private static final MethodTypeDesc LONG_COMPARISON = MethodTypeDesc.of(Names.INT, Names.LONG, Names.LONG);
    private static final MethodTypeDesc INT_COMPARISON = MethodTypeDesc.of(Names.INT, Names.INT, Names.INT);

    private final Emission emission;
    private final CodeBuilder code;

    AluEmitter(Emission emission) {
        this.emission = emission;
        this.code = emission.code;
    }

    void alu(Instruction.Alu alu) {
        if (alu.is64()) {
            alu64(alu.op(), alu.dst(), alu.src());
        } else {
            alu32(alu.op(), alu.dst(), alu.src());
            emission.zeroExtend();
        }
        emission.storeRegister(alu.dst());
    }

    private void alu64(AluOp op, int dst, Operand src) {
        if (op == AluOp.MOV) {
            emission.push(src);
            return;
        }
        emission.loadRegister(dst);
        Opcode shift = LONG_SHIFTS.get(op);
        if (shift != null) {
            emission.pushInt(src);
            code.with(OperatorInstruction.of(shift));
            return;
        }
        emission.push(src);
        Opcode opcode = LONGS.get(op);
        if (opcode != null) {
            code.with(OperatorInstruction.of(opcode));
        } else {
            arithmetic(name(op) + "64", MethodTypeDesc.of(Names.LONG, Names.LONG, Names.LONG));
        }
    }

    private void alu32(AluOp op, int dst, Operand src) {
        if (op == AluOp.MOV) {
            emission.pushInt(src);
            return;
        }
        emission.loadRegister(dst);
        code.l2i();
        emission.pushInt(src);
        Opcode opcode = INTS.get(op);
        if (opcode != null) {
            code.with(OperatorInstruction.of(opcode));
        } else {
            arithmetic(name(op) + "32", MethodTypeDesc.of(Names.INT, Names.INT, Names.INT));
        }
    }

    private static String name(AluOp op) {
        return op.name().toLowerCase(Locale.ROOT);
    }

    private void arithmetic(String name, MethodTypeDesc type) {
        code.invokestatic(Names.ARITHMETIC, name, type);
    }

    void negate(Instruction.Negate negate) {
        emission.loadRegister(negate.dst());
        if (negate.is64()) {
            code.lneg();
        } else {
            code.l2i();
            code.ineg();
            emission.zeroExtend();
        }
        emission.storeRegister(negate.dst());
    }

    void moveSigned(Instruction.MoveSigned move) {
        emission.loadRegister(move.src());
        signExtend(move.fromBits());
        if (!move.is64()) {
            code.l2i();
            emission.zeroExtend();
        }
        emission.storeRegister(move.dst());
    }

    /** Of the long on top of the operand stack the low 8, 16 or 32 bits, with their sign. */
    void signExtend(int fromBits) {
        code.l2i();
        if (fromBits == Byte.SIZE) {
            code.i2b();
        } else if (fromBits == Short.SIZE) {
            code.i2s();
        }
        code.i2l();
    }

    void byteSwap(Instruction.ByteSwap swap) {
        emission.loadRegister(swap.dst());
        code.lstore(emission.scratch());
        code.loadConstant(swap.bits());
        code.lload(emission.scratch());
        boolean isSwapped = swap.order() != Instruction.ByteSwap.Order.LITTLE;
        arithmetic(isSwapped ? "swap" : "truncate", MethodTypeDesc.of(Names.LONG, Names.INT, Names.LONG));
        emission.storeRegister(swap.dst());
    }

    void branch(Instruction.Branch branch, Label target) {
        Condition condition = branch.condition();
        if (branch.is64()) {
            emission.loadRegister(branch.dst());
            emission.push(branch.src());
            branch64(condition, target);
        } else {
            emission.loadRegister(branch.dst());
            code.l2i();
            emission.pushInt(branch.src());
            branch32(condition, target);
        }
    }

    private void branch64(Condition condition, Label target) {
        switch (condition) {
            case SET -> {
                code.land();
                code.lconst_0();
                code.lcmp();
            }
            case GT, GE, LT, LE -> code.invokestatic(LONG_CLASS, "compareUnsigned", LONG_COMPARISON);
            case EQ, NE, SGT, SGE, SLT, SLE -> code.lcmp();
        }
        branchOnSign(condition, target);
    }

    private void branch32(Condition condition, Label target) {
        switch (condition) {
            case SET -> {
                code.iand();
                code.ifne(target);
            }
            case GT, GE, LT, LE -> {
                code.invokestatic(INTEGER_CLASS, "compareUnsigned", INT_COMPARISON);
                branchOnSign(condition, target);
            }
            case EQ -> code.if_icmpeq(target);
            case NE -> code.if_icmpne(target);
            case SGT -> code.if_icmpgt(target);
            case SGE -> code.if_icmpge(target);
            case SLT -> code.if_icmplt(target);
            case SLE -> code.if_icmple(target);
        }
    }

    /** A comparison's result is on top of the operand stack. */
    private void branchOnSign(Condition condition, Label target) {
        switch (condition) {
            case EQ -> code.ifeq(target);
            case NE, SET -> code.ifne(target);
            case GT, SGT -> code.ifgt(target);
            case GE, SGE -> code.ifge(target);
            case LT, SLT -> code.iflt(target);
            case LE, SLE -> code.ifle(target);
        }
    }
}
