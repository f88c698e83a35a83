// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import static weir.ebpf.isa.InstructionLayout.*;

import java.util.List;

/** Writes instructions as bytes, little endian: the inverse of {@link Decoder}. */
public final class Encoder {
    private final byte[] bytes;
    private int at;

    private Encoder(int slots) {
        bytes = new byte[Math.multiplyExact(slots, SLOT_BYTES)];
    }

    /** 8 bytes for each slot. */
    public static byte[] encode(Code code) {
        return encode(code.slots(), code.instructions());
    }

    /** 8 bytes, or 16 for a 64-bit immediate. */
    public static byte[] encode(Instruction instruction) {
        return encode(instruction.slots(), List.of(instruction));
    }

    private static byte[] encode(int slots, List<Instruction> instructions) {
        Encoder encoder = new Encoder(slots);
        for (Instruction each : instructions) {
            encoder.write(each);
        }
        return encoder.bytes;
    }

    private void write(Instruction instruction) {
        switch (instruction) {
            case Instruction.Alu alu ->
                write(aluClass(alu.is64()) | operation(alu.op()), alu.dst(), alu.src(), divisionOffset(alu.op()));
            case Instruction.Negate neg -> write(aluClass(neg.is64()) | NEG, neg.dst(), 0, 0, 0);
            case Instruction.MoveSigned move ->
                write(
                        aluClass(move.is64()) | operation(AluOp.MOV) | SOURCE_REGISTER,
                        move.dst(),
                        move.src(),
                        move.fromBits(),
                        0);
            case Instruction.ByteSwap swap -> write(opcode(swap.order()), swap.dst(), 0, 0, swap.bits());
            case Instruction.LoadWide wide -> {
                int opcode = LD | MODE_IMM | size(MemorySize.DOUBLE);
                write(opcode, wide.dst(), source(wide.kind()), 0, wide.immediate());
                write(0, 0, 0, 0, wide.nextImmediate());
            }
            case Instruction.Load load -> {
                int mode = load.signed() ? MODE_MEMSX : MODE_MEM;
                write(LDX | mode | size(load.size()), load.dst(), load.base(), load.offset(), 0);
            }
            case Instruction.Store store -> write(store);
            case Instruction.Atomic atomic -> {
                int opcode = STX | MODE_ATOMIC | size(atomic.size());
                int operation = immediate(atomic.op(), atomic.fetch());
                write(opcode, atomic.base(), atomic.src(), atomic.offset(), operation);
            }
            case Instruction.OrderedAccess access -> write(access);
            case Instruction.LoadPacket load -> {
                int size = size(load.size());
                if (load.index() == Instruction.LoadPacket.NO_INDEX) {
                    write(LD | MODE_ABS | size, 0, 0, 0, load.immediate());
                } else {
                    write(LD | MODE_IND | size, 0, load.index(), 0, load.immediate());
                }
            }
            case Instruction.Jump jump -> {
                if (jump.isLong()) {
                    write(JMP32 | JA, 0, 0, 0, jump.offset());
                } else {
                    write(JMP | JA, 0, 0, jump.offset(), 0);
                }
            }
            case Instruction.Branch branch -> {
                int opcode = (branch.is64() ? JMP : JMP32) | operation(branch.condition());
                write(opcode, branch.dst(), branch.src(), branch.offset());
            }
            case Instruction.Call call -> write(JMP | CALL, 0, source(call.kind()), 0, call.target());
            case Instruction.CallRegister call -> write(JMP | CALL | SOURCE_REGISTER, call.register(), 0, 0, 0);
            case Instruction.Exit exit -> write(JMP | EXIT, 0, 0, 0, 0);
        }
    }

    private void write(Instruction.Store store) {
        int modeAndSize = MODE_MEM | size(store.size());
        switch (store.src()) {
            case Operand.Register register ->
                write(STX | modeAndSize, store.base(), register.number(), store.offset(), 0);
            case Operand.Immediate immediate ->
                write(ST | modeAndSize, store.base(), 0, store.offset(), immediate.value());
        }
    }

    private void write(Instruction.OrderedAccess access) {
        int opcode = STX | MODE_ATOMIC | size(access.size());
        if (access.acquire()) {
            write(opcode, access.register(), access.base(), access.offset(), LOAD_ACQUIRE);
        } else {
            write(opcode, access.base(), access.register(), access.offset(), STORE_RELEASE);
        }
    }

    private void write(int opcode, int dst, Operand operand, int offset) {
        switch (operand) {
            case Operand.Register register -> write(opcode | SOURCE_REGISTER, dst, register.number(), offset, 0);
            case Operand.Immediate immediate -> write(opcode, dst, 0, offset, immediate.value());
        }
    }

    private void write(int opcode, int dst, int src, int offset, int immediate) {
        InstructionLayout.write(bytes, at, opcode, dst, src, offset, immediate);
        at += SLOT_BYTES;
    }

    private static int aluClass(boolean is64) {
        return is64 ? ALU64 : ALU;
    }

    private static int divisionOffset(AluOp op) {
        return op == AluOp.SDIV || op == AluOp.SMOD ? SIGNED_DIVISION : 0;
    }
}
