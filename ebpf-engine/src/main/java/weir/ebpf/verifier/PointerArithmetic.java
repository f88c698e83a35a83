// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.map.MapType;
import weir.ebpf.verifier.ScalarValue.Precision;
import weir.ebpf.verifier.scalar.Scalar;
import weir.ebpf.verifier.scalar.ScalarArithmetic;

/** Arithmetic with pointers: {@code adjust_ptr_min_max_vals} of {@code kernel/bpf/verifier.c}. */
final class PointerArithmetic {
    private final Surroundings surroundings;

    PointerArithmetic(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Result of an operation with a pointer on at least one side. */
    Value apply(PathState state, Instruction.Alu alu, Value target, Value source) {
        if (target instanceof PointerValue a && source instanceof PointerValue b) {
            return difference(state, alu, a, b);
        }
        if (!alu.is64()) {
            throw refuse(state, alu, "32-bit pointer arithmetic prohibited");
        }
        if (target instanceof PointerValue pointer && source instanceof ScalarValue number) {
            return moved(state, alu, pointer, number);
        }
        if (source instanceof PointerValue pointer && target instanceof ScalarValue number && alu.op() == AluOp.ADD) {
            return moved(state, alu, pointer, number);
        }
        throw refuse(
                state,
                alu,
                alu.op() == AluOp.SUB
                        ? "tried to subtract pointer from scalar"
                        : "pointer arithmetic with " + alu.op().symbol() + " operator prohibited");
    }

    /** Bytes between two places of one object tell nothing about addresses. */
    private Value difference(PathState state, Instruction.Alu alu, PointerValue a, PointerValue b) {
        boolean isOneObject = (a.kind().isOfPacket() && b.kind().isOfPacket())
                || (a.kind() == b.kind() && a.kind() == PointerKind.STACK && a.place() == b.place())
                || (a.kind() == PointerKind.MAP_VALUE && isInOneValue(a, b));
        if (alu.op() != AluOp.SUB || a.orNull() || b.orNull() || !isOneObject) {
            throw refuse(state, alu, "pointer " + alu.op().symbol() + " pointer prohibited");
        }
        return alu.is64() ? ScalarValue.unknown() : ScalarValue.of(Scalar.zeroExtended(Integer.SIZE));
    }

    /** Global data: a map with one value. */
    private static boolean isInOneValue(PointerValue a, PointerValue b) {
        return b.kind() == PointerKind.MAP_VALUE
                && a.map() != null
                && a.map().equals(b.map())
                && a.map().index() != MapReference.INNER
                && a.map().spec().type() == MapType.ARRAY
                && a.map().spec().maxEntries() == 1;
    }

    private PointerValue moved(PathState state, Instruction.Alu alu, PointerValue pointer, ScalarValue number) {
        checkMovable(state, alu, pointer, number);
        number.require(Precision.NEEDED);
        Scalar by = number.range();
        checkSane(state, alu, pointer, by);
        if (by.isConstant()) {
            long offset = alu.op() == AluOp.ADD ? pointer.offset() + by.value() : pointer.offset() - by.value();
            if (offset == (int) offset) {
                checkReach(state, alu, pointer, offset, pointer.variable());
                return pointer.moved((int) offset);
            }
        }
        Scalar variable = ScalarArithmetic.apply(alu.op(), true, pointer.variable(), by);
        checkReach(state, alu, pointer, pointer.offset(), variable);
        boolean isOfPacket = pointer.kind().isPacketMemory();
        return isOfPacket
                ? pointer.moved(pointer.offset(), variable, surroundings.newId(), 0)
                : pointer.moved(pointer.offset(), variable, pointer.id(), pointer.bytes());
    }

    private void checkMovable(PathState state, Instruction.Alu alu, PointerValue pointer, ScalarValue number) {
        if (alu.op() != AluOp.ADD && alu.op() != AluOp.SUB) {
            throw refuse(state, alu, "pointer arithmetic with " + alu.op().symbol() + " operator prohibited");
        }
        if (pointer.orNull()) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.NULL_POINTER,
                    alu.dst(),
                    "R" + alu.dst() + " pointer arithmetic on " + pointer.kind().text()
                            + "_or_null prohibited, null-check it first",
                    "a pointer that was compared with null");
        }
        switch (pointer.kind()) {
            case PACKET_END, FUNCTION -> throw prohibited(state, alu, pointer);
            case MAP -> {
                if (!number.is(0)) {
                    throw prohibited(state, alu, pointer);
                }
            }
            case STACK -> {
                if (alu.op() == AluOp.SUB) {
                    throw refuse(state, alu, "subtraction from stack pointer prohibited");
                }
            }
            default -> {}
        }
    }

    private Refusal prohibited(PathState state, Instruction.Alu alu, PointerValue pointer) {
        return refuse(state, alu, "pointer arithmetic on " + pointer.kind().text() + " prohibited");
    }

    /** {@code check_reg_sane_offset}. */
    private void checkSane(PathState state, Instruction.Alu alu, PointerValue pointer, Scalar by) {
        boolean isSane = by.smin() > -MemoryRules.MAX_OFFSET && by.smin() < MemoryRules.MAX_OFFSET;
        if (!isSane) {
            String which = by.isConstant() ? "value " + by.value() : "register with unbounded min value";
            throw surroundings.refuse(
                    state,
                    kindOf(by),
                    alu.src() instanceof Operand.Register(int source) ? source : alu.dst(),
                    "math between " + pointer.kind().text() + " pointer and " + which + " is not allowed",
                    "a number that is bounded below and above, and not negative");
        }
    }

    /** What is wrong with a number that must not be added: all of it, its sign, or that it has no bounds. */
    private static ViolationKind kindOf(Scalar by) {
        if (by.isConstant()) {
            return ViolationKind.POINTER_ARITHMETIC;
        }
        return by.smin() < 0 && by.smin() != Long.MIN_VALUE
                ? ViolationKind.NEGATIVE_OFFSET
                : ViolationKind.UNBOUNDED_OFFSET;
    }

    private void checkReach(PathState state, Instruction.Alu alu, PointerValue pointer, long offset, Scalar variable) {
        boolean isNear = Math.abs(offset) < MemoryRules.MAX_OFFSET
                && variable.smin() > -MemoryRules.MAX_OFFSET
                && variable.smin() < MemoryRules.MAX_OFFSET;
        if (!isNear) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.UNBOUNDED_OFFSET,
                    alu.dst(),
                    pointer.kind().text() + " pointer offset " + offset + " is not allowed",
                    "an offset of less than " + MemoryRules.MAX_OFFSET + " bytes");
        }
    }

    private Refusal refuse(PathState state, Instruction.Alu alu, String message) {
        return surroundings.refuse(
                state,
                ViolationKind.POINTER_ARITHMETIC,
                alu.dst(),
                "R" + alu.dst() + ' ' + message,
                "pointer += number, pointer -= number, or a difference inside one object");
    }
}
