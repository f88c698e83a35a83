// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Instruction;

/**
 * Where a number that a branch compares comes from, as an expression over what a run can be given: bytes of
 * the frame, its length, fields of the context, values of maps. A hint, from paths that were walked: other
 * paths may bring other numbers, so nothing may be proved by it.
 */
public sealed interface Source {
    /** An offset that differs by path, or that is no constant. */
    int VARIABLE = Integer.MIN_VALUE;

    /** Nothing is known. */
    record Unknown() implements Source {}

    /** This number. */
    record Constant(long value) implements Source {}

    /**
     * Bytes of the frame, as a load found them: little endian, zero- or sign-extended.
     *
     * @param slot of the load
     * @param offset from the frame's start, or {@link #VARIABLE}
     * @param bytes 1, 2, 4 or 8
     */
    record FrameBytes(int slot, int offset, int bytes, boolean isSigned) implements Source {}

    /**
     * Bytes of a map's value, as a load found them.
     *
     * @param slot of the load
     * @param map index of the object's map
     * @param offset from the value's start, or {@link #VARIABLE}
     * @param bytes 1, 2, 4 or 8
     */
    record MapBytes(int slot, int map, int offset, int bytes, boolean isSigned) implements Source {}

    /**
     * A field of the context that is a number, loaded whole.
     */
    record ContextField(weir.ebpf.program.ContextField field) implements Source {}

    /**
     * An address in the frame.
     *
     * @param offset from the frame's start, or {@link #VARIABLE}
     */
    record FrameAddress(int offset) implements Source {}

    /** The address behind the frame's last byte. */
    record FrameEnd() implements Source {}

    /**
     * What a lookup gave: an address, or null.
     *
     * @param slot of the call
     * @param map index of the object's map
     */
    record Lookup(int slot, int map) implements Source {}

    /**
     * Another result of a helper: a number, or a reserved record.
     *
     * @param slot of the call
     */
    record Result(int slot, int helper) implements Source {}

    /** Two sources computed with. */
    record Computed(AluOp op, boolean is64, Source left, Source right) implements Source {}

    /** The low bits of a source in another byte order. */
    record Swapped(Instruction.ByteSwap.Order order, int bits, Source of) implements Source {}

    /** Nodes of the expression. */
    default int size() {
        return switch (this) {
            case Computed computed ->
                1 + computed.left().size() + computed.right().size();
            case Swapped swapped -> 1 + swapped.of().size();
            default -> 1;
        };
    }
}
