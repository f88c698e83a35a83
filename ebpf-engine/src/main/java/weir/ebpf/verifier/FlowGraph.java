// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import weir.ebpf.helper.Argument;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.Functions;

/**
 * How instructions follow each other, whatever registers hold: {@code check_cfg} of {@code
 * kernel/bpf/verifier.c}.
 */
final class FlowGraph {
    private final Code code;
    private final HelperTable helpers;
    private final NavigableSet<Integer> functions = new TreeSet<>();
    private final Map<Integer, SortedSet<Integer>> called = new HashMap<>();
    private final BitSet reached;
    private final BitSet meetings;
    private final BitSet callbackCalls;

    FlowGraph(Code code, HelperTable helpers) {
        this.code = code;
        this.helpers = helpers;
        reached = new BitSet(code.slots());
        meetings = new BitSet(code.slots());
        callbackCalls = new BitSet(code.slots());
        functions.add(0);
        for (int slot = 0; slot < code.slots(); slot++) {
            Integer start = Functions.startNamedBy(slot, code.at(slot));
            if (start != null) {
                functions.add(start);
            }
        }
        Deque<Integer> open = new ArrayDeque<>();
        open.push(0);
        while (!open.isEmpty()) {
            int slot = open.pop();
            Instruction instruction = code.at(slot);
            if (instruction != null && !reached.get(slot)) {
                reached.set(slot);
                follow(slot, instruction, open);
            }
        }
    }

    private void follow(int slot, Instruction instruction, Deque<Integer> open) {
        int next = slot + instruction.slots();
        Integer function = Functions.startNamedBy(slot, instruction);
        if (function != null) {
            called.computeIfAbsent(functionOf(slot), each -> new TreeSet<>()).add(function);
            open.push(function);
            meetings.set(function);
        }
        switch (instruction) {
            case Instruction.Exit _ -> {}
            case Instruction.Jump jump -> {
                int target = slot + 1 + jump.offset();
                meetings.set(target);
                open.push(target);
            }
            case Instruction.Branch branch -> {
                int target = slot + 1 + branch.offset();
                meetings.set(slot);
                meetings.set(target);
                open.push(next);
                open.push(target);
            }
            case Instruction.Call call -> {
                meetings.set(next);
                if (callsBack(call)) {
                    meetings.set(slot);
                    callbackCalls.set(slot);
                }
                open.push(next);
            }
            default -> open.push(next);
        }
    }

    private boolean callsBack(Instruction.Call call) {
        Helper helper = call.kind() == CallKind.HELPER ? helpers.find(call.target()) : null;
        return helper != null
                && helper.arguments().stream().anyMatch(argument -> argument.kind() == Argument.Kind.CALLBACK);
    }

    /** The first instruction that no jump and no call reaches; -1 where there is none. */
    int unreachable() {
        for (int slot = 0; slot < code.slots(); slot++) {
            if (code.at(slot) != null && !reached.get(slot)) {
                return slot;
            }
        }
        return -1;
    }

    /** Whether paths may meet at an instruction, so that states are worth storing. */
    boolean isMeeting(int slot) {
        return meetings.get(slot);
    }

    /** Whether an instruction calls a helper that calls back. */
    boolean callsBack(int slot) {
        return callbackCalls.get(slot);
    }

    /** Functions by their first slots, the program itself at 0. */
    NavigableSet<Integer> functions() {
        return functions;
    }

    /** First slot of the function that an instruction is in. */
    int functionOf(int slot) {
        Integer start = functions.floor(slot);
        return start == null ? 0 : start;
    }

    /** Functions that a function calls or hands out to be called. */
    SortedSet<Integer> calledBy(int function) {
        return called.getOrDefault(function, new TreeSet<>());
    }

    /** Whether a function, or one that it calls, calls a helper that has a property. */
    boolean calls(int function, Predicate<Helper> property) {
        NavigableSet<Integer> seen = new TreeSet<>();
        Deque<Integer> open = new ArrayDeque<>();
        open.push(function);
        while (!open.isEmpty()) {
            int each = open.pop();
            if (seen.add(each)) {
                if (hasCall(each, property)) {
                    return true;
                }
                calledBy(each).forEach(open::push);
            }
        }
        return false;
    }

    /** Whether a function itself tail-calls. */
    boolean tailCalls(int function) {
        return hasCall(function, helper -> helper.function() == HelperFunction.TAIL_CALL);
    }

    private boolean hasCall(int function, Predicate<Helper> property) {
        Integer next = functions.higher(function);
        int end = next == null ? code.slots() : next;
        for (int slot = function; slot < end; slot++) {
            if (code.at(slot) instanceof Instruction.Call call && call.kind() == CallKind.HELPER) {
                Helper helper = helpers.find(call.target());
                if (helper != null && property.test(helper)) {
                    return true;
                }
            }
        }
        return false;
    }
}
