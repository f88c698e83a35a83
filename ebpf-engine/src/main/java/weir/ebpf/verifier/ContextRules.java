// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.BitSet;
import weir.ebpf.program.ContextField;
import weir.ebpf.program.ContextLayout;
import weir.ebpf.verifier.scalar.Scalar;

/** Accesses to the context, as {@code check_ctx_access} of {@code kernel/bpf/verifier.c} has them. */
final class ContextRules {
    private final Surroundings surroundings;
    private final ContextLayout layout;
    private final BitSet loadsOfContext = new BitSet();
    private final BitSet loadsOfMemory = new BitSet();

    ContextRules(Surroundings surroundings) {
        this.surroundings = surroundings;
        layout = surroundings.spec().context();
    }

    Value load(PathState state, int register, PointerValue base, int offset, int bytes, boolean isSigned) {
        checkUnmoved(state, register, base);
        ContextField field = layout.loaded(offset, bytes, isSigned);
        if (field == null) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.CONTEXT,
                    register,
                    invalid(offset, bytes),
                    layout == ContextLayout.XDP && ContextLayout.XDP_DEVMAP.loaded(offset, bytes, isSigned) != null
                            ? "a program in section xdp/devmap, for egress_ifindex"
                            : layout.loads());
        }
        return switch (field) {
            case DATA -> PointerValue.plain(PointerKind.PACKET);
            case DATA_END -> PointerValue.plain(PointerKind.PACKET_END);
            case DATA_META -> PointerValue.plain(PointerKind.PACKET_META);
            case INGRESS_PORT, QUEUE, EGRESS_PORT -> {
                surroundings.facts().readsPort();
                yield ScalarValue.of(Scalar.zeroExtended(bytes * Byte.SIZE));
            }
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

    private static String invalid(int offset, int bytes) {
        return "invalid bpf_context access off=" + offset + " size=" + bytes;
    }

    void store(PathState state, int register, PointerValue base, int offset, int bytes, Value value) {
        checkUnmoved(state, register, base);
        if (layout.stored(offset, bytes) == null) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.CONTEXT,
                    register,
                    invalid(offset, bytes) + ": the program may not write there",
                    layout.stores());
        }
        if (!(value instanceof ScalarValue)) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.POINTER_LEAK,
                    "R" + register + " leaks addr into ctx",
                    "a number",
                    Description.of(value));
        }
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
}
