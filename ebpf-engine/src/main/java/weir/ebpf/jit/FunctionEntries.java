// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import weir.ebpf.isa.Instruction;

/**
 * The parts of a function, and where each is entered from others.
 *
 * @param entries slots by part, ascending; the number of an entry is its place in the list
 */
record FunctionEntries(List<Part> parts, List<List<Integer>> entries) {
    static FunctionEntries of(FunctionShape shape, List<Part> parts) {
        List<SortedSet<Integer>> found = new ArrayList<>();
        parts.forEach(part -> found.add(new TreeSet<>()));
        found.getFirst().add(shape.start());
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            for (int slot = part.from(); slot < part.to(); slot++) {
                if (shape.reachable().get(slot) && !shape.dead().contains(slot)) {
                    addTargets(slot, shape, part, parts, found);
                }
            }
        }
        return new FunctionEntries(
                List.copyOf(parts),
                found.stream().map(each -> List.copyOf(each)).toList());
    }

    private static void addTargets(
            int slot, FunctionShape shape, Part part, List<Part> parts, List<SortedSet<Integer>> found) {
        Instruction instruction = Objects.requireNonNull(shape.code().at(slot));
        List<Integer> targets = new ArrayList<>(FunctionShape.targets(slot, instruction));
        if (FunctionShape.fallsThrough(instruction)) {
            targets.add(slot + instruction.slots());
        }
        for (int target : targets) {
            if (!part.contains(target)) {
                found.get(indexOf(target, parts)).add(target);
            }
        }
    }

    private static int indexOf(int slot, List<Part> parts) {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).contains(slot)) {
                return i;
            }
        }
        throw new IllegalArgumentException("slot " + slot + " is in no part");
    }

    boolean isWhole() {
        return parts.size() == 1;
    }

    /** Slots where a part is entered. */
    List<Integer> of(Part part) {
        return entries.get(parts.indexOf(part));
    }

    /** What a part gives to go on at that slot: {@code part << 16 | entry}. */
    int encoded(int slot) {
        int part = indexOf(slot, parts);
        return (part << MethodEmitter.PART_SHIFT) | entries.get(part).indexOf(slot);
    }
}
