// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.BitSet;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.verifier.scalar.Scalar;

/** {@code struct xdp_md}: {@code xdp_is_valid_access}, {@code net/core/filter.c}. */
final class ContextRules {
    private static final int DATA = 0;
    private static final int DATA_END = 4;
    private static final int DATA_META = 8;
    private static final int EGRESS_IFINDEX = 20;
    private static final int END = 24;

    private final Surroundings surroundings;
    private final BitSet loadsOfContext = new BitSet();
    private final BitSet loadsOfMemory = new BitSet();

    ContextRules(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    Value load(PathState state, int register, PointerValue base, int offset, int bytes, boolean isSigned) {
        checkUnmoved(state, register, base);
        boolean isField = bytes == Integer.BYTES && offset >= 0 && offset < END && offset % Integer.BYTES == 0;
        boolean isPointer = offset <= DATA_META;
        boolean isEgress = offset == EGRESS_IFINDEX;
        if (!isField || (isPointer && isSigned) || (isEgress && !hasEgress())) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.CONTEXT,
                    register,
                    "invalid bpf_context access off=" + offset + " size=" + bytes,
                    isEgress && isField
                            ? "a program in section xdp/devmap, for egress_ifindex"
                            : "4 bytes at 0, 4, 8, 12 or 16");
        }
        return switch (offset) {
            case DATA -> PointerValue.plain(PointerKind.PACKET);
            case DATA_END -> PointerValue.plain(PointerKind.PACKET_END);
            case DATA_META -> PointerValue.plain(PointerKind.PACKET_META);
            default -> ScalarValue.of(Scalar.zeroExtended(Integer.SIZE));
        };
    }

    /**
     * An instruction loads from the context on all paths or on none: the kernel replaces those that do, {@code
     * save_aux_ptr_type}.
     */
    void checkSameKind(PathState state, int register, PointerValue base) {
        boolean isContext = base.kind() == PointerKind.CONTEXT;
        (isContext ? loadsOfContext : loadsOfMemory).set(state.slot);
        if (loadsOfContext.get(state.slot) && loadsOfMemory.get(state.slot)) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.CONTEXT,
                    register,
                    "same insn cannot be used with different pointers",
                    isContext
                            ? "other memory than the context, as on another path"
                            : "the context, as on another path");
        }
    }

    private boolean hasEgress() {
        return surroundings.spec().attach() == ProgramSpec.Attach.DEVMAP;
    }

    /** Only the pointer as it was given will do. */
    void checkUnmoved(PathState state, int register, PointerValue base) {
        if (!base.isFixed()) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.CONTEXT,
                    register,
                    "variable ctx access var_off=" + base.variable().bits() + " disallowed",
                    "the context as it was given");
        }
        if (base.fixedOffset() != 0) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.CONTEXT,
                    register,
                    "dereference of modified ctx ptr R" + register + " off=" + base.fixedOffset() + " disallowed",
                    "the context as it was given");
        }
    }

    void refuseWrite(PathState state, int register, PointerValue base, int offset) {
        checkUnmoved(state, register, base);
        throw surroundings.refuse(
                state,
                ViolationKind.CONTEXT,
                register,
                "invalid bpf_context access off=" + offset + ": the context is read only",
                "no write to the context");
    }
}
