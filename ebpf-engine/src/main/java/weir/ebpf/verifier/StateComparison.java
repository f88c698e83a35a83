// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Instruction;
import weir.ebpf.verifier.ScalarValue.Precision;

/**
 * Whether all that can happen from one state can happen from a stored one, which was walked from before:
 * {@code states_equal} of {@code kernel/bpf/verifier.c}.
 */
final class StateComparison {
    /** What has to agree. */
    enum Mode {
        /** The stored state was walked to all its ends: only what mattered there. */
        FINISHED,
        /** It was not: everything that the new state can be, the stored one can be. */
        WITHIN,
        /** Both are the same. */
        SAME
    }

    private final Liveness liveness;
    private final boolean keepsEverything;
    private final Mode mode;
    private final Checkpoint stored;
    private final IdPairs ids = new IdPairs();

    private StateComparison(Liveness liveness, boolean keepsEverything, Mode mode, Checkpoint stored) {
        this.liveness = liveness;
        this.keepsEverything = keepsEverything;
        this.mode = mode;
        this.stored = stored;
    }

    static boolean covers(Checkpoint stored, PathState state, Mode mode, Liveness liveness, boolean keepsEverything) {
        return new StateComparison(liveness, keepsEverything, mode, stored).covers(state);
    }

    /** Whether both stand in the same calls. */
    static boolean isSamePlace(PathState a, PathState b) {
        if (a.depth() != b.depth()) {
            return false;
        }
        for (int i = 0; i < a.depth(); i++) {
            FrameState one = a.frame(i);
            FrameState other = b.frame(i);
            if (one.callSite != other.callSite
                    || one.function != other.function
                    || one.isCallback != other.isCallback) {
                return false;
            }
        }
        return true;
    }

    private boolean covers(PathState state) {
        PathState old = stored.state();
        if (!coversHeld(old, state)) {
            return false;
        }
        for (int i = old.depth() - 1; i >= 0; i--) {
            FrameState oldFrame = old.frame(i);
            FrameState frame = state.frame(i);
            int at = i == old.depth() - 1 ? state.slot : old.frame(i + 1).callSite;
            if (!coversTurns(oldFrame, frame)
                    || !coversRegisters(oldFrame, frame, liveness.before(at))
                    || !coversStack(i, oldFrame, frame)) {
                return false;
            }
        }
        return true;
    }

    /** A loop of which fewer turns were walked has more to come; one that goes on to its next turn does not stand still. */
    private boolean coversTurns(FrameState old, FrameState frame) {
        return mode == Mode.SAME ? old.turns == frame.turns : old.turns <= frame.turns;
    }

    private boolean coversHeld(PathState old, PathState state) {
        int[] oldReferences = old.references();
        int[] references = state.references();
        if (oldReferences.length != references.length || (old.lock == null) != (state.lock == null)) {
            return false;
        }
        for (int i = 0; i < references.length; i++) {
            if (!isSameId(oldReferences[i], references[i])) {
                return false;
            }
        }
        return old.lock == null || state.lock == null || coversPointer(old.lock, state.lock);
    }

    private boolean coversRegisters(FrameState old, FrameState frame, int live) {
        for (int register = 0; register < Instruction.REGISTERS - 1; register++) {
            if (((live >>> register) & 1) != 0 && !covers(old.get(register), frame.get(register))) {
                return false;
            }
        }
        return true;
    }

    private boolean coversStack(int frameNumber, FrameState old, FrameState frame) {
        boolean comparesAll = keepsEverything || mode != Mode.FINISHED;
        for (int i = 0; i < old.slots(); i++) {
            boolean matters = comparesAll || ((stored.read(frameNumber) >>> i) & 1) != 0;
            if (matters && !coversSlot(old.slot(i), frame.slot(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean coversSlot(StackSlot old, StackSlot slot) {
        int spilled = old.spilledBytes();
        if (spilled > 0 && !coversSpill(old, slot, spilled)) {
            return false;
        }
        for (int i = spilled; i < StackSlot.BYTES; i++) {
            if (!coversByte(old.kind(i), slot, i)) {
                return false;
            }
        }
        return true;
    }

    private boolean coversSpill(StackSlot old, StackSlot slot, int bytes) {
        Value value = old.spilled();
        if (value == null) {
            return false;
        }
        if (slot.spilledBytes() == bytes && slot.spilled() != null) {
            return covers(value, slot.spilled());
        }
        boolean mayBeAnything = value instanceof ScalarValue number && mayBeAnything(number);
        for (int i = 0; i < bytes; i++) {
            if (!mayBeAnything || !coversByte(StackSlot.ANYTHING, slot, i)) {
                return false;
            }
        }
        return true;
    }

    private boolean mayBeAnything(ScalarValue old) {
        return mode == Mode.FINISHED && !keepsEverything && old.precision() == Precision.ANY;
    }

    private static boolean coversByte(int old, StackSlot slot, int index) {
        int kind = slot.kind(index);
        boolean isNumber = kind == StackSlot.ANYTHING
                || kind == StackSlot.ZERO
                || (kind == StackSlot.SPILL && slot.spilled() instanceof ScalarValue);
        return switch (old) {
            // A helper that should fill it and fails leaves what is there.
            case StackSlot.NOTHING -> !slot.holdsAddressAt(index);
            case StackSlot.REMAINS -> true;
            case StackSlot.ANYTHING -> isNumber;
            default -> kind == old;
        };
    }

    private boolean covers(Value old, Value value) {
        return switch (old) {
            // Nobody reads it, but for addresses from before, which may be compared.
            case Undefined undefined ->
                undefined.isCopied() ? undefined.equals(value) : mode != Mode.SAME || value instanceof Undefined;
            case ScalarValue a -> value instanceof ScalarValue b && coversNumber(a, b);
            case PointerValue a -> value instanceof PointerValue b && coversPointer(a, b);
        };
    }

    private boolean coversNumber(ScalarValue old, ScalarValue number) {
        if (mayBeAnything(old)) {
            return true;
        }
        boolean isInRange = mode == Mode.SAME
                ? old.range().equals(number.range())
                : old.range().contains(number.range());
        if (!isInRange || old.group() == ScalarValue.ALONE || old.range().isConstant()) {
            return isInRange;
        }
        return number.group() != ScalarValue.ALONE
                && old.distance() == number.distance()
                && isSameId(old.group(), number.group());
    }

    private boolean coversPointer(PointerValue old, PointerValue pointer) {
        boolean isAlike = old.kind() == pointer.kind()
                && old.orNull() == pointer.orNull()
                && old.offset() == pointer.offset()
                && old.place() == pointer.place()
                && isSame(old.map(), pointer.map())
                && isSameId(old.id(), pointer.id())
                && isSameId(old.reference(), pointer.reference());
        if (!isAlike) {
            return false;
        }
        if (mode == Mode.SAME) {
            return old.variable().equals(pointer.variable()) && old.bytes() == pointer.bytes();
        }
        boolean hasBytes =
                old.kind().isPacketMemory() ? old.bytes() <= pointer.bytes() : old.bytes() == pointer.bytes();
        return hasBytes && old.variable().contains(pointer.variable());
    }

    private static boolean isSame(@Nullable MapReference a, @Nullable MapReference b) {
        if (a == null || b == null) {
            return a == null && b == null;
        }
        return a.index() == b.index()
                && (a.index() != MapReference.INNER || a.spec().equals(b.spec()));
    }

    /** Ids only tell apart: each of the one state must stand for one of the other. */
    private boolean isSameId(int old, int id) {
        return (old == 0 || id == 0) ? old == id : ids.pairs(old, id);
    }

    /** Which id of one state stands for which of the other; few, so they are searched one by one. */
    private static final class IdPairs {
        private static final int[] NONE = {};
        private static final int GROWTH = 16;

        private int[] pairs = NONE;
        private int count;

        /** Pairs two ids; whether neither is paired with another one. */
        boolean pairs(int old, int id) {
            for (int i = 0; i < count; i += 2) {
                if (pairs[i] == old || pairs[i + 1] == id) {
                    return pairs[i] == old && pairs[i + 1] == id;
                }
            }
            if (count == pairs.length) {
                pairs = Arrays.copyOf(pairs, count + GROWTH);
            }
            pairs[count++] = old;
            pairs[count++] = id;
            return true;
        }
    }
}
