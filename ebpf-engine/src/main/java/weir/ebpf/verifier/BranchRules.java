// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.map.MapSpec;
import weir.ebpf.verifier.ScalarValue.Precision;
import weir.ebpf.verifier.scalar.Scalar;
import weir.ebpf.verifier.scalar.ScalarArithmetic;
import weir.ebpf.verifier.scalar.ScalarBranch;
import weir.ebpf.verifier.scalar.ScalarBranch.Outcome;

/** What a conditional jump tells on both ways: {@code check_cond_jmp_op} of {@code kernel/bpf/verifier.c}. */
final class BranchRules {
    private static final int NO_REGISTER = -1;
    /** Behind this an addition could wrap: {@code MAX_PACKET_OFF}. */
    private static final long MAX_PACKET_OFFSET = 0xffff;

    private final Surroundings surroundings;
    private final MemoryRules memory;

    BranchRules(Surroundings surroundings, MemoryRules memory) {
        this.surroundings = surroundings;
        this.memory = memory;
    }

    /**
     * Goes over a branch.
     *
     * @param state goes on behind it where it is not taken, or always to its target where it is
     * @return the state that jumps where both ways are possible; null otherwise
     */
    @Nullable
    PathState walk(PathState state, Instruction.Branch branch) {
        int slot = state.slot;
        int target = slot + 1 + branch.offset();
        int source = branch.src() instanceof Operand.Register(int number) ? number : NO_REGISTER;
        Value right = source == NO_REGISTER ? immediate(branch) : memory.copyable(state, source);
        Value left = memory.copyable(state, branch.dst());
        PathState jumping = null;
        if (left instanceof ScalarValue a && right instanceof ScalarValue b) {
            jumping = numbers(state, branch, source, a, b);
        } else if (left instanceof Undefined || right instanceof Undefined) {
            state.comparedOutdated = true;
            jumping = state.fork();
        } else {
            jumping = pointers(state, branch, left, right);
        }
        if (jumping == state) {
            state.slot = target;
            state.went(slot, true);
            return null;
        }
        state.slot = slot + 1;
        state.went(slot, false);
        if (jumping != null) {
            jumping.slot = target;
            jumping.went(slot, true);
        }
        return jumping;
    }

    private static ScalarValue immediate(Instruction.Branch branch) {
        int value = branch.src() instanceof Operand.Immediate(int number) ? number : 0;
        return ScalarValue.constant(branch.is64() ? value : Integer.toUnsignedLong(value));
    }

    /** {@code state} itself: always taken; null: never taken; another state: both are possible. */
    private @Nullable PathState numbers(
            PathState state, Instruction.Branch branch, int source, ScalarValue left, ScalarValue right) {
        Condition condition = branch.condition();
        boolean is64 = branch.is64();
        Outcome outcome = ScalarBranch.decide(condition, is64, left.range(), right.range());
        if (outcome == Outcome.UNKNOWN) {
            var ifTaken = ScalarBranch.refine(condition, is64, true, left.range(), right.range());
            var ifNot = ScalarBranch.refine(condition, is64, false, left.range(), right.range());
            if (ifTaken != null && ifNot != null) {
                PathState jumping = state.fork();
                learn(jumping, branch.dst(), source, left, right, ifTaken);
                learn(state, branch.dst(), source, left, right, ifNot);
                return jumping;
            }
            outcome = ifTaken == null ? Outcome.NEVER : Outcome.ALWAYS;
        }
        left.require(Precision.NEEDED);
        right.require(Precision.NEEDED);
        return outcome == Outcome.ALWAYS ? state : null;
    }

    private static void learn(
            PathState state,
            int target,
            int source,
            ScalarValue left,
            ScalarValue right,
            ScalarBranch.Refined refined) {
        if (target == source) {
            return;
        }
        boolean changesRight = source != NO_REGISTER && !refined.right().equals(right.range());
        if (!refined.left().equals(left.range())) {
            ScalarValue better = left.refined(refined.left(), right);
            state.set(target, better);
            spread(state, better);
        }
        if (changesRight) {
            ScalarValue better = right.refined(refined.right(), left);
            state.set(source, better);
            spread(state, better);
        }
    }

    /** What is learned about one number of a group holds for the others: {@code sync_linked_regs}. */
    private static void spread(PathState state, ScalarValue better) {
        if (better.group() == ScalarValue.ALONE) {
            return;
        }
        state.replaceAll(value -> {
            if (!(value instanceof ScalarValue other) || other.group() != better.group() || other == better) {
                return value;
            }
            Scalar distance = Scalar.constant(other.distance() - better.distance());
            Scalar range = ScalarArithmetic.apply(AluOp.ADD, true, better.range(), distance);
            Scalar both = range.intersect(other.range());
            return both == null || both.equals(other.range()) ? other : other.refined(both, better);
        });
    }

    private @Nullable PathState pointers(PathState state, Instruction.Branch branch, Value left, Value right) {
        Condition condition = branch.condition();
        boolean isEquality = condition == Condition.EQ || condition == Condition.NE;
        if (branch.is64() && isEquality && left instanceof PointerValue pointer && right instanceof ScalarValue zero) {
            if (zero.is(0)) {
                zero.require(Precision.NEEDED);
                return nullTest(state, condition, pointer);
            }
        }
        if (branch.is64() && left instanceof PointerValue a && right instanceof PointerValue b) {
            if (a.kind().isOfPacket() && b.kind().isOfPacket()) {
                return packetTest(state, condition, a, b);
            }
            if (isEquality) {
                return state.fork();
            }
        }
        int register = left instanceof PointerValue || !(branch.src() instanceof Operand.Register(int source))
                ? branch.dst()
                : source;
        throw surroundings.refuse(
                state,
                ViolationKind.POINTER_COMPARISON,
                register,
                "R" + register + " pointer comparison prohibited",
                "a compare with null or with a pointer of the same kind, of all 64 bits");
    }

    private @Nullable PathState nullTest(PathState state, Condition condition, PointerValue pointer) {
        boolean isEqual = condition == Condition.EQ;
        if (!pointer.orNull()) {
            if (isFar(pointer)) {
                return state.fork();
            }
            return isEqual ? null : state;
        }
        PathState jumping = state.fork();
        PathState whereNull = isEqual ? jumping : state;
        PathState whereNot = isEqual ? state : jumping;
        settle(whereNull, pointer, true);
        settle(whereNot, pointer, false);
        return jumping;
    }

    /** Far from what it points into an address may be anything, 0 too. */
    private static boolean isFar(PointerValue pointer) {
        return pointer.variable().smax() >= MemoryRules.MAX_OFFSET;
    }

    /** All copies of a pointer turn out to be null, or not: {@code mark_ptr_or_null_regs}. */
    private static void settle(PathState state, PointerValue pointer, boolean isNull) {
        if (isNull && pointer.reference() != PointerValue.NO_REFERENCE) {
            state.release(pointer.reference());
        }
        state.replaceAll(value -> {
            boolean isCopy = value instanceof PointerValue other && other.orNull() && other.id() == pointer.id();
            if (!isCopy) {
                return value;
            }
            return isNull ? ScalarValue.constant(0) : ((PointerValue) value).notNull(keepsId((PointerValue) value));
        });
    }

    /** Locks are told apart by the value they lie in, records by their number. */
    private static boolean keepsId(PointerValue pointer) {
        boolean hasLock = pointer.map() != null
                && pointer.kind() == PointerKind.MAP_VALUE
                && pointer.map().spec().spinLockOffset() != MapSpec.NO_SPIN_LOCK;
        boolean isInner = pointer.kind() == PointerKind.MAP;
        return hasLock || isInner || pointer.reference() != PointerValue.NO_REFERENCE;
    }

    /** {@code try_match_pkt_pointers}. */
    private static PathState packetTest(PathState state, Condition condition, PointerValue a, PointerValue b) {
        PathState jumping = state.fork();
        if (isLimit(a, b)) {
            switch (condition) {
                case GT -> extend(state, a, false);
                case GE -> extend(state, a, true);
                case LT -> extend(jumping, a, true);
                case LE -> extend(jumping, a, false);
                default -> {}
            }
        } else if (isLimit(b, a)) {
            switch (condition) {
                case GT -> extend(jumping, b, true);
                case GE -> extend(jumping, b, false);
                case LT -> extend(state, b, false);
                case LE -> extend(state, b, true);
                default -> {}
            }
        }
        return jumping;
    }

    /** Whether {@code limit} is the end of what {@code pointer} points into. */
    private static boolean isLimit(PointerValue pointer, PointerValue limit) {
        return switch (pointer.kind()) {
            case PACKET -> limit.kind() == PointerKind.PACKET_END;
            case PACKET_META ->
                limit.kind() == PointerKind.PACKET && limit.id() == PointerValue.NO_ID && limit.isAtStart();
            default -> false;
        };
    }

    /**
     * The pointer lies before the end, or at it: {@code find_good_pkt_pointers}.
     *
     * @param isBefore whether the byte it points to is inside, too
     */
    private static void extend(PathState state, PointerValue pointer, boolean isBefore) {
        long reach = pointer.variable().umax() + pointer.offset();
        boolean isKnown = pointer.offset() >= 0
                && Long.compareUnsigned(pointer.variable().umax(), MAX_PACKET_OFFSET) <= 0
                && reach <= MAX_PACKET_OFFSET;
        if (!isKnown) {
            return;
        }
        int bytes = isBefore ? pointer.offset() + 1 : pointer.offset();
        state.replaceAll(value -> value instanceof PointerValue other
                        && other.kind() == pointer.kind()
                        && other.id() == pointer.id()
                        && other.bytes() < bytes
                ? other.withBytes(bytes)
                : value);
    }
}
