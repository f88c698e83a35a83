// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.Arrays;
import java.util.function.Consumer;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.ProgramFacts;

/** One call frame on one path: registers and stack; mutable, owned by its {@link PathState}. */
final class FrameState {
    /** Slots of 8 bytes in a frame's stack. */
    static final int STACK_SLOTS = ProgramFacts.FRAME_STACK_BYTES / StackSlot.BYTES;

    /** {@link #callSite} of the outermost frame. */
    static final int NO_CALL = -1;

    private static final int EMPTY_BYTES = 900;
    /** A slot with a number of its own, and places for it here and in the state that goes on. */
    private static final int SLOT_BYTES = 72;

    final int function;
    final int callSite;
    final boolean isCallback;
    /** References held when a callback began: it has to leave just these. */
    final int[] heldAtEntry;

    /** The instruction that was walked last in this frame; -1 before the first. Kept by {@link LoopTable}. */
    int lastSlot = -1;

    /** Jumps back to the heads of the loops that it stands in; never changed in place. */
    int[] backJumps = {};

    /** Turns of a callback that were walked since its helper was reached. */
    int turns;

    /** Bit for each stack slot that was written since the last checkpoint, or that no earlier state has. */
    long written = -1;

    private final Value[] registers;
    private StackSlot[] stack;

    FrameState(int function, int callSite, int frameNumber) {
        this(function, callSite, frameNumber, false, new int[0]);
    }

    FrameState(int function, int callSite, int frameNumber, boolean isCallback, int[] heldAtEntry) {
        this.function = function;
        this.callSite = callSite;
        this.isCallback = isCallback;
        this.heldAtEntry = heldAtEntry;
        registers = new Value[Instruction.REGISTERS];
        Arrays.fill(registers, Undefined.NEVER_WRITTEN);
        registers[Instruction.REGISTERS - 1] = PointerValue.stack(frameNumber);
        stack = new StackSlot[0];
    }

    private FrameState(FrameState other) {
        function = other.function;
        callSite = other.callSite;
        isCallback = other.isCallback;
        heldAtEntry = other.heldAtEntry;
        turns = other.turns;
        lastSlot = other.lastSlot;
        backJumps = other.backJumps;
        written = other.written;
        registers = other.registers.clone();
        stack = other.stack.clone();
    }

    FrameState copy() {
        return new FrameState(this);
    }

    /** A copy whose numbers can become precise for themselves, and make those of this one so. */
    FrameState stored() {
        FrameState stored = new FrameState(this);
        for (int i = 0; i < registers.length; i++) {
            registers[i] = unmarked(registers[i]);
            stored.registers[i] = registers[i];
        }
        for (int i = 0; i < stack.length; i++) {
            Value spilled = stack[i].spilled();
            if (spilled instanceof ScalarValue) {
                stack[i] = stack[i].with(unmarked(spilled));
                stored.stack[i] = stack[i];
            }
        }
        return stored;
    }

    /** What {@link #stored} takes, about. */
    int storedBytes() {
        return EMPTY_BYTES + stack.length * SLOT_BYTES;
    }

    private static Value unmarked(Value value) {
        return value instanceof ScalarValue number ? number.copy() : value;
    }

    Value get(int register) {
        return registers[register];
    }

    void set(int register, Value value) {
        registers[register] = value;
    }

    /** Makes registers undefined that no bit is set for. */
    void keep(int live) {
        for (int i = 0; i < registers.length - 1; i++) {
            if (((live >>> i) & 1) == 0) {
                registers[i] = Undefined.NEVER_WRITTEN;
            }
        }
    }

    void forEachNumber(Consumer<ScalarValue> action) {
        for (Value value : registers) {
            if (value instanceof ScalarValue number) {
                action.accept(number);
            }
        }
        for (StackSlot slot : stack) {
            if (slot.spilled() instanceof ScalarValue number) {
                action.accept(number);
            }
        }
    }

    /** Stack slots that were ever written. */
    int slots() {
        return stack.length;
    }

    StackSlot slot(int index) {
        return index < stack.length ? stack[index] : StackSlot.EMPTY;
    }

    /**
     * Puts a slot.
     *
     * @param isWhole whether all its bytes are written for sure: only then earlier states need not care
     *     what is there
     */
    void setSlot(int index, StackSlot slot, boolean isWhole) {
        if (index >= stack.length) {
            int old = stack.length;
            stack = Arrays.copyOf(stack, index + 1);
            Arrays.fill(stack, old, index + 1, StackSlot.EMPTY);
        }
        stack[index] = slot;
        if (isWhole) {
            written |= 1L << index;
        }
    }

    /** Puts another value in place of the spilled one; not a write, since the memory stays what it is. */
    void replaceSpilled(int index, Value value) {
        stack[index] = stack[index].with(value);
    }

    /** Slot of an offset from r10, -1 to -512. */
    static int slotOf(int offset) {
        return (-offset - 1) / StackSlot.BYTES;
    }

    /** Byte in its slot of an offset from r10. */
    static int byteOf(int offset) {
        return offset & (StackSlot.BYTES - 1);
    }
}
