// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weir.ebpf.interpreter.ObservedMachine;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.program.PathFacts;
import weir.ebpf.program.ProgramFacts;

/** Looks on while programs run: no branch goes a way, no loop takes more turns than the facts say. */
final class PathFactsCheck implements ObservedMachine.Observer {
    private static final int NOWHERE = -1;

    private final Map<String, PathFacts> facts;
    private final List<String> misfits = new ArrayList<>();
    private final int[] lastSlots = new int[ProgramFacts.MAX_FRAMES];
    private final List<Map<PathFacts.Loop, Long>> turns = new ArrayList<>();
    private final long[] rounds = new long[ProgramFacts.MAX_FRAMES];
    private int lastDepth = NOWHERE;
    private String running = "";
    private long branches;
    private long turnsSeen;
    private long roundsSeen;

    PathFactsCheck(Map<String, PathFacts> facts) {
        this.facts = facts;
        for (int i = 0; i < ProgramFacts.MAX_FRAMES; i++) {
            turns.add(new HashMap<>());
        }
    }

    List<String> misfits() {
        return misfits;
    }

    /** Branches, turns of loops and rounds of callbacks that were looked at. */
    long seen() {
        return Math.min(branches, Math.min(turnsSeen, roundsSeen));
    }

    /** Another frame begins. */
    void begin() {
        lastDepth = NOWHERE;
    }

    @Override
    public void before(ObservedMachine machine, int slot) {
        int depth = machine.depth();
        PathFacts known = facts.get(machine.running().name());
        if (known == null) {
            throw new IllegalStateException("a program runs that was not verified");
        }
        boolean isNew = depth > lastDepth || !running.equals(machine.running().name());
        boolean isRound = machine.isCallback(depth) && (isNew || hasLeft(machine, depth));
        if (isNew || isRound) {
            turns.get(depth).clear();
        }
        if (isRound) {
            rounds[depth] = isNew ? 1 : rounds[depth] + 1;
            checkRounds(known, machine, depth);
        }
        if (!isNew && !isRound) {
            checkLoops(known, depth, lastSlots[depth], slot);
        }
        if (machine.running().code().at(slot) instanceof Instruction.Branch branch) {
            checkBranch(known, machine, branch, slot);
        }
        running = machine.running().name();
        lastSlots[depth] = slot;
        lastDepth = depth;
    }

    private boolean hasLeft(ObservedMachine machine, int depth) {
        return depth == lastDepth && machine.running().code().at(lastSlots[depth]) instanceof Instruction.Exit;
    }

    private void checkRounds(PathFacts known, ObservedMachine machine, int depth) {
        int callSite = machine.callSite(depth);
        Long most = known.rounds().get(callSite);
        if (most != null) {
            roundsSeen++;
            if (rounds[depth] > most) {
                misfits.add("slot " + callSite + " calls back more than " + most + " times");
            }
        }
    }

    private void checkLoops(PathFacts known, int depth, int from, int to) {
        for (PathFacts.Loop loop : known.loops()) {
            if (!loop.contains(to)) {
                continue;
            }
            Map<PathFacts.Loop, Long> counted = turns.get(depth);
            if (!loop.contains(from)) {
                counted.put(loop, 0L);
            } else if (to == loop.head() && loop.backEdges().contains(from)) {
                long count = counted.merge(loop, 1L, Long::sum);
                turnsSeen++;
                if (loop.bound().isPresent() && count > loop.bound().getAsLong()) {
                    misfits.add("loop at " + to + " goes back more than " + loop.bound() + " times");
                }
            }
        }
    }

    private void checkBranch(PathFacts known, ObservedMachine machine, Instruction.Branch branch, int slot) {
        branches++;
        long left = machine.get(branch.dst());
        long right = branch.src() instanceof Operand.Register(int number)
                ? machine.get(number)
                : ((Operand.Immediate) branch.src()).value();
        boolean jumps = branch.is64()
                ? Arithmetic.compare64(branch.condition(), left, right)
                : Arithmetic.compare32(branch.condition(), (int) left, (int) right);
        PathFacts.Branch ways = known.branches().get(slot);
        if (ways == null || !ways.may(jumps)) {
            misfits.add("branch at " + slot + (jumps ? " jumps" : " falls through") + ", facts: " + ways);
        }
    }
}
