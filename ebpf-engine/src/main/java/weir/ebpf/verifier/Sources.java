// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.HashMap;
import java.util.Map;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.program.ContextField;
import weir.ebpf.program.ContextLayout;
import weir.ebpf.program.Source;

/** Follows where numbers come from, for {@link Source}; after each instruction, since nothing is proved by it. */
final class Sources {
    private static final Source UNKNOWN = new Source.Unknown();
    private static final Source END = new Source.FrameEnd();
    private static final Source LOW_WORD = new Source.Constant(0xffff_ffffL);
    /** Larger expressions are not worth following. */
    private static final int MAX_SIZE = 24;

    /** Calls by the id of what they gave, which may be null. */
    private final Map<Integer, Source> given = new HashMap<>();

    private final ContextLayout layout;

    /** @param layout of the program's context */
    Sources(ContextLayout layout) {
        this.layout = layout;
    }

    /** Where a value comes from. */
    Source of(Value value) {
        return switch (value) {
            case ScalarValue number -> {
                Source source = number.source();
                if (source != null) {
                    yield source;
                }
                yield number.range().isConstant()
                        ? new Source.Constant(number.range().value())
                        : UNKNOWN;
            }
            case PointerValue pointer when pointer.orNull() -> given.getOrDefault(pointer.id(), UNKNOWN);
            case PointerValue pointer when pointer.kind() == PointerKind.PACKET_END -> END;
            case PointerValue pointer
            when pointer.kind() == PointerKind.PACKET -> new Source.FrameAddress(offset(pointer, 0));
            default -> UNKNOWN;
        };
    }

    private static int offset(PointerValue base, int more) {
        return base.isFixed() ? (int) base.fixedOffset() + more : Source.VARIABLE;
    }

    private Source field(Instruction.Load load, int bytes) {
        ContextField field = layout.whole(load.offset(), bytes);
        return field == null || field.isPointer() || load.signed() ? UNKNOWN : new Source.ContextField(field);
    }

    /** What an operand held before the instruction. */
    Source of(PathState state, Operand operand) {
        return switch (operand) {
            case Operand.Immediate(int value) -> new Source.Constant(value);
            case Operand.Register(int number) -> of(state.get(number));
        };
    }

    /** A load has put a number into a register. */
    void loaded(PathState state, int slot, Instruction.Load load, Value base) {
        if (!(base instanceof PointerValue pointer)) {
            return;
        }
        int offset = offset(pointer, load.offset());
        int bytes = load.size().bytes();
        Source source = switch (pointer.kind()) {
            case PACKET -> new Source.FrameBytes(slot, offset, bytes, load.signed());
            case CONTEXT -> field(load, bytes);
            case MAP_VALUE ->
                pointer.map() == null || pointer.map().index() == MapReference.INNER
                        ? UNKNOWN
                        : new Source.MapBytes(slot, pointer.map().index(), offset, bytes, load.signed());
            default -> UNKNOWN;
        };
        note(state, load.dst(), source);
    }

    /** Arithmetic has put a number into a register. */
    void computed(PathState state, Instruction.Alu alu, Source target, Source operand) {
        if (alu.op() != AluOp.MOV) {
            note(state, alu.dst(), new Source.Computed(alu.op(), alu.is64(), target, operand));
        } else if (!alu.is64()) {
            note(state, alu.dst(), new Source.Computed(AluOp.AND, true, operand, LOW_WORD));
        }
    }

    void negated(PathState state, Instruction.Negate negate, Source target) {
        Source zero = new Source.Constant(0);
        note(state, negate.dst(), new Source.Computed(AluOp.SUB, negate.is64(), zero, target));
    }

    /** A sign extension is a shift to the left and back. */
    void extended(PathState state, Instruction.MoveSigned move, Source from) {
        int unused = (move.is64() ? Long.SIZE : Integer.SIZE) - move.fromBits();
        Source count = new Source.Constant(unused);
        Source shifted = new Source.Computed(AluOp.LSH, move.is64(), from, count);
        note(state, move.dst(), new Source.Computed(AluOp.ARSH, move.is64(), shifted, count));
    }

    void swapped(PathState state, Instruction.ByteSwap swap, Source from) {
        note(state, swap.dst(), new Source.Swapped(swap.order(), swap.bits(), from));
    }

    /** A helper has put its result into r0. */
    void returned(PathState state, int slot, int helper) {
        switch (state.get(0)) {
            case ScalarValue _ -> note(state, 0, new Source.Result(slot, helper));
            case PointerValue pointer
            when pointer.orNull() -> {
                MapReference map = pointer.map();
                given.put(
                        pointer.id(),
                        map != null && map.index() != MapReference.INNER
                                ? new Source.Lookup(slot, map.index())
                                : new Source.Result(slot, helper));
            }
            default -> {}
        }
    }

    private static void note(PathState state, int register, Source source) {
        boolean isOfUse = !(source instanceof Source.Unknown) && source.size() <= MAX_SIZE && !isConstant(source);
        if (isOfUse && state.get(register) instanceof ScalarValue number && number.source() == null) {
            number.comesFrom(source);
        }
    }

    private static boolean isConstant(Source source) {
        return switch (source) {
            case Source.Constant _, Source.Unknown _ -> true;
            case Source.Computed computed -> isConstant(computed.left()) && isConstant(computed.right());
            case Source.Swapped swapped -> isConstant(swapped.of());
            default -> false;
        };
    }
}
