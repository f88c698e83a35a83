// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.PathFacts;

/**
 * Natural loops of a program, and how often paths went back to their heads for one entry. Each call frame
 * counts in {@link FrameState#backJumps}, in parallel to the loops that its slot is in.
 *
 * <p>A path that ends in a state which was walked from before goes on as that one did: it takes no more turns
 * than it has taken so far, and what any path from there took behind the state.
 */
final class LoopTable {
    private static final int NO_SLOT = -1;
    private static final int[] NONE = {};
    /** Bodies take memory: of programs with more in all, no bound is counted. */
    private static final long MAX_BODY_SLOTS = 1 << 21;

    private final Code code;
    private final List<Body> loops = new ArrayList<>();
    /** Loops that a slot is in, outer ones first by their heads; equal sets are the same array. */
    private final int[][] around;
    /** Jumps back of one entry; {@link Long#MAX_VALUE} where it is not known. */
    private final long[] most;

    private record Body(int head, List<Integer> backEdges, BitSet slots) {}

    LoopTable(FlowGraph flow, Code code) {
        this.code = code;
        SortedMap<Integer, SortedSet<Integer>> backEdges = new TreeMap<>();
        for (int function : flow.functions()) {
            findBackEdges(function, backEdges);
        }
        Map<Integer, List<Integer>> before = backEdges.isEmpty() ? Map.of() : predecessors();
        long total = 0;
        for (Map.Entry<Integer, SortedSet<Integer>> each : backEdges.entrySet()) {
            Body body = body(each.getKey(), List.copyOf(each.getValue()), before);
            total += body.slots().cardinality();
            if (total > MAX_BODY_SLOTS) {
                break;
            }
            loops.add(body);
        }
        if (total > MAX_BODY_SLOTS) {
            loops.clear();
        }
        most = new long[loops.size()];
        around = loops.isEmpty() ? new int[0][] : membership();
    }

    // ---- the graph -----------------------------------------------------------------------------------

    private int[] successors(int slot) {
        Instruction instruction = code.at(slot);
        return switch (instruction) {
            case null -> NONE;
            case Instruction.Exit _ -> NONE;
            case Instruction.Jump jump -> new int[] {slot + 1 + jump.offset()};
            case Instruction.Branch branch -> new int[] {slot + 1, slot + 1 + branch.offset()};
            default -> new int[] {slot + instruction.slots()};
        };
    }

    /** Edges that go back to a slot on the way from the function's start, in a walk that goes depth first. */
    private void findBackEdges(int function, SortedMap<Integer, SortedSet<Integer>> found) {
        BitSet onPath = new BitSet();
        BitSet seen = new BitSet();
        Deque<int[]> path = new ArrayDeque<>();
        path.push(new int[] {function, 0});
        onPath.set(function);
        seen.set(function);
        while (!path.isEmpty()) {
            int[] top = path.element();
            int[] next = successors(top[0]);
            if (top[1] == next.length) {
                onPath.clear(top[0]);
                path.pop();
                continue;
            }
            int target = next[top[1]++];
            if (onPath.get(target)) {
                found.computeIfAbsent(target, each -> new TreeSet<>()).add(top[0]);
            } else if (!seen.get(target)) {
                seen.set(target);
                onPath.set(target);
                path.push(new int[] {target, 0});
            }
        }
    }

    private Map<Integer, List<Integer>> predecessors() {
        Map<Integer, List<Integer>> before = new HashMap<>();
        for (int slot = 0; slot < code.slots(); slot++) {
            for (int next : successors(slot)) {
                before.computeIfAbsent(next, each -> new ArrayList<>()).add(slot);
            }
        }
        return before;
    }

    private static Body body(int head, List<Integer> backEdges, Map<Integer, List<Integer>> before) {
        BitSet slots = new BitSet();
        slots.set(head);
        Deque<Integer> open = new ArrayDeque<>(backEdges);
        while (!open.isEmpty()) {
            int slot = open.pop();
            if (!slots.get(slot)) {
                slots.set(slot);
                before.getOrDefault(slot, List.of()).forEach(open::push);
            }
        }
        return new Body(head, backEdges, slots);
    }

    private int[][] membership() {
        int[][] table = new int[code.slots()][];
        Arrays.fill(table, NONE);
        for (int loop = 0; loop < loops.size(); loop++) {
            BitSet slots = loops.get(loop).slots();
            Map<List<Integer>, int[]> extended = new HashMap<>();
            for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
                table[slot] = extended.computeIfAbsent(with(table[slot], loop), LoopTable::array);
            }
        }
        return table;
    }

    private static List<Integer> with(int[] loops, int another) {
        List<Integer> all = new ArrayList<>();
        for (int loop : loops) {
            all.add(loop);
        }
        all.add(another);
        return all;
    }

    private static int[] array(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    // ---- counting ------------------------------------------------------------------------------------

    /** A path has come to its next instruction. */
    void arrive(PathState state) {
        if (loops.isEmpty()) {
            return;
        }
        FrameState frame = state.current();
        int from = frame.lastSlot;
        int to = state.slot;
        frame.lastSlot = to;
        int[] before = from == NO_SLOT ? NONE : around[from];
        int[] now = around[to];
        // A helper that called back is come to again, and an instruction before which a state was split.
        boolean isAgain = from == to && !(code.at(to) instanceof Instruction.Branch);
        if (now.length == 0) {
            frame.backJumps = NONE;
        } else if (!isAgain && (!Arrays.equals(now, before) || isHeadOfAny(now, to))) {
            frame.backJumps = moved(before, now, frame.backJumps, to);
        }
    }

    private boolean isHeadOfAny(int[] inside, int slot) {
        for (int loop : inside) {
            if (loops.get(loop).head() == slot) {
                return true;
            }
        }
        return false;
    }

    private int[] moved(int[] before, int[] now, int[] counts, int to) {
        int[] moved = new int[now.length];
        for (int i = 0; i < now.length; i++) {
            int at = Arrays.binarySearch(before, now[i]);
            if (at >= 0) {
                moved[i] = counts[at];
                if (loops.get(now[i]).head() == to) {
                    moved[i]++;
                    most[now[i]] = Math.max(most[now[i]], moved[i]);
                }
            }
        }
        return moved;
    }

    /** All paths from a stored state were walked. */
    void finish(Checkpoint checkpoint) {
        if (loops.isEmpty()) {
            return;
        }
        PathState state = checkpoint.state();
        checkpoint.turns = new long[state.depth()][];
        for (int f = 0; f < state.depth(); f++) {
            int[] inside = around[state.frame(f).lastSlot];
            checkpoint.turns[f] =
                    Arrays.stream(inside).mapToLong(loop -> most[loop]).toArray();
        }
    }

    /**
     * A path ends in a stored state. Where paths from there are still walked, nobody knows how many turns follow,
     * neither here nor behind states that led here.
     */
    void meets(PathState state, Checkpoint checkpoint) {
        if (loops.isEmpty()) {
            return;
        }
        for (int f = 0; f < state.depth(); f++) {
            int[] inside = around[state.frame(f).lastSlot];
            for (int i = 0; i < inside.length; i++) {
                long total = checkpoint.isOpen() ? Long.MAX_VALUE : total(state, checkpoint, f, i);
                most[inside[i]] = Math.max(most[inside[i]], total);
            }
        }
    }

    /** Turns so far, and those that followed behind the stored state. */
    private static long total(PathState state, Checkpoint checkpoint, int frame, int loop) {
        long known = checkpoint.turns[frame][loop];
        long before = checkpoint.state().frame(frame).backJumps[loop];
        return known == Long.MAX_VALUE ? known : known - before + state.frame(frame).backJumps[loop];
    }

    /** What all paths came to. */
    List<PathFacts.Loop> facts() {
        List<PathFacts.Loop> facts = new ArrayList<>();
        for (int loop = 0; loop < loops.size(); loop++) {
            Body body = loops.get(loop);
            OptionalLong bound = most[loop] == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(most[loop]);
            facts.add(new PathFacts.Loop(body.head(), body.backEdges(), body.slots(), bound));
        }
        return facts;
    }
}
