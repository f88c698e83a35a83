// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;

/** Which registers functions read before they write them: a backward analysis, registers as bits. */
final class ArgumentReads {
    private static final int ARGUMENTS = 0b111110;
    private static final int RESULT = 1;

    private final Code code;
    private final HelperTable helpers;
    private final Map<Integer, FunctionShape> shapes;
    private final Map<Integer, Integer> read = new HashMap<>();

    ArgumentReads(Code code, HelperTable helpers, Map<Integer, FunctionShape> shapes) {
        this.code = code;
        this.helpers = helpers;
        this.shapes = shapes;
    }

    /** Registers 1 to 5 that each function reads, by its slot. */
    Map<Integer, Integer> find() {
        boolean isChanged = true;
        while (isChanged) {
            isChanged = false;
            for (FunctionShape shape : shapes.values()) {
                int live = liveAtStart(shape) & ARGUMENTS;
                Integer before = read.put(shape.start(), live);
                isChanged |= before == null || before != live;
            }
        }
        return read;
    }

    private int liveAtStart(FunctionShape shape) {
        int[] live = new int[shape.end() - shape.start() + 1];
        boolean isChanged = true;
        while (isChanged) {
            isChanged = false;
            for (int slot = shape.end() - 1; slot >= shape.start(); slot--) {
                if (shape.reachable().get(slot) && !shape.dead().contains(slot)) {
                    Instruction instruction = Objects.requireNonNull(code.at(slot));
                    int before = liveBefore(slot, instruction, shape, live);
                    isChanged |= live[slot - shape.start()] != before;
                    live[slot - shape.start()] = before;
                }
            }
        }
        return live[0];
    }

    private int liveBefore(int slot, Instruction instruction, FunctionShape shape, int[] live) {
        int behind = 0;
        for (int target : FunctionShape.targets(slot, instruction)) {
            behind |= live[target - shape.start()];
        }
        if (FunctionShape.fallsThrough(instruction)) {
            behind |= live[Math.min(slot + instruction.slots(), shape.end()) - shape.start()];
        }
        return (behind & ~written(instruction)) | reads(slot, instruction);
    }

    private static int bit(int register) {
        return 1 << register;
    }

    private static int bit(Operand operand) {
        return operand instanceof Operand.Register(int number) ? bit(number) : 0;
    }

    /** Registers that an instruction certainly writes. */
    static int written(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Alu alu -> bit(alu.dst());
            case Instruction.Negate negate -> bit(negate.dst());
            case Instruction.MoveSigned move -> bit(move.dst());
            case Instruction.ByteSwap swap -> bit(swap.dst());
            case Instruction.LoadWide wide -> bit(wide.dst());
            case Instruction.Load load -> bit(load.dst());
            case Instruction.OrderedAccess access -> access.acquire() ? bit(access.register()) : 0;
            case Instruction.Atomic atomic ->
                atomic.op() == AtomicOp.CMPXCHG ? RESULT : atomic.fetch() ? bit(atomic.src()) : 0;
            case Instruction.Call call -> RESULT;
            case Instruction.CallRegister call -> RESULT;
            default -> 0;
        };
    }

    /** Registers that an instruction reads, when {@link #find} has found what functions read. */
    int reads(int slot, @Nullable Instruction instruction) {
        return switch (instruction) {
            case Instruction.Alu alu -> (alu.op() == AluOp.MOV ? 0 : bit(alu.dst())) | bit(alu.src());
            case Instruction.Negate negate -> bit(negate.dst());
            case Instruction.MoveSigned move -> bit(move.src());
            case Instruction.ByteSwap swap -> bit(swap.dst());
            case Instruction.Load load -> bit(load.base());
            case Instruction.Store store -> bit(store.base()) | bit(store.src());
            case Instruction.Atomic atomic ->
                bit(atomic.base()) | bit(atomic.src()) | (atomic.op() == AtomicOp.CMPXCHG ? RESULT : 0);
            case Instruction.OrderedAccess access ->
                bit(access.base()) | (access.acquire() ? 0 : bit(access.register()));
            case Instruction.Branch branch -> bit(branch.dst()) | bit(branch.src());
            case Instruction.Call call -> readsOfCall(slot, call);
            case Instruction.CallRegister call -> ARGUMENTS | bit(call.register());
            case Instruction.Exit exit -> RESULT;
            case null, default -> 0;
        };
    }

    private int readsOfCall(int slot, Instruction.Call call) {
        if (call.kind() == CallKind.LOCAL) {
            return read.getOrDefault(slot + 1 + call.target(), 0);
        }
        Helper helper = helpers.find(call.target());
        if (helper == null || helper.function() == HelperFunction.TRACE_PRINTK) {
            return ARGUMENTS;
        }
        return ARGUMENTS & ((1 << (helper.arguments().size() + 1)) - 1);
    }
}
