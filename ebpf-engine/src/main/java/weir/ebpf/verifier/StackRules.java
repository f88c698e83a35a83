// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import weir.ebpf.program.ProgramFacts;
import weir.ebpf.verifier.ScalarValue.Precision;
import weir.ebpf.verifier.scalar.Scalar;
import weir.ebpf.verifier.scalar.ScalarArithmetic;

/** What may be done to the stack, and what it holds then: {@code check_stack_*} of {@code kernel/bpf/verifier.c}. */
final class StackRules {
    private static final int LOWEST = -ProgramFacts.FRAME_STACK_BYTES;

    private final Surroundings surroundings;

    StackRules(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Bytes of one frame that an access may touch; {@code isFixed} if just these. */
    private record Range(FrameState frame, int frameNumber, int from, int to, boolean isFixed) {
        int bytes() {
            return to - from;
        }

        int firstSlot() {
            return FrameState.slotOf(to - 1);
        }

        int lastSlot() {
            return FrameState.slotOf(from);
        }

        /** Bits of the slots that are touched. */
        long slots() {
            long bits = 0;
            for (int slot = firstSlot(); slot <= lastSlot(); slot++) {
                bits |= 1L << slot;
            }
            return bits;
        }

        private StackSlot slotAt(int offset) {
            return frame.slot(FrameState.slotOf(offset));
        }

        int kindAt(int offset) {
            return slotAt(offset).kind(FrameState.byteOf(offset));
        }
    }

    private Range range(PathState state, int register, PointerValue base, int offset, long bytes, String verb) {
        Scalar variable = base.variable();
        long from = base.offset() + (long) offset + variable.smin();
        long to = base.offset() + (long) offset + variable.smax() + bytes;
        boolean isBounded = variable.smin() > Integer.MIN_VALUE && variable.smax() < Integer.MAX_VALUE;
        if (!isBounded || from < LOWEST || from >= 0 || to > 0) {
            String where = base.isFixed() ? "off=" + (base.fixedOffset() + offset) : "var_off=" + variable.bits();
            throw surroundings.refuse(
                    state,
                    ViolationKind.STACK_BOUNDS,
                    register,
                    "invalid " + verb + " stack R" + register + ' ' + where + " size=" + bytes,
                    "room for " + bytes + (bytes == 1 ? " byte" : " bytes") + " between fp" + LOWEST + " and fp-1"
                            + (isBounded ? "; the access reaches from " + place(from) + " to " + place(to - 1) : ""));
        }
        surroundings.facts().stack(state, base.place(), (int) from);
        return new Range(state.frame(base.place()), base.place(), (int) from, (int) to, base.isFixed());
    }

    /** As the log writes it, where the frame pointer itself is no place of the stack. */
    private static String place(long offset) {
        return offset < 0 ? "fp" + offset : "fp+" + offset;
    }

    private void checkAligned(PathState state, int register, PointerValue base, int offset, int bytes) {
        long whole = base.offset() + (long) offset;
        boolean isAligned = base.variable().bits().isAligned(bytes) && whole % bytes == 0;
        if (!isAligned) {
            String where = base.isFixed()
                    ? String.valueOf(base.fixedOffset() + offset)
                    : base.variable().bits() + "+" + whole;
            throw surroundings.refuse(
                    state,
                    ViolationKind.MISALIGNED,
                    register,
                    "misaligned stack access off " + where + " size " + bytes,
                    "an offset that is a multiple of " + bytes);
        }
    }

    /** What a load of 1 to 8 bytes gives, zero-extended. */
    Value load(PathState state, int register, PointerValue base, int offset, int bytes) {
        checkAligned(state, register, base, offset, bytes);
        Range range = range(state, register, base, offset, bytes, "read from");
        state.markRead(range.frameNumber, range.slots());
        if (range.isFixed) {
            StackSlot slot = range.slotAt(range.from);
            if (FrameState.byteOf(range.from) == 0 && slot.spilledBytes() >= bytes && slot.spilled() != null) {
                return filled(state, register, slot, bytes);
            }
        }
        checkReadable(state, register, range);
        return isZero(range) ? ScalarValue.constant(0) : ScalarValue.of(Scalar.zeroExtended(bytes * Byte.SIZE));
    }

    /** A spilled value, whole or its low part. */
    private Value filled(PathState state, int register, StackSlot slot, int bytes) {
        return switch (slot.spilled()) {
            case ScalarValue number ->
                bytes == slot.spilledBytes()
                        ? number.copy()
                        : ScalarValue.from(ScalarArithmetic.truncate(bytes, false, number.range()), number, null);
            case PointerValue pointer when bytes == StackSlot.BYTES -> pointer;
            case Undefined undefined -> undefined;
            case null, default ->
                throw surroundings.refuse(
                        state,
                        ViolationKind.POINTER_LEAK,
                        register,
                        "invalid size of register fill",
                        "all 8 bytes of a spilled pointer");
        };
    }

    private void checkReadable(PathState state, int register, Range range) {
        for (int offset = range.from; offset < range.to; offset++) {
            int kind = range.kindAt(offset);
            if (kind == StackSlot.NOTHING || kind == StackSlot.REMAINS) {
                throw undefined(state, register, range, offset);
            }
            if (kind == StackSlot.SPILL && !(range.slotAt(offset).spilled() instanceof ScalarValue)) {
                boolean isPointer = range.slotAt(offset).holdsPointer();
                throw isPointer ? leak(state, register, offset) : undefined(state, register, range, offset);
            }
        }
    }

    /** A helper that fails leaves what was there, and nobody knows afterwards that it is a pointer. */
    private void checkNoPointers(PathState state, int register, Range range) {
        for (int offset = range.from; offset < range.to; offset++) {
            if (range.slotAt(offset).holdsAddressAt(FrameState.byteOf(offset))) {
                throw surroundings.refuse(
                        state,
                        ViolationKind.POINTER_LEAK,
                        register,
                        "R" + register + " attempt to corrupt spilled pointer on stack",
                        "bytes without pointers");
            }
        }
    }

    private Refusal undefined(PathState state, int register, Range range, int offset) {
        return surroundings.refuse(
                state,
                ViolationKind.STACK_UNDEFINED,
                "invalid read from stack R" + register + " off " + range.from + '+' + (offset - range.from) + " size "
                        + range.bytes(),
                "bytes that were written before on every path",
                "the byte at fp" + offset + " was not written on this path");
    }

    private Refusal leak(PathState state, int register, int offset) {
        return surroundings.refuse(
                state,
                ViolationKind.POINTER_LEAK,
                "R" + register + " leaks an address from the stack",
                "bytes without pointers",
                "a pointer is stored at fp" + offset);
    }

    /** Whether all bytes are known to be 0; what tells so matters then. */
    private static boolean isZero(Range range) {
        for (int offset = range.from; offset < range.to; offset++) {
            int kind = range.kindAt(offset);
            boolean isZero = kind == StackSlot.ZERO
                    || (kind == StackSlot.SPILL
                            && range.slotAt(offset).spilled() instanceof ScalarValue number
                            && number.is(0));
            if (!isZero) {
                return false;
            }
        }
        for (int slot = range.firstSlot(); slot <= range.lastSlot(); slot++) {
            if (range.frame.slot(slot).spilled() instanceof ScalarValue number) {
                number.require(Precision.NEEDED);
            }
        }
        return true;
    }

    /** Stores the low 1 to 8 bytes of a value. */
    void store(PathState state, int register, PointerValue base, int offset, int bytes, Value value) {
        checkAligned(state, register, base, offset, bytes);
        Range range = range(state, register, base, offset, bytes, "write to");
        if (!(value instanceof ScalarValue)) {
            checkSpill(state, range, value);
        }
        boolean isZero = value instanceof ScalarValue number && number.is(0);
        if (!range.isFixed) {
            blur(range, isZero, value);
            return;
        }
        int index = FrameState.slotOf(range.from);
        int inSlot = FrameState.byteOf(range.from);
        StackSlot slot = range.frame.slot(index);
        boolean isWhole = bytes == StackSlot.BYTES;
        if (inSlot == 0) {
            range.frame.setSlot(index, slot.spill(narrowed(value, bytes), bytes), isWhole);
            return;
        }
        if (isZero) {
            require(value);
        }
        range.frame.setSlot(index, slot.fill(inSlot, bytes, isZero ? StackSlot.ZERO : StackSlot.ANYTHING), isWhole);
    }

    private static void require(Value value) {
        if (value instanceof ScalarValue number) {
            number.require(Precision.NEEDED);
        }
    }

    private static Value narrowed(Value value, int bytes) {
        if (bytes == StackSlot.BYTES || !(value instanceof ScalarValue number)) {
            return value;
        }
        Scalar low = ScalarArithmetic.truncate(bytes, false, number.range());
        boolean isSame = Long.compareUnsigned(number.range().umax(), -1L >>> (Long.SIZE - bytes * Byte.SIZE)) <= 0;
        return isSame ? number.copy() : ScalarValue.from(low, number, null);
    }

    private void checkSpill(PathState state, Range range, Value value) {
        if (!range.isFixed || range.bytes() != StackSlot.BYTES) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.POINTER_LEAK,
                    "invalid size of register spill",
                    "all 8 bytes of a pointer, at a constant offset",
                    range.bytes() + " bytes" + (range.isFixed ? "" : " at an offset that varies"));
        }
        if (value instanceof PointerValue pointer
                && (pointer.kind() == PointerKind.STACK || pointer.kind() == PointerKind.MAP_KEY)
                && range.frameNumber != state.depth() - 1) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.POINTER_LEAK,
                    "cannot spill pointers to " + (pointer.kind() == PointerKind.STACK ? "stack" : "a map's key")
                            + " into stack frame of the caller",
                    "a pointer that outlives the function",
                    "a pointer to " + pointer.kind().words());
        }
    }

    /** One of many places is written, nobody knows which: the others keep what they have, addresses among it. */
    private static void blur(Range range, boolean isZero, Value value) {
        boolean needsZero = false;
        for (int offset = range.from; offset < range.to; offset++) {
            int kind = range.kindAt(offset);
            boolean keepsZero = isZero && kind == StackSlot.ZERO;
            needsZero |= keepsZero;
            if (kind != StackSlot.NOTHING && !keepsZero) {
                StackSlot slot = range.slotAt(offset);
                int inSlot = FrameState.byteOf(offset);
                int blurred = slot.holdsAddressAt(inSlot) ? StackSlot.REMAINS : StackSlot.ANYTHING;
                range.frame.setSlot(FrameState.slotOf(offset), slot.fill(inSlot, 1, blurred), false);
            }
        }
        if (needsZero) {
            require(value);
        }
    }

    /** Checks bytes that a helper or function reads. */
    void read(PathState state, int register, PointerValue base, long bytes) {
        Range range = range(state, register, base, 0, bytes, "read from");
        state.markRead(range.frameNumber, range.slots());
        checkReadable(state, register, range);
    }

    /** Checks bytes that a helper writes all, unless it fails, and notes that they are written. */
    void fill(PathState state, int register, PointerValue base, long bytes) {
        Range range = range(state, register, base, 0, bytes, "write to");
        state.markRead(range.frameNumber, range.slots());
        if (!range.isFixed) {
            checkReadable(state, register, range);
        }
        checkNoPointers(state, register, range);
        overwrite(range);
    }

    /** Checks bytes that a helper or function reads and may write. */
    void readAndWrite(PathState state, int register, PointerValue base, long bytes) {
        Range range = range(state, register, base, 0, bytes, "read from");
        state.markRead(range.frameNumber, range.slots());
        checkReadable(state, register, range);
        overwrite(range);
    }

    private static void overwrite(Range range) {
        for (int offset = range.from; offset < range.to; ) {
            int index = FrameState.slotOf(offset);
            int inSlot = FrameState.byteOf(offset);
            int count = Math.min(StackSlot.BYTES - inSlot, range.to - offset);
            boolean isWhole = range.isFixed && count == StackSlot.BYTES;
            range.frame.setSlot(index, range.frame.slot(index).fill(inSlot, count, StackSlot.ANYTHING), isWhole);
            offset += count;
        }
    }

    /**
     * The number in 4 bytes of stack, if it is known: a constant key. What tells so matters then.
     *
     * @return the number, or -1
     */
    long constantWord(PathState state, PointerValue base) {
        long at = base.isFixed() ? base.fixedOffset() : 0;
        if (at >= 0 || at < LOWEST) {
            return -1;
        }
        FrameState frame = state.frame(base.place());
        StackSlot slot = frame.slot(FrameState.slotOf((int) at));
        int inSlot = FrameState.byteOf((int) at);
        if (inSlot == 0 && slot.spilledBytes() >= Integer.BYTES && slot.spilled() instanceof ScalarValue number) {
            if (!number.range().isConstant32()) {
                return -1;
            }
            number.require(Precision.NEEDED);
            return Integer.toUnsignedLong(number.range().value32());
        }
        for (int i = inSlot; i < inSlot + Integer.BYTES; i++) {
            if (i >= StackSlot.BYTES || slot.kind(i) != StackSlot.ZERO) {
                return -1;
            }
        }
        return 0;
    }
}
