// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Ways into and out of a part. Values that it needs are read at its entries from where other parts have put
 * them; those that it may have changed, and that are read later, are put down at its exits.
 */
final class PartBorders {
    private final Emission emission;
    private final CodeBuilder code;
    private final Part part;
    private final FunctionEntries entries;
    private final Liveness liveness;
    private final Map<Integer, Label> exits = new TreeMap<>();

    PartBorders(Emission emission, Part part, FunctionEntries entries, Liveness liveness) {
        this.emission = emission;
        this.code = emission.code;
        this.part = part;
        this.entries = entries;
        this.liveness = liveness;
    }

    /** Fills all locals: those that the part does not need are 0, so that the JVM sees them written. */
    void load() {
        BitSet needed = liveness.needed(part, entries.of(part));
        emission.forEachSpilled(index -> {
            if (needed.get(index)) {
                code.aload(Emission.SPILLED);
                code.loadConstant(index);
                code.laload();
            } else {
                code.lconst_0();
            }
            code.lstore(emission.local(index));
        });
    }

    /** Goes to where the part is entered. */
    void enter(IntFunction<Label> block) {
        List<Integer> slots = entries.of(part);
        Label first = block.apply(slots.getFirst());
        if (slots.size() == 1) {
            code.goto_(first);
            return;
        }
        List<SwitchCase> cases = new ArrayList<>();
        for (int i = 1; i < slots.size(); i++) {
            cases.add(SwitchCase.of(i, block.apply(slots.get(i))));
        }
        code.iload(Emission.ENTRY);
        code.tableswitch(1, slots.size() - 1, first, cases);
    }

    /** Where a jump to a slot of another part goes. */
    Label exit(int slot) {
        return exits.computeIfAbsent(slot, absent -> code.newLabel());
    }

    /** Exits that put down the same values share the code. */
    void emitExits() {
        Map<BitSet, Label> spilling = new LinkedHashMap<>();
        exits.forEach((slot, label) -> {
            code.labelBinding(label);
            code.loadConstant(entries.encoded(slot));
            code.istore(Emission.ENTRY);
            code.goto_(spilling.computeIfAbsent(liveness.changed(part, slot), absent -> code.newLabel()));
        });
        spilling.forEach((changed, label) -> {
            code.labelBinding(label);
            changed.stream().forEach(index -> {
                code.aload(Emission.SPILLED);
                code.loadConstant(index);
                code.lload(emission.local(index));
                code.lastore();
            });
            code.iload(Emission.ENTRY);
            code.ireturn();
        });
    }
}
