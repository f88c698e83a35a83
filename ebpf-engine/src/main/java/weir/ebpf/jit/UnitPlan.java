// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;

/**
 * What holds for the whole class while it is generated.
 *
 * @param isChecked whether accesses that are not shown to be good are checked
 */
record UnitPlan(
        ProgramSpec spec,
        ProgramFacts facts,
        HelperTable helpers,
        List<MapSpec> maps,
        ProgramAnalysis analysis,
        boolean isChecked,
        boolean recordsExits,
        List<Helper> usedHelpers) {
    static UnitPlan of(
            ProgramSpec spec,
            ProgramFacts facts,
            HelperTable helpers,
            List<MapSpec> maps,
            ProgramAnalysis analysis,
            boolean isChecked) {
        return new UnitPlan(
                spec, facts, helpers, maps, analysis, isChecked, recordsExits(spec, helpers), new ArrayList<>());
    }

    /**
     * Whether loops are counted. The verifier walks every turn of a loop, so what it accepted ends soon by itself,
     * but it looks at callbacks and global functions a few times however often they run.
     */
    boolean paysForLoops() {
        return isChecked
                || !facts.callbacks().isEmpty()
                || spec.subprograms().stream().anyMatch(each -> each.slot() != 0 && each.signature() != null);
    }

    /** A number for the helper in the class's list. */
    int indexOf(Helper helper) {
        int index = usedHelpers.indexOf(helper);
        if (index < 0) {
            usedHelpers.add(helper);
            return usedHelpers.size() - 1;
        }
        return index;
    }

    /** Whether something may still be held at the end of the program, so that its place is wanted. */
    private static boolean recordsExits(ProgramSpec spec, HelperTable helpers) {
        for (Instruction instruction : spec.code().instructions()) {
            if (instruction instanceof Instruction.CallRegister) {
                return true;
            }
            if (instruction instanceof Instruction.Call(CallKind kind, int target) && kind == CallKind.HELPER) {
                Helper helper = helpers.find(target);
                if (helper != null && isSeenAtExit(helper.function())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isSeenAtExit(HelperFunction function) {
        return function == HelperFunction.TAIL_CALL
                || function == HelperFunction.SPIN_LOCK
                || function == HelperFunction.RINGBUF_RESERVE;
    }
}
