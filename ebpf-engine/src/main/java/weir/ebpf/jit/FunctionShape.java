// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;

/**
 * Basic blocks of one function, as far as they can be reached.
 *
 * @param start slot where the function begins
 * @param end slot behind its last
 * @param leaders slots where reachable blocks begin
 * @param dead slots that are never executed, by the verifier's word
 * @param loops for each slot, counted from the start, the loops that a cut before it would go through
 */
@SuppressWarnings("ArrayRecordComponent")
record FunctionShape(Code code, int start, int end, BitSet leaders, BitSet reachable, Set<Integer> dead, int[] loops) {
    /** Longer blocks are cut, so that a function can be divided anywhere. */
    private static final int LONGEST_BLOCK_SLOTS = 32;

    static FunctionShape of(Code code, int start, int end, Set<Integer> dead) {
        BitSet leaders = new BitSet();
        BitSet reachable = new BitSet();
        List<Integer> back = new ArrayList<>();
        Deque<Integer> open = new ArrayDeque<>();
        leaders.set(start);
        open.add(start);
        while (!open.isEmpty()) {
            int slot = open.remove();
            while (!reachable.get(slot)) {
                reachable.set(slot);
                Instruction instruction = code.at(slot);
                if (dead.contains(slot)) {
                    break;
                }
                for (int target : targets(slot, instruction)) {
                    leaders.set(target);
                    open.add(target);
                    if (target <= slot) {
                        back.add(slot);
                    }
                }
                if (!fallsThrough(instruction)) {
                    break;
                }
                slot += instruction == null ? 1 : instruction.slots();
                if (instruction instanceof Instruction.Branch) {
                    leaders.set(slot);
                }
            }
        }
        cutLongBlocks(code, start, end, leaders, reachable);
        return new FunctionShape(code, start, end, leaders, reachable, dead, loops(code, start, end, back));
    }

    private static void cutLongBlocks(Code code, int start, int end, BitSet leaders, BitSet reachable) {
        int last = start;
        for (int slot = start; slot < end; slot++) {
            if (leaders.get(slot)) {
                last = slot;
            } else if (reachable.get(slot) && code.at(slot) != null && slot - last >= LONGEST_BLOCK_SLOTS) {
                leaders.set(slot);
                last = slot;
            }
        }
    }

    /** Whether the instruction behind may be executed next. */
    static boolean fallsThrough(@Nullable Instruction instruction) {
        return !(instruction instanceof Instruction.Jump) && !(instruction instanceof Instruction.Exit);
    }

    /** Where an instruction jumps to, if it does. */
    static List<Integer> targets(int slot, @Nullable Instruction instruction) {
        return switch (instruction) {
            case Instruction.Jump jump -> List.of(slot + 1 + jump.offset());
            case Instruction.Branch branch -> List.of(slot + 1 + branch.offset());
            case null, default -> List.of();
        };
    }

    /** Slots from {@code from} on that begin a block or are the function's end. */
    int endOfBlock(int from) {
        int next = leaders.nextSetBit(from + 1);
        return next < 0 || next > end ? end : next;
    }

    /** @param back slots of jumps that go backwards, or nowhere */
    private static int[] loops(Code code, int start, int end, List<Integer> back) {
        int[] loops = new int[end - start + 1];
        for (int source : back) {
            for (int target : targets(source, code.at(source))) {
                loops[target + 1 - start]++;
                loops[source + 1 - start]--;
            }
        }
        for (int i = 1; i < loops.length; i++) {
            loops[i] += loops[i - 1];
        }
        return loops;
    }

    /** Loops that a cut before this slot would go through. */
    int loopsAcross(int slot) {
        return loops[slot - start];
    }
}
