// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;
import weir.ebpf.program.Subprogram;

/** The functions of a program without object file, which the kernel wants to know of when one is a callback. */
public final class CodeFunctions {
    private CodeFunctions() {}

    /** The program, and what it calls or names as a callback. */
    public static List<Subprogram> of(Code code) {
        TreeSet<Integer> slots = new TreeSet<>();
        int slot = 0;
        for (Instruction each : code.instructions()) {
            slot += each.slots();
            if (each instanceof Instruction.Call(CallKind kind, int target) && kind == CallKind.LOCAL) {
                slots.add(slot + target);
            } else if (each instanceof Instruction.LoadWide wide && wide.kind() == WideKind.FUNCTION) {
                slots.add(slot - wide.slots() + 1 + wide.immediate());
            }
        }
        List<Subprogram> functions = new ArrayList<>(List.of(new Subprogram("case", 0, true, 0)));
        slots.forEach(each -> functions.add(new Subprogram("f" + each, each, false, 0)));
        return functions;
    }
}
