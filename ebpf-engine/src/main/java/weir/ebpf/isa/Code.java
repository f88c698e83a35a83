// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of instructions by slot; immutable.
 *
 * <p>The second slot of a 64-bit immediate holds no instruction: {@link #at} is null there, and a jump
 * to it is an error that the verifier reports.
 */
public final class Code {
    private final @Nullable Instruction[] slots;

    private Code(@Nullable Instruction[] slots) {
        this.slots = slots;
    }

    public static Code of(List<Instruction> instructions) {
        List<@Nullable Instruction> slots = new ArrayList<>();
        for (Instruction instruction : instructions) {
            slots.add(instruction);
            if (instruction.slots() == 2) {
                slots.add(null);
            }
        }
        return new Code(slots.toArray(Instruction[]::new));
    }

    /**
     * The same code with descriptors of maps taken as indices: instructions that were written without an
     * object file name maps so, since there are no descriptors here.
     */
    public Code withDescriptorsAsIndices() {
        @Nullable Instruction[] changed = slots.clone();
        for (int slot = 0; slot < changed.length; slot++) {
            if (changed[slot] instanceof Instruction.LoadWide load) {
                WideKind kind = switch (load.kind()) {
                    case MAP_FD -> WideKind.MAP_INDEX;
                    case MAP_FD_VALUE -> WideKind.MAP_INDEX_VALUE;
                    default -> load.kind();
                };
                changed[slot] = new Instruction.LoadWide(load.dst(), kind, load.immediate(), load.nextImmediate());
            }
        }
        return new Code(changed);
    }

    /** Number of 8-byte slots. */
    public int slots() {
        return slots.length;
    }

    /** The instruction that begins at a slot; null at the second slot of a 64-bit immediate. */
    public @Nullable Instruction at(int slot) {
        return slots[slot];
    }

    /** All instructions in order, without gaps. */
    public List<Instruction> instructions() {
        List<Instruction> all = new ArrayList<>();
        for (Instruction each : slots) {
            if (each != null) {
                all.add(each);
            }
        }
        return all;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Code code && Arrays.equals(slots, code.slots);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(slots);
    }

    @Override
    public String toString() {
        return instructions().toString();
    }
}
