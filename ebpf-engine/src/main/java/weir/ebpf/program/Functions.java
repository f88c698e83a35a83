// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;

/** Where functions of a program begin. */
public final class Functions {
    private Functions() {}

    /** Slots that the blueprint names, and those that the code calls or hands out as callback. */
    public static NavigableSet<Integer> starts(ProgramSpec spec) {
        NavigableSet<Integer> starts = new TreeSet<>();
        Code code = spec.code();
        starts.add(0);
        for (Subprogram each : spec.subprograms()) {
            if (each.slot() >= 0 && each.slot() < code.slots()) {
                starts.add(each.slot());
            }
        }
        for (int slot = 0; slot < code.slots(); slot++) {
            Integer start = startNamedBy(slot, code.at(slot));
            if (start != null && start >= 0 && start < code.slots()) {
                starts.add(start);
            }
        }
        return starts;
    }

    /** Where the function begins that an instruction calls or hands out as callback; null where it does neither. */
    public static @Nullable Integer startNamedBy(int slot, @Nullable Instruction instruction) {
        return switch (instruction) {
            case Instruction.Call(CallKind kind, int target) when kind == CallKind.LOCAL -> slot + 1 + target;
            case Instruction.LoadWide load when load.kind() == WideKind.FUNCTION -> slot + 1 + load.immediate();
            case null, default -> null;
        };
    }
}
