// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Code;
import weir.ebpf.program.PathFacts;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.Source;
import weir.ebpf.verifier.ScalarValue.Precision;

/** Notes on all paths what the compiler and the switch want to know; what differs by path is not known. */
final class FactCollector {
    private static final ProgramFacts.Value UNKNOWN = new ProgramFacts.Value.Unknown();
    private static final int ARGUMENTS = 5;
    /** {@code BPF_MAX_LOOPS} of {@code bpf_loop}, which does nothing when it is asked for more. */
    private static final long MAX_ROUNDS = 8 << 20;
    /** Rounds that are not known. */
    static final long UNBOUNDED = -1;

    private final BitSet reached;
    private final Map<Integer, ProgramFacts.Value> pointers = new HashMap<>();
    private final Map<Integer, List<ProgramFacts.Value>> arguments = new HashMap<>();
    private final Map<Integer, Long> rounds = new HashMap<>();
    private final @Nullable BranchNotes[] branches;
    private final Map<Integer, Integer> stackBytes = new HashMap<>();
    private final Set<Integer> maps = new HashSet<>();
    private final Set<Integer> helpers = new HashSet<>();
    private final Set<Integer> callbacks = new HashSet<>();
    private boolean writesPacket;
    private boolean readsPort;
    private boolean movesBounds;
    private boolean redirects;
    private boolean tailCalls;

    FactCollector(int slots) {
        reached = new BitSet(slots);
        branches = new BranchNotes[slots];
    }

    void reached(int slot) {
        reached.set(slot);
    }

    boolean isReached(int slot) {
        return reached.get(slot);
    }

    void map(int index) {
        maps.add(index);
    }

    void helper(int number) {
        helpers.add(number);
    }

    void callback(int slot) {
        callbacks.add(slot);
    }

    void writesPacket() {
        writesPacket = true;
    }

    void readsPort() {
        readsPort = true;
    }

    void movesBounds() {
        movesBounds = true;
    }

    void redirects() {
        redirects = true;
    }

    void tailCalls() {
        tailCalls = true;
    }

    /** A helper calls back so often at most, or {@link #UNBOUNDED}. */
    void rounds(int slot, long most) {
        boolean isKnown = most != UNBOUNDED;
        long bound = Long.compareUnsigned(most, MAX_ROUNDS) > 0 ? MAX_ROUNDS : most;
        rounds.merge(
                slot,
                isKnown ? bound : UNBOUNDED,
                (a, b) -> a == UNBOUNDED || b == UNBOUNDED ? Long.valueOf(UNBOUNDED) : Long.valueOf(Math.max(a, b)));
    }

    /** A path has come by a branch and goes on one way or both. */
    void branch(int slot, boolean jumps, boolean fallsThrough, Source left, Source right) {
        BranchNotes notes = branches[slot];
        if (notes == null) {
            notes = new BranchNotes();
            branches[slot] = notes;
        }
        notes.add(jumps, fallsThrough, left, right);
    }

    /** The function of a frame uses stack down to an offset from r10. */
    void stack(PathState state, int frame, int offset) {
        stackBytes.merge(state.frame(frame).function, -offset, Math::max);
    }

    /** Deepest use of its own stack by the function that begins at a slot. */
    int stackBytes(int function) {
        return stackBytes.getOrDefault(function, 0);
    }

    /** What an access goes through, at the instruction that the state stands at. */
    void pointer(PathState state, PointerValue base) {
        pointers.merge(state.slot, fact(state, base), FactCollector::join);
    }

    /** What r1 to r5 hold at a call. Registers behind the last that is taken may differ where paths met. */
    void arguments(PathState state, int count) {
        List<ProgramFacts.Value> now = new ArrayList<>(ARGUMENTS);
        for (int register = 1; register <= ARGUMENTS; register++) {
            now.add(register <= count ? fact(state, state.get(register)) : UNKNOWN);
        }
        arguments.merge(state.slot, now, (before, after) -> {
            List<ProgramFacts.Value> both = new ArrayList<>(ARGUMENTS);
            for (int i = 0; i < ARGUMENTS; i++) {
                both.add(join(before.get(i), after.get(i)));
            }
            return both;
        });
    }

    private static ProgramFacts.Value join(ProgramFacts.Value a, ProgramFacts.Value b) {
        if (a.equals(b)) {
            return a;
        }
        if (a instanceof ProgramFacts.Value.Stack one
                && b instanceof ProgramFacts.Value.Stack other
                && one.framesUp() == other.framesUp()) {
            return new ProgramFacts.Value.Stack(one.framesUp(), ProgramFacts.Value.Stack.VARIABLE);
        }
        return UNKNOWN;
    }

    private static ProgramFacts.Value fact(PathState state, Value value) {
        return switch (value) {
            // What nothing depends on may be another number on a path that was not walked to its end.
            case ScalarValue number
            when number.precision() == Precision.NEEDED && number.range().isConstant() ->
                new ProgramFacts.Value.Constant(number.range().value());
            case PointerValue pointer when !pointer.orNull() -> fact(state, pointer);
            default -> UNKNOWN;
        };
    }

    private static ProgramFacts.Value fact(PathState state, PointerValue pointer) {
        MapReference map = pointer.map();
        int index = map == null ? MapReference.INNER : map.index();
        boolean isKnown = index != MapReference.INNER;
        return switch (pointer.kind()) {
            case CONTEXT -> new ProgramFacts.Value.Context();
            case PACKET, PACKET_META -> new ProgramFacts.Value.Packet();
            case STACK ->
                new ProgramFacts.Value.Stack(
                        state.depth() - 1 - pointer.place(),
                        pointer.isFixed() ? (int) pointer.fixedOffset() : ProgramFacts.Value.Stack.VARIABLE);
            case MAP -> isKnown ? new ProgramFacts.Value.Map(index) : UNKNOWN;
            case MAP_VALUE -> isKnown ? new ProgramFacts.Value.MapValue(index) : UNKNOWN;
            case RECORD -> new ProgramFacts.Value.RingRecord();
            case PACKET_END, MAP_KEY, MEMORY, FUNCTION -> UNKNOWN;
        };
    }

    ProgramFacts facts(Code code, int maxStackBytes, int maxCallDepth, List<PathFacts.Loop> loops) {
        Map<Integer, ProgramFacts.Value> known = new HashMap<>(pointers);
        known.values().removeIf(UNKNOWN::equals);
        Set<Integer> dead = new HashSet<>();
        for (int slot = 0; slot < code.slots(); slot++) {
            if (code.at(slot) != null && !reached.get(slot)) {
                dead.add(slot);
            }
        }
        return new ProgramFacts(
                maps,
                helpers,
                writesPacket || movesBounds || tailCalls,
                readsPort || tailCalls,
                movesBounds,
                redirects,
                tailCalls,
                callbacks.stream().sorted().toList(),
                maxStackBytes,
                maxCallDepth,
                known,
                arguments,
                dead,
                paths(loops));
    }

    private PathFacts paths(List<PathFacts.Loop> loops) {
        Map<Integer, Long> bounded = new HashMap<>(rounds);
        bounded.values().removeIf(each -> each == UNBOUNDED);
        Map<Integer, PathFacts.Branch> ways = new HashMap<>();
        for (int slot = 0; slot < branches.length; slot++) {
            BranchNotes notes = branches[slot];
            if (notes != null) {
                ways.put(slot, notes.branch());
            }
        }
        return new PathFacts(loops, bounded, ways);
    }

    /** What paths do at a branch. */
    private static final class BranchNotes {
        private static final int MAX_COMPARISONS = 8;
        /** Of a branch that so many paths came by there is nothing new to expect. */
        private static final int MAX_LOOKED_AT = 64;

        private final Set<PathFacts.Comparison> comparisons = new LinkedHashSet<>();
        private boolean jumps;
        private boolean fallsThrough;
        private int lookedAt;

        void add(boolean alsoJumps, boolean alsoFallsThrough, Source left, Source right) {
            jumps |= alsoJumps;
            fallsThrough |= alsoFallsThrough;
            if (lookedAt < MAX_LOOKED_AT && comparisons.size() < MAX_COMPARISONS) {
                lookedAt++;
                comparisons.add(new PathFacts.Comparison(left, right));
            }
        }

        PathFacts.Branch branch() {
            return new PathFacts.Branch(jumps, fallsThrough, List.copyOf(comparisons));
        }
    }
}
