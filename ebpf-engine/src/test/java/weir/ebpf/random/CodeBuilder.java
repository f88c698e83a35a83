// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;

/** Instructions of one function with labels and references to other functions still open. */
final class CodeBuilder {
    private static final int NONE = -1;

    private final List<Item> items = new ArrayList<>();
    /** Index in {@link #items} by label; NONE while it is not placed. */
    private final List<Integer> labels = new ArrayList<>();

    private record Item(Instruction instruction, int label, int function) {}

    void add(Instruction instruction) {
        items.add(new Item(instruction, NONE, NONE));
    }

    /** A Jump or Branch; its own offset is ignored. */
    void addJump(Instruction jump, int label) {
        items.add(new Item(jump, label, NONE));
    }

    void addCall(int function) {
        items.add(new Item(new Instruction.Call(CallKind.LOCAL, 0), NONE, function));
    }

    void addFunctionAddress(int register, int function) {
        items.add(new Item(new Instruction.LoadWide(register, WideKind.FUNCTION, 0, 0), NONE, function));
    }

    int newLabel() {
        labels.add(NONE);
        return labels.size() - 1;
    }

    void place(int label) {
        labels.set(label, items.size());
    }

    /** Number of instructions so far; {@link #cutTo} goes back to it. */
    int size() {
        return items.size();
    }

    /** Takes everything behind away; labels placed there are never used again. */
    void cutTo(int size) {
        items.subList(size, items.size()).clear();
    }

    List<Integer> functionsUsed() {
        return items.stream()
                .map(Item::function)
                .filter(function -> function != NONE)
                .distinct()
                .toList();
    }

    int slots() {
        return items.stream().mapToInt(item -> item.instruction().slots()).sum();
    }

    /**
     * Puts functions one behind the other.
     *
     * @param starts first slot of each function by its number
     */
    static Code link(List<CodeBuilder> functions, int[] starts) {
        List<Instruction> linked = new ArrayList<>();
        int slot = 0;
        for (CodeBuilder each : functions) {
            int[] slots = each.slotsFrom(slot);
            for (int i = 0; i < each.items.size(); i++) {
                Item item = each.items.get(i);
                int target = item.label != NONE
                        ? slots[each.labels.get(item.label)]
                        : item.function != NONE ? starts[item.function] : NONE;
                linked.add(target == NONE ? item.instruction : aimed(item.instruction, target - slots[i] - 1));
            }
            slot += each.slots();
        }
        return Code.of(linked);
    }

    private int[] slotsFrom(int first) {
        int[] slots = new int[items.size() + 1];
        slots[0] = first;
        for (int i = 0; i < items.size(); i++) {
            slots[i + 1] = slots[i] + items.get(i).instruction.slots();
        }
        return slots;
    }

    private static Instruction aimed(Instruction instruction, int offset) {
        return switch (instruction) {
            case Instruction.Jump jump -> new Instruction.Jump(jump.isLong(), offset);
            case Instruction.Branch branch -> {
                if (offset != (short) offset) {
                    throw new IllegalStateException("a branch over " + offset + " slots");
                }
                yield new Instruction.Branch(
                        branch.is64(), branch.condition(), branch.dst(), branch.src(), (short) offset);
            }
            case Instruction.Call call -> new Instruction.Call(call.kind(), offset);
            case Instruction.LoadWide wide -> new Instruction.LoadWide(wide.dst(), wide.kind(), offset, 0);
            default -> throw new IllegalStateException("no target in " + instruction);
        };
    }
}
