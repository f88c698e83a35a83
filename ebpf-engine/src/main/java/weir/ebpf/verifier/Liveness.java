// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;

/**
 * Which registers are read later, for each instruction: {@code compute_live_registers} of {@code
 * kernel/bpf/verifier.c}. Bit n stands for register n.
 */
final class Liveness {
    private static final int R0 = 1;
    /** r1 to r5. */
    private static final int ARGUMENTS = 0b11_1110;

    private final HelperTable helpers;
    private final int[] before;

    Liveness(Code code, HelperTable helpers) {
        this.helpers = helpers;
        before = new int[code.slots()];
        boolean changes = true;
        while (changes) {
            changes = false;
            for (int slot = code.slots() - 1; slot >= 0; slot--) {
                Instruction instruction = code.at(slot);
                if (instruction != null) {
                    int live = (after(slot, instruction) & ~written(instruction)) | read(instruction);
                    changes |= live != before[slot];
                    before[slot] = live;
                }
            }
        }
    }

    /** Registers that are read from an instruction on, before they are written. */
    int before(int slot) {
        return before[slot];
    }

    private int after(int slot, Instruction instruction) {
        int next = slot + instruction.slots();
        return switch (instruction) {
            case Instruction.Exit _ -> 0;
            case Instruction.Jump jump -> before[slot + 1 + jump.offset()];
            case Instruction.Branch branch -> liveAt(next) | before[slot + 1 + branch.offset()];
            default -> liveAt(next);
        };
    }

    private int liveAt(int slot) {
        return slot < before.length ? before[slot] : 0;
    }

    private static int bit(int register) {
        return 1 << register;
    }

    private static int bit(@Nullable Operand operand) {
        return operand instanceof Operand.Register(int number) ? bit(number) : 0;
    }

    private int read(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Alu alu -> bit(alu.src()) | (alu.op() == AluOp.MOV ? 0 : bit(alu.dst()));
            case Instruction.Negate negate -> bit(negate.dst());
            case Instruction.MoveSigned move -> bit(move.src());
            case Instruction.ByteSwap swap -> bit(swap.dst());
            case Instruction.LoadWide _, Instruction.Jump _, Instruction.LoadPacket _ -> 0;
            case Instruction.Load load -> bit(load.base());
            case Instruction.Store store -> bit(store.base()) | bit(store.src());
            case Instruction.Atomic atomic ->
                bit(atomic.base()) | bit(atomic.src()) | (atomic.op() == AtomicOp.CMPXCHG ? R0 : 0);
            case Instruction.OrderedAccess access ->
                bit(access.base()) | (access.acquire() ? 0 : bit(access.register()));
            case Instruction.Branch branch -> bit(branch.dst()) | bit(branch.src());
            case Instruction.Call call -> arguments(call);
            case Instruction.CallRegister call -> bit(call.register()) | ARGUMENTS;
            case Instruction.Exit _ -> R0;
        };
    }

    private int arguments(Instruction.Call call) {
        Helper helper = call.kind() == CallKind.HELPER ? helpers.find(call.target()) : null;
        return helper == null ? ARGUMENTS : ((1 << (helper.arguments().size() + 1)) - 1) & ARGUMENTS;
    }

    private static int written(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Alu alu -> bit(alu.dst());
            case Instruction.Negate negate -> bit(negate.dst());
            case Instruction.MoveSigned move -> bit(move.dst());
            case Instruction.ByteSwap swap -> bit(swap.dst());
            case Instruction.LoadWide load -> bit(load.dst());
            case Instruction.Load load -> bit(load.dst());
            case Instruction.Atomic atomic
            when atomic.fetch() -> atomic.op() == AtomicOp.CMPXCHG ? R0 : bit(atomic.src());
            case Instruction.OrderedAccess access when access.acquire() -> bit(access.register());
            case Instruction.Call _, Instruction.CallRegister _ -> R0 | ARGUMENTS;
            default -> 0;
        };
    }
}
