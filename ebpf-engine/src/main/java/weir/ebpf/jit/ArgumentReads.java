// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.RegisterUse;

/** Which registers functions read before they write them: a backward analysis, registers as bits. */
final class ArgumentReads {
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
                int live = liveAtStart(shape) & RegisterUse.ARGUMENTS;
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
        return (behind & ~RegisterUse.written(instruction)) | reads(slot, instruction);
    }

    /** Registers that an instruction reads, when {@link #find} has found what functions read. */
    int reads(int slot, @Nullable Instruction instruction) {
        return switch (instruction) {
            case Instruction.Call call -> readsOfCall(slot, call);
            case Instruction.CallRegister call -> RegisterUse.read(call) | RegisterUse.ARGUMENTS;
            case null -> 0;
            default -> RegisterUse.read(instruction);
        };
    }

    private int readsOfCall(int slot, Instruction.Call call) {
        if (call.kind() == CallKind.LOCAL) {
            return read.getOrDefault(slot + 1 + call.target(), 0);
        }
        Helper helper = helpers.find(call.target());
        if (helper == null || helper.function() == HelperFunction.TRACE_PRINTK) {
            return RegisterUse.ARGUMENTS;
        }
        return RegisterUse.arguments(helper.arguments().size());
    }
}
