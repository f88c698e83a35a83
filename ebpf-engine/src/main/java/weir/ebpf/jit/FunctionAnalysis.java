// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import weir.ebpf.isa.Instruction;

/** What is known in one function, by block, when nothing changes any more. */
final class FunctionAnalysis {
    private final FunctionShape shape;
    private final Flow flow;
    private final StackUse use;
    private final Map<Integer, KnownState> entries = new HashMap<>();

    private FunctionAnalysis(FunctionShape shape, Flow flow, StackUse use) {
        this.shape = shape;
        this.flow = flow;
        this.use = use;
    }

    static FunctionAnalysis of(FunctionShape shape, KnownState entry, Flow flow, StackUse use) {
        FunctionAnalysis analysis = new FunctionAnalysis(shape, flow, use);
        analysis.run(entry);
        return analysis;
    }

    FunctionShape shape() {
        return shape;
    }

    StackUse use() {
        return use;
    }

    /** What does an instruction to what is known. */
    Flow flow() {
        return flow;
    }

    /** What is known where a reachable block begins; a copy. */
    KnownState at(int leader) {
        return Objects.requireNonNull(entries.get(leader), "block is reachable").copy();
    }

    private void run(KnownState entry) {
        Deque<Integer> open = new ArrayDeque<>();
        entries.put(shape.start(), entry);
        open.add(shape.start());
        while (!open.isEmpty()) {
            int leader = open.remove();
            KnownState state = at(leader);
            int end = shape.endOfBlock(leader);
            int slot = leader;
            while (slot < end && shape.reachable().get(slot) && !shape.dead().contains(slot)) {
                Instruction instruction = Objects.requireNonNull(shape.code().at(slot));
                flow.step(slot, instruction, state);
                int next = slot + instruction.slots();
                pass(slot, instruction, next, end, state, open);
                slot = next;
            }
        }
    }

    /** Hands the state on along all ways out of an instruction that leave the block. */
    private void pass(int slot, Instruction instruction, int next, int end, KnownState state, Deque<Integer> open) {
        for (int target : FunctionShape.targets(slot, instruction)) {
            KnownState taken = state.copy();
            if (instruction instanceof Instruction.Branch branch) {
                Flow.branch(branch, true, taken);
            }
            enter(target, taken, open);
        }
        boolean goesOn = next == end && FunctionShape.fallsThrough(instruction);
        if (goesOn && shape.reachable().get(next)) {
            if (instruction instanceof Instruction.Branch branch) {
                Flow.branch(branch, false, state);
            }
            enter(next, state.copy(), open);
        }
    }

    private void enter(int leader, KnownState state, Deque<Integer> open) {
        KnownState known = entries.get(leader);
        if (known == null) {
            entries.put(leader, state);
            open.add(leader);
        } else if (known.join(state)) {
            open.add(leader);
        }
    }
}
