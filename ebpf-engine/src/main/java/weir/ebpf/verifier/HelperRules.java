// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.verifier.scalar.Scalar;

/** Calls of helpers: {@code check_helper_call} of {@code kernel/bpf/verifier.c}. */
final class HelperRules {
    private final Surroundings surroundings;
    private final MemoryRules memory;
    private final ArgumentRules arguments;

    HelperRules(Surroundings surroundings, MemoryRules memory) {
        this.surroundings = surroundings;
        this.memory = memory;
        arguments = new ArgumentRules(surroundings, memory);
    }

    /**
     * Goes over a call.
     *
     * @return the state in which the helper calls back; null where it does not
     */
    @Nullable
    PathState walk(PathState state, int number) {
        Helper helper = surroundings.helpers().find(number);
        if (helper == null) {
            throw surroundings.refuse(
                    state.slot,
                    ViolationKind.HELPER_ARGUMENT,
                    surroundings.helpers().refusal(number));
        }
        checkHeld(state, helper);
        ArgumentRules.Given given = arguments.check(state, helper);
        checkMap(state, helper, given.map());
        note(state, helper, number);
        PathState callback = callsBack(state, helper, given);
        Value result = result(state, helper, given);
        applyLock(state, helper, given);
        // Where a tail call falls through, nothing has happened.
        if (helper.has(Helper.Flag.MOVES_PACKET) && helper.function() != HelperFunction.TAIL_CALL) {
            forgetPackets(state);
        }
        for (int register = 1; register <= 5; register++) {
            state.set(register, Undefined.CLOBBERED);
        }
        state.set(0, result);
        state.slot++;
        return callback;
    }

    boolean isTailCall(int number) {
        Helper helper = surroundings.helpers().find(number);
        return helper != null && helper.function() == HelperFunction.TAIL_CALL;
    }

    private void checkHeld(PathState state, Helper helper) {
        if (state.lock != null && !helper.has(Helper.Flag.UNDER_LOCK)) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.LOCK,
                    "function calls are not allowed while holding a lock",
                    "bpf_spin_unlock() before this call",
                    "a spin lock is held while " + helper.name() + " is called");
        }
        if (helper.function() == HelperFunction.TAIL_CALL && state.references().length > 0) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.REFERENCE_LEAK,
                    "tail_call would lead to reference leak",
                    "no reserved record at a tail call",
                    "reserved records that are held: " + state.references().length);
        }
    }

    private void note(PathState state, Helper helper, int number) {
        FactCollector facts = surroundings.facts();
        facts.helper(number);
        facts.arguments(state, helper.arguments().size());
        HelperFunction function = helper.function();
        if (function == HelperFunction.REDIRECT || function == HelperFunction.REDIRECT_MAP) {
            facts.redirects();
        }
        if (function == HelperFunction.TAIL_CALL) {
            facts.tailCalls();
        } else if (helper.has(Helper.Flag.MOVES_PACKET)) {
            facts.movesBounds();
        }
        if (function == HelperFunction.XDP_STORE_BYTES) {
            facts.writesPacket();
        }
        if (function == HelperFunction.CHECK_MTU) {
            facts.readsPort(); // port 0 stands for the one that the frame came in by
        }
    }

    /** {@code check_map_func_compatibility} and {@code record_func_map}. */
    private void checkMap(PathState state, Helper helper, @Nullable MapReference map) {
        if (map == null) {
            return;
        }
        MapSpec spec = map.spec();
        if (!helper.maps().isEmpty() && !helper.maps().contains(spec.type())) {
            String message = helper.function() == HelperFunction.TAIL_CALL
                    ? "expected prog array map for tail call"
                    : "cannot pass map_type " + spec.type().number() + " into func " + helper.name();
            throw surroundings.refuse(
                    state,
                    ViolationKind.MAP_TYPE,
                    message,
                    "a map of type " + ArgumentRules.names(helper.maps()),
                    "map " + spec.name() + " of type " + ArgumentRules.name(spec.type()));
        }
        boolean writes = switch (helper.function()) {
            case MAP_UPDATE_ELEM, MAP_DELETE_ELEM, MAP_PUSH_ELEM, MAP_POP_ELEM -> true;
            default -> false;
        };
        if (writes && (spec.flags() & MapFlags.RDONLY_PROG) != 0) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.READ_ONLY,
                    "write into map forbidden",
                    "a map that programs may write",
                    "map " + spec.name() + " has the flag BPF_F_RDONLY_PROG");
        }
    }

    private Value result(PathState state, Helper helper, ArgumentRules.Given given) {
        return switch (helper.returns()) {
            case SCALAR -> ScalarValue.of(Scalar.UNKNOWN);
            case NOTHING -> Undefined.NO_RESULT;
            case RECORD_OR_NULL -> {
                int reference = surroundings.newId();
                state.acquire(reference);
                yield PointerValue.record(given.returnedBytes(), reference);
            }
            case MAP_VALUE_OR_NULL -> lookedUp(state, helper, given);
        };
    }

    private Value lookedUp(PathState state, Helper helper, ArgumentRules.Given given) {
        MapReference map = given.map();
        if (map == null) {
            throw new IllegalStateException(helper.name() + " takes no map");
        }
        MapSpec spec = map.spec();
        if (spec.type().isMapInMap()) {
            MapSpec inner = spec.inner();
            if (inner == null) {
                throw surroundings.refuse(
                        state,
                        ViolationKind.MAP_TYPE,
                        "map " + spec.name() + " does not say what its inner maps are",
                        "an inner map definition",
                        "none");
            }
            return PointerValue.map(new MapReference(MapReference.INNER, inner)).maybeNull(surroundings.newId());
        }
        PointerValue value = PointerValue.mapValue(map);
        return isAlwaysThere(state, helper, map, given.key())
                ? value.withId(hasLock(spec) ? surroundings.newId() : PointerValue.NO_ID)
                : value.maybeNull(surroundings.newId());
    }

    private static boolean hasLock(MapSpec spec) {
        return spec.spinLockOffset() != MapSpec.NO_SPIN_LOCK;
    }

    /** A constant key of an array that is inside it: {@code get_constant_map_key}. */
    private boolean isAlwaysThere(PathState state, Helper helper, MapReference map, @Nullable PointerValue key) {
        MapSpec spec = map.spec();
        boolean isArray = spec.type() == MapType.ARRAY || spec.type() == MapType.PERCPU_ARRAY;
        // Inner arrays with this flag may be smaller than their blueprint.
        boolean mayBeSmaller = map.index() == MapReference.INNER && (spec.flags() & MapFlags.INNER_MAP) != 0;
        if (!isArray
                || mayBeSmaller
                || helper.function() != HelperFunction.MAP_LOOKUP_ELEM
                || key == null
                || key.kind() != PointerKind.STACK) {
            return false;
        }
        long index = memory.stack().constantWord(state, key);
        return index >= 0 && index < Integer.toUnsignedLong(spec.maxEntries());
    }

    private void applyLock(PathState state, Helper helper, ArgumentRules.Given given) {
        PointerValue lock = given.lock();
        if (lock == null) {
            return;
        }
        PointerValue held = state.lock;
        if (helper.function() == HelperFunction.SPIN_LOCK) {
            state.lock = lock;
        } else if (held == null) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.LOCK,
                    "bpf_spin_unlock without taking a lock",
                    "bpf_spin_lock() before it on every path",
                    "no lock is held");
        } else if (held.id() != lock.id() || !Objects.equals(held.map(), lock.map())) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.LOCK,
                    "bpf_spin_unlock of different lock",
                    "the lock that was taken",
                    "the lock in " + lock.text() + ", taken was that in " + held.text());
        } else {
            state.lock = null;
        }
    }

    /** Packet pointers are void once the frame may have moved. */
    static void forgetPackets(PathState state) {
        state.replaceAll(value ->
                value instanceof PointerValue pointer && pointer.kind().isOfPacket() ? Undefined.STALE_PACKET : value);
    }

    private @Nullable PathState callsBack(PathState state, Helper helper, ArgumentRules.Given given) {
        PointerValue function = given.callback();
        if (function == null) {
            return null;
        }
        FrameState caller = state.current();
        if (helper.function() == HelperFunction.LOOP) {
            ScalarValue count = memory.number(state, 1);
            MemoryRules.require(count);
            surroundings.facts().rounds(state.slot, count.range().umax());
            if (Long.compareUnsigned(caller.turns, count.range().umax()) >= 0) {
                caller.turns = 0;
                return null;
            }
        }
        if (helper.function() == HelperFunction.FOR_EACH_MAP_ELEM) {
            surroundings.facts().rounds(state.slot, elements(given.map()));
        }
        if (state.isFull()) {
            throw FunctionRules.tooDeep(surroundings, state);
        }
        surroundings.facts().callback(function.place());
        PathState inside = state.fork();
        inside.current().turns++;
        caller.turns = 0;
        FrameState frame = new FrameState(
                function.place(),
                state.slot,
                state.depth(),
                true,
                state.references().clone());
        if (helper.function() == HelperFunction.LOOP) {
            frame.set(1, ScalarValue.unknown());
            frame.set(2, state.get(3));
        } else if (given.map() != null) {
            frame.set(1, PointerValue.map(given.map()));
            frame.set(2, PointerValue.mapKey(given.map()));
            frame.set(
                    3,
                    PointerValue.mapValue(given.map())
                            .withId(hasLock(given.map().spec()) ? surroundings.newId() : PointerValue.NO_ID));
            frame.set(4, state.get(3));
        }
        inside.push(frame);
        inside.slot = function.place();
        return inside;
    }

    /** Elements that a walk over a map shows at most; of hash tables any number, since others may be put in meanwhile. */
    private static long elements(@Nullable MapReference map) {
        if (map == null || map.index() == MapReference.INNER) {
            return FactCollector.UNBOUNDED;
        }
        return switch (map.spec().type()) {
            case ARRAY, PERCPU_ARRAY -> Integer.toUnsignedLong(map.spec().maxEntries());
            default -> FactCollector.UNBOUNDED;
        };
    }
}
