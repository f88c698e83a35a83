// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/**
 * Which registers instructions read and write, as bits: bit n stands for register n. What a call reads depends on
 * what is called, which is not known here.
 */
public final class RegisterUse {
    /** r0, where functions leave their result. */
    public static final int RESULT = 1;

    /** r1 to r5, where functions get their arguments. */
    public static final int ARGUMENTS = 0b11_1110;

    private RegisterUse() {}

    /** Registers read before the instruction writes any; of a call none, of one by register that register. */
    public static int read(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Alu alu -> bit(alu.src()) | (alu.op() == AluOp.MOV ? 0 : bit(alu.dst()));
            case Instruction.Negate negate -> bit(negate.dst());
            case Instruction.MoveSigned move -> bit(move.src());
            case Instruction.ByteSwap swap -> bit(swap.dst());
            case Instruction.LoadWide _, Instruction.Jump _, Instruction.LoadPacket _, Instruction.Call _ -> 0;
            case Instruction.Load load -> bit(load.base());
            case Instruction.Store store -> bit(store.base()) | bit(store.src());
            case Instruction.Atomic atomic ->
                bit(atomic.base()) | bit(atomic.src()) | (atomic.op() == AtomicOp.CMPXCHG ? RESULT : 0);
            case Instruction.OrderedAccess access ->
                bit(access.base()) | (access.acquire() ? 0 : bit(access.register()));
            case Instruction.Branch branch -> bit(branch.dst()) | bit(branch.src());
            case Instruction.CallRegister call -> bit(call.register());
            case Instruction.Exit _ -> RESULT;
        };
    }

    /** Registers that hold something new afterwards; of calls the result, though the arguments are lost, too. */
    public static int written(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Alu alu -> bit(alu.dst());
            case Instruction.Negate negate -> bit(negate.dst());
            case Instruction.MoveSigned move -> bit(move.dst());
            case Instruction.ByteSwap swap -> bit(swap.dst());
            case Instruction.LoadWide load -> bit(load.dst());
            case Instruction.Load load -> bit(load.dst());
            case Instruction.LoadPacket _, Instruction.Call _, Instruction.CallRegister _ -> RESULT;
            case Instruction.Atomic atomic ->
                !atomic.fetch() ? 0 : atomic.op() == AtomicOp.CMPXCHG ? RESULT : bit(atomic.src());
            case Instruction.OrderedAccess access -> access.acquire() ? bit(access.register()) : 0;
            case Instruction.Store _, Instruction.Jump _, Instruction.Branch _, Instruction.Exit _ -> 0;
        };
    }

    /** The first of {@link #ARGUMENTS}. */
    public static int arguments(int count) {
        return ARGUMENTS & ((1 << (count + 1)) - 1);
    }

    private static int bit(int register) {
        return 1 << register;
    }

    private static int bit(Operand operand) {
        return operand instanceof Operand.Register(int number) ? bit(number) : 0;
    }
}
