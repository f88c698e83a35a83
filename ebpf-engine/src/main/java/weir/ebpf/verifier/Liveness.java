// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.RegisterUse;

/**
 * Which registers are read later, for each instruction: {@code compute_live_registers} of {@code
 * kernel/bpf/verifier.c}. Bit n stands for register n.
 */
final class Liveness {
    private static final int[] NONE = {};

    private final Code code;
    private final HelperTable helpers;
    private final int[] before;

    Liveness(Code code, HelperTable helpers) {
        this.helpers = helpers;
        this.code = code;
        before = new int[code.slots()];
        int[][] jumpsTo = jumpsTo(code);
        Deque<Integer> open = new ArrayDeque<>();
        for (int slot = 0; slot < code.slots(); slot++) {
            if (code.at(slot) != null) {
                open.push(slot);
            }
        }
        while (!open.isEmpty()) {
            update(open.pop(), jumpsTo, open);
        }
    }

    /** Each bit is set once at most, so this ends after as many steps as there are edges, times registers. */
    private void update(int slot, int[][] jumpsTo, Deque<Integer> open) {
        Instruction instruction = code.at(slot);
        if (instruction == null) {
            return;
        }
        int live = (after(slot, instruction) & ~written(instruction)) | read(instruction);
        if (live == before[slot]) {
            return;
        }
        before[slot] = live;
        int previous = slot > 0 && code.at(slot - 1) == null ? slot - 2 : slot - 1;
        if (previous >= 0) {
            open.push(previous);
        }
        for (int jump : jumpsTo[slot]) {
            open.push(jump);
        }
    }

    /** For each slot the jumps that lead there. */
    private static int[][] jumpsTo(Code code) {
        int[] counts = new int[code.slots()];
        for (int slot = 0; slot < code.slots(); slot++) {
            int target = target(slot, code.at(slot));
            if (target >= 0) {
                counts[target]++;
            }
        }
        int[][] jumps = new int[code.slots()][];
        for (int slot = 0; slot < code.slots(); slot++) {
            jumps[slot] = counts[slot] == 0 ? NONE : new int[counts[slot]];
        }
        for (int slot = 0; slot < code.slots(); slot++) {
            int target = target(slot, code.at(slot));
            if (target >= 0) {
                jumps[target][--counts[target]] = slot;
            }
        }
        return jumps;
    }

    private static int target(int slot, @Nullable Instruction instruction) {
        return switch (instruction) {
            case Instruction.Jump jump -> slot + 1 + jump.offset();
            case Instruction.Branch branch -> slot + 1 + branch.offset();
            case null, default -> -1;
        };
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

    private int read(Instruction instruction) {
        return RegisterUse.read(instruction)
                | switch (instruction) {
                    case Instruction.Call call -> arguments(call);
                    case Instruction.CallRegister _ -> RegisterUse.ARGUMENTS;
                    default -> 0;
                };
    }

    private int arguments(Instruction.Call call) {
        Helper helper = call.kind() == CallKind.HELPER ? helpers.find(call.target()) : null;
        return helper == null
                ? RegisterUse.ARGUMENTS
                : RegisterUse.arguments(helper.arguments().size());
    }

    private static int written(Instruction instruction) {
        boolean isCall = instruction instanceof Instruction.Call || instruction instanceof Instruction.CallRegister;
        return RegisterUse.written(instruction) | (isCall ? RegisterUse.ARGUMENTS : 0);
    }
}
