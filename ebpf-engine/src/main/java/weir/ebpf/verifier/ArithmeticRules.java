// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.verifier.scalar.Scalar;
import weir.ebpf.verifier.scalar.ScalarArithmetic;

/** What arithmetic gives: {@code check_alu_op} of {@code kernel/bpf/verifier.c}. */
final class ArithmeticRules {
    private static final long U32_MAX = 0xffff_ffffL;

    private final Surroundings surroundings;
    private final MemoryRules memory;
    private final PointerArithmetic pointers;

    ArithmeticRules(Surroundings surroundings, MemoryRules memory) {
        this.surroundings = surroundings;
        this.memory = memory;
        pointers = new PointerArithmetic(surroundings);
    }

    /**
     * Splits a state in two where a mask of all bits or none meets a constant, as compilers write choices
     * without a jump: {@code maybe_fork_scalars}.
     *
     * @param state goes on with all bits set
     * @return the state in which none is; null where there is nothing to split
     */
    @Nullable
    PathState split(PathState state, Instruction.Alu alu) {
        boolean isChoice = alu.op() == AluOp.AND || alu.op() == AluOp.OR;
        if (!isChoice
                || !(state.get(alu.dst()) instanceof ScalarValue mask)
                || mask.range().isConstant()
                || !isConstant(state, alu.src())) {
            return null;
        }
        Scalar range = mask.range();
        boolean isWide = range.smin() == -1 && range.smax() == 0;
        boolean isLow = range.s32min() == -1 && range.s32max() == 0;
        if (!isWide && !(isLow && !alu.is64())) {
            return null;
        }
        PathState none = state.fork();
        none.set(alu.dst(), mask.refined(Scalar.constant(0), null));
        state.set(alu.dst(), mask.refined(Scalar.constant(isWide ? -1 : U32_MAX), null));
        return none;
    }

    private static boolean isConstant(PathState state, Operand operand) {
        return switch (operand) {
            case Operand.Immediate _ -> true;
            case Operand.Register source ->
                state.get(source.number()) instanceof ScalarValue number
                        && number.range().isConstant();
        };
    }

    void alu(PathState state, Instruction.Alu alu) {
        if (alu.op() == AluOp.MOV) {
            move(state, alu);
            return;
        }
        Value source = operand(state, alu);
        Value target = memory.copyable(state, alu.dst());
        checkConstant(state, alu);
        if (target instanceof ScalarValue a && source instanceof ScalarValue b) {
            state.set(alu.dst(), numbers(alu, a, b));
        } else if (target instanceof Undefined) {
            state.set(alu.dst(), outdated(state, alu.dst(), source));
        } else if (source instanceof Undefined && alu.src() instanceof Operand.Register(int register)) {
            state.set(alu.dst(), outdated(state, register, target));
        } else {
            state.set(alu.dst(), pointers.apply(state, alu, target, source));
        }
    }

    /** What comes of an address from before and a number is as void as that address. */
    private Value outdated(PathState state, int register, Value other) {
        return other instanceof PointerValue ? memory.readable(state, register) : memory.copyable(state, register);
    }

    private Value operand(PathState state, Instruction.Alu alu) {
        return switch (alu.src()) {
            case Operand.Immediate immediate -> constant(alu.is64(), immediate.value());
            case Operand.Register source -> memory.copyable(state, source.number());
        };
    }

    private static ScalarValue constant(boolean is64, int immediate) {
        return ScalarValue.constant(is64 ? immediate : Integer.toUnsignedLong(immediate));
    }

    /** Divisors and shift counts that the text of the program shows to be wrong. */
    private void checkConstant(PathState state, Instruction.Alu alu) {
        if (!(alu.src() instanceof Operand.Immediate(int value))) {
            return;
        }
        int width = alu.is64() ? Long.SIZE : Integer.SIZE;
        switch (alu.op()) {
            case DIV, SDIV, MOD, SMOD -> {
                if (value == 0) {
                    throw surroundings.refuse(state, ViolationKind.FORM, "div by zero", "a divisor other than 0", "0");
                }
            }
            case LSH, RSH, ARSH -> {
                if (value < 0 || value >= width) {
                    throw surroundings.refuse(
                            state,
                            ViolationKind.FORM,
                            "invalid shift " + value,
                            "a count of 0 to " + (width - 1),
                            String.valueOf(value));
                }
            }
            default -> {}
        }
    }

    private static ScalarValue numbers(Instruction.Alu alu, ScalarValue target, ScalarValue source) {
        Scalar range = ScalarArithmetic.apply(alu.op(), alu.is64(), target.range(), source.range());
        ScalarValue result = ScalarValue.from(range, target, source);
        boolean movesBy = alu.is64()
                && alu.op() == AluOp.ADD
                && alu.src() instanceof Operand.Immediate
                && target.group() != ScalarValue.ALONE
                && !range.isConstant();
        return movesBy
                ? result.grouped(
                        target.group(), target.distance() + source.range().value())
                : result;
    }

    private void move(PathState state, Instruction.Alu alu) {
        switch (alu.src()) {
            case Operand.Immediate immediate -> state.set(alu.dst(), constant(alu.is64(), immediate.value()));
            case Operand.Register source -> moveRegister(state, alu, source.number());
        }
    }

    private void moveRegister(PathState state, Instruction.Alu alu, int source) {
        Value value = memory.copyable(state, source);
        switch (value) {
            case ScalarValue number -> {
                boolean isWhole =
                        alu.is64() || Long.compareUnsigned(number.range().umax(), U32_MAX) <= 0;
                state.set(
                        alu.dst(),
                        isWhole
                                ? linked(state, source, number)
                                : ScalarValue.from(
                                        ScalarArithmetic.apply(AluOp.MOV, false, number.range(), number.range()),
                                        number,
                                        null));
            }
            case PointerValue pointer when alu.is64() -> state.set(alu.dst(), pointer);
            case Undefined undefined -> state.set(alu.dst(), undefined);
            default ->
                throw surroundings.refuse(
                        state,
                        ViolationKind.POINTER_LEAK,
                        source,
                        "R" + source + " partial copy of pointer",
                        "a number, or a move of all 64 bits");
        }
    }

    /** A copy that shares what is learned about one of the two later. */
    private ScalarValue linked(PathState state, int source, ScalarValue number) {
        if (number.range().isConstant()) {
            return number.copy();
        }
        ScalarValue original = number;
        if (number.group() == ScalarValue.ALONE) {
            original = number.grouped(surroundings.newId(), 0);
            state.set(source, original);
        }
        return original.copy();
    }

    void negate(PathState state, Instruction.Negate negate) {
        ScalarValue number = plain(state, negate.dst(), "neg");
        state.set(negate.dst(), ScalarValue.from(ScalarArithmetic.negate(negate.is64(), number.range()), number, null));
    }

    void moveSigned(PathState state, Instruction.MoveSigned move) {
        ScalarValue number = plain(state, move.src(), "movsx");
        Scalar range = ScalarArithmetic.signExtend(move.is64(), move.fromBits(), number.range());
        boolean isSame = Long.compareUnsigned(number.range().umax(), (1L << (move.fromBits() - 1)) - 1) <= 0;
        state.set(move.dst(), isSame ? linked(state, move.src(), number) : ScalarValue.from(range, number, null));
    }

    void swap(PathState state, Instruction.ByteSwap swap) {
        ScalarValue number = plain(state, swap.dst(), "bswap");
        state.set(
                swap.dst(),
                ScalarValue.from(ScalarArithmetic.swap(swap.order(), swap.bits(), number.range()), number, null));
    }

    private ScalarValue plain(PathState state, int register, String what) {
        if (memory.readable(state, register) instanceof ScalarValue number) {
            return number;
        }
        throw surroundings.refuse(
                state,
                ViolationKind.POINTER_ARITHMETIC,
                register,
                "R" + register + " pointer arithmetic with " + what + " operator prohibited",
                "a number");
    }
}
