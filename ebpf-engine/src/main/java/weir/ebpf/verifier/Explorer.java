// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.Source;
import weir.ebpf.verifier.ScalarValue.Precision;
import weir.ebpf.verifier.StateComparison.Mode;
import weir.ebpf.verifier.scalar.Scalar;

/**
 * Walks all paths of a function, depth first, and ends a path where it comes into a state that was walked
 * from before: {@code do_check} and {@code is_state_visited} of {@code kernel/bpf/verifier.c}.
 */
final class Explorer {
    /** A state is stored after so many jumps and instructions; both as in the kernel. */
    private static final int MIN_JUMPS = 2;

    private static final int MIN_INSTRUCTIONS = 8;
    /** In a loop states are stored less often: each turn is a state of its own. */
    private static final int LOOP_JUMPS = 20;

    private static final int LOOP_INSTRUCTIONS = 100;
    private static final int PATIENCE = 3;
    private static final int LOOP_PATIENCE = 64;
    /** Between two looks at the clock. */
    private static final int CLOCK_MASK = 0xff;

    private static final int STATE_BYTES = 512;

    private final Surroundings surroundings;
    private final Code code;
    private final FlowGraph flow;
    private final Liveness liveness;
    private final MemoryRules memory;
    private final ArithmeticRules arithmetic;
    private final BranchRules branches;
    private final HelperRules helpers;
    private final FunctionRules functions;
    private final VerifierLog log;
    private final StateObserver observer;
    private final LoopTable loops;
    private final Sources sources;
    private final GroupCount groups = new GroupCount();
    private final Set<Integer> missing;
    private final Map<Integer, List<Checkpoint>> stored = new HashMap<>();
    private final Deque<PathState> pending = new ArrayDeque<>();
    private final long start = System.nanoTime();

    private long walked;
    private long jumps;
    private long walkedAtStore;
    private long jumpsAtStore;
    private long states;
    private long kept;
    private long peak;
    private int mostPending;
    private long bytes;

    Explorer(Surroundings surroundings, FlowGraph flow, VerifierLog log, StateObserver observer) {
        this.surroundings = surroundings;
        this.flow = flow;
        this.log = log;
        this.observer = observer;
        code = surroundings.spec().code();
        liveness = new Liveness(code, surroundings.helpers());
        memory = new MemoryRules(surroundings);
        arithmetic = new ArithmeticRules(surroundings, memory);
        branches = new BranchRules(surroundings, memory);
        helpers = new HelperRules(surroundings, memory);
        functions = new FunctionRules(surroundings, memory, flow);
        loops = new LoopTable(flow, code);
        sources = surroundings.sources();
        missing = surroundings.spec().missing();
    }

    FunctionRules functions() {
        return functions;
    }

    LoopTable loops() {
        return loops;
    }

    Statistics statistics(int stackBytes) {
        return new Statistics(
                walked, states, peak, mostPending, stackBytes, Duration.ofNanos(System.nanoTime() - start));
    }

    /** Walks all paths from a state. */
    void explore(PathState first) {
        stored.clear();
        kept = 0;
        pending.push(first);
        while (!pending.isEmpty()) {
            PathState state = pending.pop();
            walk(state);
            finish(state);
        }
    }

    private void walk(PathState state) {
        boolean goesOn = true;
        while (goesOn) {
            checkLimits(state);
            loops.arrive(state);
            if (flow.isMeeting(state.slot) && meets(state)) {
                log.ends(state);
                return;
            }
            Instruction instruction = code.at(state.slot);
            if (instruction == null) {
                throw new IllegalStateException("no instruction at " + state.slot);
            }
            surroundings.facts().reached(state.slot);
            if (missing.contains(state.slot)) {
                throw missing(state);
            }
            walked++;
            int slot = state.slot;
            observer.before(state);
            log.before(state, slot, instruction);
            goesOn = step(state, instruction);
            log.after(state, slot, instruction);
        }
    }

    /** Walks one instruction; whether the path goes on behind it. */
    private boolean step(PathState state, Instruction instruction) {
        switch (instruction) {
            case Instruction.Alu alu -> {
                addPending(arithmetic.split(state, alu), state);
                Source target = sources.of(state.get(alu.dst()));
                Source operand = sources.of(state, alu.src());
                arithmetic.alu(state, alu);
                sources.computed(state, alu, target, operand);
            }
            case Instruction.Negate negate -> {
                Source target = sources.of(state.get(negate.dst()));
                arithmetic.negate(state, negate);
                sources.negated(state, negate, target);
            }
            case Instruction.MoveSigned move -> {
                Source from = sources.of(state.get(move.src()));
                arithmetic.moveSigned(state, move);
                sources.extended(state, move, from);
            }
            case Instruction.ByteSwap swap -> {
                Source from = sources.of(state.get(swap.dst()));
                arithmetic.swap(state, swap);
                sources.swapped(state, swap, from);
            }
            case Instruction.LoadWide load -> loadWide(state, load);
            case Instruction.Load load -> {
                Value base = state.get(load.base());
                memory.load(state, load);
                sources.loaded(state, state.slot, load, base);
            }
            case Instruction.Store store -> memory.store(state, store);
            case Instruction.Atomic atomic -> memory.atomic(state, atomic);
            case Instruction.OrderedAccess access -> memory.ordered(state, access);
            case Instruction.Jump jump -> {
                jumps++;
                state.slot += 1 + jump.offset();
                return true;
            }
            case Instruction.Branch branch -> {
                jumps++;
                branch(state, branch);
                return true;
            }
            case Instruction.Call call -> {
                jumps++;
                call(state, call);
                return true;
            }
            case Instruction.Exit _ -> {
                return exit(state);
            }
            case Instruction.LoadPacket _, Instruction.CallRegister _ ->
                throw surroundings.refuse(state.slot, ViolationKind.FORM, "instruction that no XDP program may use");
        }
        state.slot += instruction.slots();
        return true;
    }

    private void branch(PathState state, Instruction.Branch branch) {
        int slot = state.slot;
        Source left = sources.of(state.get(branch.dst()));
        Source right = sources.of(state, branch.src());
        PathState other = branches.walk(state, branch);
        boolean isOnlyWay = other == null && branch.offset() != 0;
        boolean jumps = state.slot != slot + 1;
        surroundings.facts().branch(slot, !isOnlyWay || jumps, !isOnlyWay || !jumps, left, right);
        addPending(other, state);
    }

    private void loadWide(PathState state, Instruction.LoadWide load) {
        Value value = switch (load.kind()) {
            case VALUE -> ScalarValue.constant(load.value());
            case MAP_INDEX -> {
                surroundings.facts().map(load.immediate());
                yield PointerValue.map(surroundings.map(load.immediate()));
            }
            case MAP_INDEX_VALUE -> {
                surroundings.facts().map(load.immediate());
                yield PointerValue.mapValue(surroundings.map(load.immediate())).moved(load.nextImmediate());
            }
            case FUNCTION -> functions.address(state, state.slot + 1 + load.immediate());
            case MAP_FD, MAP_FD_VALUE, VARIABLE ->
                throw surroundings.refuse(state.slot, ViolationKind.FORM, "unrecognized bpf_ld_imm64 insn");
        };
        state.set(load.dst(), value);
    }

    private void call(PathState state, Instruction.Call call) {
        switch (call.kind()) {
            case LOCAL -> functions.call(state, state.slot + 1 + call.target());
            case HELPER -> {
                int slot = state.slot;
                addPending(helpers.walk(state, call.target()), state);
                sources.returned(state, slot, call.target());
                if (helpers.isTailCall(call.target()) && state.depth() > 1) {
                    addPending(tailCalled(state), state);
                }
            }
            case KFUNC -> throw missing(state);
        }
    }

    private Refusal missing(PathState state) {
        String what = String.valueOf(surroundings.spec().missingAt(state.slot));
        return surroundings.refuse(state, ViolationKind.UNRESOLVED, what, "something that exists here", what);
    }

    /** A tail call that succeeds returns to the function's caller, whatever the other program did and answered. */
    private PathState tailCalled(PathState state) {
        PathState returned = state.fork();
        HelperRules.forgetPackets(returned);
        returned.set(0, ScalarValue.unknown());
        returned.slot = state.slot - 1;
        boolean _ = exit(returned);
        return returned;
    }

    private boolean exit(PathState state) {
        boolean isCallback = state.current().isCallback;
        if (!functions.exit(state)) {
            return false;
        }
        if (isCallback) {
            widen(state);
        }
        return true;
    }

    private void addPending(@Nullable PathState other, PathState state) {
        if (other == null) {
            return;
        }
        if (state.parent != null) {
            state.parent.opened();
        }
        pending.push(other);
        mostPending = Math.max(mostPending, pending.size());
        if (pending.size() > VerifierOptions.MAX_PENDING) {
            throw tooComplex(
                    state,
                    "The sequence of " + pending.size() + " jumps is too complex.",
                    "at most " + VerifierOptions.MAX_PENDING + " branches waiting");
        }
    }

    private Refusal tooComplex(PathState state, String message, String required) {
        return surroundings.refuse(
                state,
                ViolationKind.TOO_COMPLEX,
                message,
                required,
                walked + " instructions walked, " + states + " states stored");
    }

    private void checkLimits(PathState state) {
        VerifierOptions options = surroundings.options();
        if (walked >= options.maxInstructions()) {
            throw tooComplex(
                    state,
                    "BPF program is too large. Processed " + (walked + 1) + " insn",
                    "at most " + options.maxInstructions() + " instructions walked");
        }
        if ((walked & CLOCK_MASK) == 0) {
            long nanos = System.nanoTime() - start;
            if (nanos > options.maxTime().toNanos()) {
                throw tooComplex(
                        state,
                        "BPF program is too complex: not verified after " + nanos / 1_000_000 + " ms",
                        "a verdict within " + options.maxTime().toMillis() + " ms");
            }
        }
    }

    /** A path has come to its end, and perhaps states that were stored on it. */
    private void finish(PathState state) {
        Checkpoint each = state.parent;
        while (each != null && each.closed()) {
            loops.finish(each);
            each = each.parent();
        }
    }

    /** Whether the path can end here; stores its state where it cannot and that may help later. */
    private boolean meets(PathState state) {
        forget(state);
        List<Checkpoint> here = stored.computeIfAbsent(state.slot, each -> new ArrayList<>());
        boolean callsBack = flow.callsBack(state.slot);
        boolean isWorthIt = callsBack || hasWalked(MIN_JUMPS, MIN_INSTRUCTIONS);
        Iterator<Checkpoint> newestFirst = here.reversed().iterator();
        while (newestFirst.hasNext()) {
            Checkpoint old = newestFirst.next();
            if (!StateComparison.isSamePlace(old.state(), state)) {
                continue;
            }
            if (old.isOpen()) {
                if (meetsOpen(state, old, callsBack)) {
                    loops.meets(state, old);
                    return true;
                }
                isWorthIt &=
                        callsBack || jumps - jumpsAtStore >= LOOP_JUMPS || walked - walkedAtStore >= LOOP_INSTRUCTIONS;
            } else if (covers(old, state, Mode.FINISHED)) {
                old.hit();
                inherit(state, old);
                loops.meets(state, old);
                return true;
            }
            if (isWorthIt && old.missed(callsBack && old.isOpen() ? LOOP_PATIENCE : PATIENCE)) {
                newestFirst.remove();
                kept--;
            }
        }
        if (isWorthIt) {
            store(state, here);
        }
        return false;
    }

    /** Drops what cannot matter any more: registers that nobody reads, groups of one. */
    private void forget(PathState state) {
        groups.clear();
        for (int f = 0; f < state.depth(); f++) {
            FrameState frame = state.frame(f);
            int at = f == state.depth() - 1 ? state.slot : state.frame(f + 1).callSite;
            frame.keep(liveness.before(at));
            frame.forEachNumber(number -> groups.add(number.group()));
        }
        if (groups.hasSingle()) {
            state.replaceAll(value -> value instanceof ScalarValue number && groups.isSingle(number.group())
                    ? number.grouped(ScalarValue.ALONE, 0)
                    : value);
        }
    }

    private boolean covers(Checkpoint old, PathState state, Mode mode) {
        return StateComparison.covers(
                old, state, mode, liveness, surroundings.options().keepEverything());
    }

    /** The path has come back to a state that it came from. */
    private boolean meetsOpen(PathState state, Checkpoint old, boolean callsBack) {
        if (callsBack) {
            if (covers(old, state, Mode.WITHIN)) {
                old.hit();
                assumeAll(state);
                return true;
            }
        } else if (covers(old, state, Mode.SAME)) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.INFINITE_LOOP,
                    "infinite loop detected at insn " + state.slot,
                    "something that changes from turn to turn",
                    "the same state as one turn before");
        }
        return false;
    }

    /** Whether so much was walked since a state was stored, on whatever path. */
    private boolean hasWalked(int moreJumps, int moreInstructions) {
        return jumps - jumpsAtStore >= moreJumps && walked - walkedAtStore >= moreInstructions;
    }

    private void store(PathState state, List<Checkpoint> here) {
        Checkpoint checkpoint = new Checkpoint(state.stored());
        here.add(checkpoint);
        state.parent = checkpoint;
        walkedAtStore = walked;
        jumpsAtStore = jumps;
        states++;
        kept++;
        peak = Math.max(peak, kept);
        bytes += STATE_BYTES + state.storedBytes();
        if (bytes > VerifierOptions.MAX_BYTES) {
            throw tooComplex(
                    state,
                    "BPF program is too complex: its states take more than " + (VerifierOptions.MAX_BYTES >> 20)
                            + " MiB",
                    "less memory for states");
        }
    }

    /** What mattered on the paths from the old state matters in this one, too. */
    private void inherit(PathState state, Checkpoint checkpoint) {
        PathState old = checkpoint.state();
        for (int f = 0; f < old.depth(); f++) {
            FrameState oldFrame = old.frame(f);
            FrameState frame = state.frame(f);
            state.markRead(f, checkpoint.read(f));
            int at = f == old.depth() - 1 ? state.slot : old.frame(f + 1).callSite;
            int live = liveness.before(at);
            for (int r = 0; r < Instruction.REGISTERS - 1; r++) {
                if (((live >>> r) & 1) != 0) {
                    inherit(oldFrame.get(r), frame.get(r));
                }
            }
            for (int s = 0; s < Math.min(oldFrame.slots(), frame.slots()); s++) {
                if (((checkpoint.read(f) >>> s) & 1) != 0) {
                    inherit(oldFrame.slot(s).spilled(), frame.slot(s).spilled());
                }
            }
        }
    }

    private static void inherit(@Nullable Value old, @Nullable Value value) {
        if (old instanceof ScalarValue a && value instanceof ScalarValue b) {
            b.require(a.precision());
        }
    }

    /** Nobody knows yet what will matter: everything may. */
    private static void assumeAll(PathState state) {
        for (int f = 0; f < state.depth(); f++) {
            FrameState frame = state.frame(f);
            state.markRead(f, -1);
            for (int r = 0; r < Instruction.REGISTERS - 1; r++) {
                assume(frame.get(r));
            }
            for (int s = 0; s < frame.slots(); s++) {
                assume(frame.slot(s).spilled());
            }
        }
    }

    private static void assume(@Nullable Value value) {
        if (value instanceof ScalarValue number) {
            number.require(Precision.ASSUMED);
        }
    }

    /**
     * A callback has returned. Numbers that it changed and that nothing depends on may be anything, so that
     * the turns of a loop come to an end: {@code widen_imprecise_scalars}.
     */
    private static void widen(PathState state) {
        Checkpoint before = state.parent;
        while (before != null
                && !(before.state().slot == state.slot && StateComparison.isSamePlace(before.state(), state))) {
            before = before.parent();
        }
        if (before == null) {
            return;
        }
        for (int f = 0; f < state.depth(); f++) {
            FrameState old = before.state().frame(f);
            FrameState frame = state.frame(f);
            for (int r = 0; r < Instruction.REGISTERS - 1; r++) {
                frame.set(r, widened(old.get(r), frame.get(r), Long.BYTES));
            }
            for (int s = 0; s < Math.min(old.slots(), frame.slots()); s++) {
                StackSlot slot = frame.slot(s);
                if (slot.spilled() != null && old.slot(s).spilled() != null) {
                    frame.replaceSpilled(s, widened(old.slot(s).spilled(), slot.spilled(), slot.spilledBytes()));
                }
            }
        }
    }

    private static Value widened(@Nullable Value old, Value value, int bytes) {
        boolean widens = old instanceof ScalarValue a
                && value instanceof ScalarValue b
                && a.precision() != Precision.NEEDED
                && b.precision() != Precision.NEEDED
                && !a.range().equals(b.range());
        return widens ? ScalarValue.of(Scalar.zeroExtended(bytes * Byte.SIZE)) : value;
    }
}
