// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.program.Signature;
import weir.ebpf.program.Subprogram;
import weir.ebpf.verifier.scalar.Scalar;

/** Calls of the program's own functions, and returns: {@code check_func_call}, {@code prepare_func_exit}. */
final class FunctionRules {
    private static final int LAST_ARGUMENT = 5;

    private final Surroundings surroundings;
    private final MemoryRules memory;
    private final FlowGraph flow;
    private final SortedSet<Integer> globalsCalled = new TreeSet<>();
    private final Map<Integer, Signature> signatures = new HashMap<>();
    private final Map<Integer, Boolean> movesPacket = new HashMap<>();

    FunctionRules(Surroundings surroundings, MemoryRules memory, FlowGraph flow) {
        this.surroundings = surroundings;
        this.memory = memory;
        this.flow = flow;
        for (Subprogram each : surroundings.spec().subprograms()) {
            if (each.isGlobal() && each.slot() != 0 && each.signature() != null) {
                signatures.put(each.slot(), each.signature());
            }
        }
    }

    /** A global function is verified alone; null where the function is walked with its caller. */
    @Nullable
    Signature signatureOf(int function) {
        return signatures.get(function);
    }

    /** First slots of the global functions that were called so far. */
    SortedSet<Integer> globalsCalled() {
        return globalsCalled;
    }

    /** The address of a callback. */
    PointerValue address(PathState state, int function) {
        if (signatureOf(function) != null) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.CALL,
                    "callback function not static",
                    "a static function as callback",
                    "a global function, which is verified by its signature alone");
        }
        return PointerValue.function(function);
    }

    void call(PathState state, int function) {
        Signature signature = signatureOf(function);
        if (signature != null) {
            callGlobal(state, function, signature);
            return;
        }
        if (state.isFull()) {
            throw tooDeep(surroundings, state);
        }
        FrameState caller = state.current();
        FrameState frame = new FrameState(function, state.slot, state.depth());
        for (int register = 1; register <= LAST_ARGUMENT; register++) {
            frame.set(register, caller.get(register));
        }
        clobber(caller);
        state.push(frame);
        state.slot = function;
    }

    private static void clobber(FrameState caller) {
        for (int register = 0; register <= LAST_ARGUMENT; register++) {
            caller.set(register, Undefined.CLOBBERED);
        }
    }

    static Refusal tooDeep(Surroundings surroundings, PathState state) {
        return surroundings.refuse(
                state,
                ViolationKind.CALL_DEPTH,
                "the call stack of " + (state.depth() + 1) + " frames is too deep !",
                "at most " + state.depth() + " frames",
                "one frame more");
    }

    private void callGlobal(PathState state, int function, Signature signature) {
        if (state.lock != null) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.LOCK,
                    "global function calls are not allowed while holding a lock, use static function instead",
                    "bpf_spin_unlock() before this call",
                    "a spin lock is held");
        }
        globalsCalled.add(function);
        List<Signature.Parameter> parameters = signature.parameters();
        if (parameters.size() > LAST_ARGUMENT) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.CALL,
                    "Global function with " + parameters.size() + " > " + LAST_ARGUMENT + " args",
                    "at most " + LAST_ARGUMENT + " arguments, which are passed in registers",
                    parameters.size() + " parameters");
        }
        for (int i = 0; i < parameters.size(); i++) {
            checkArgument(state, function, i + 1, parameters.get(i));
        }
        if (movesPacket(function)) {
            HelperRules.forgetPackets(state);
        }
        clobber(state.current());
        state.set(0, ScalarValue.unknown());
        state.slot++;
    }

    private boolean movesPacket(int function) {
        return movesPacket.computeIfAbsent(
                function, each -> flow.calls(each, helper -> helper.has(Helper.Flag.MOVES_PACKET)));
    }

    /** {@code btf_check_func_arg_match}. */
    private void checkArgument(PathState state, int function, int register, Signature.Parameter parameter) {
        Value value = memory.readable(state, register);
        switch (parameter) {
            case Signature.Parameter.Scalar _ -> {
                if (!(value instanceof ScalarValue)) {
                    throw wrong(state, register, "R" + register + " is not a scalar", "a number");
                }
            }
            case Signature.Parameter.Context _ -> {
                boolean isContext = value instanceof PointerValue pointer
                        && pointer.kind() == PointerKind.CONTEXT
                        && pointer.isAtStart();
                if (!isContext) {
                    throw wrong(state, register, "R" + register + " expects pointer to ctx", "the context");
                }
            }
            case Signature.Parameter.Memory(int bytes, boolean orNull) -> {
                if (orNull && value instanceof ScalarValue number && number.is(0)) {
                    MemoryRules.require(number);
                } else if (value instanceof PointerValue pointer) {
                    checkStays(state, function, register, pointer);
                    PointerValue given = orNull ? pointer.notNull(true) : pointer;
                    memory.region(state, register, given, bytes, MemoryRules.Use.READ_AND_WRITE);
                    surroundings.alignment().gives(function, pointer);
                } else {
                    throw wrong(state, register, "R" + register + " is not a pointer", bytes + " bytes of memory");
                }
            }
            case Signature.Parameter.Unsupported(String what) ->
                throw wrong(state, register, "R" + register + " of a global function is " + what, "another type");
        }
    }

    /** Memory that a function is given is where it is for the whole call. */
    private void checkStays(PathState state, int function, int register, PointerValue pointer) {
        if (pointer.kind().isPacketMemory() && movesPacket(function)) {
            throw wrong(
                    state,
                    register,
                    "R" + register + " points into the frame, which this global function may move",
                    "memory outside the frame, or a static function");
        }
    }

    private Refusal wrong(PathState state, int register, String message, String required) {
        return surroundings.refuse(state, ViolationKind.CALL, register, message, required);
    }

    /** The state in which a global function begins. */
    PathState enterGlobal(int function, Signature signature) {
        FrameState frame = new FrameState(function, FrameState.NO_CALL, 0);
        PathState state = new PathState(frame, function);
        if (!signature.returnsScalar()) {
            throw surroundings.refuse(
                    function,
                    ViolationKind.CALL,
                    "a global function returns a number; make it static, or return an int");
        }
        for (int i = 0; i < signature.parameters().size(); i++) {
            frame.set(i + 1, parameter(function, signature.parameters().get(i)));
        }
        return state;
    }

    private Value parameter(int function, Signature.Parameter parameter) {
        return switch (parameter) {
            case Signature.Parameter.Scalar _ -> ScalarValue.unknown();
            case Signature.Parameter.Context _ -> PointerValue.plain(PointerKind.CONTEXT);
            case Signature.Parameter.Memory(int bytes, boolean orNull) -> {
                PointerValue pointer = PointerValue.memory(bytes);
                yield orNull ? pointer.maybeNull(surroundings.newId()) : pointer;
            }
            case Signature.Parameter.Unsupported(String what) ->
                throw surroundings.refuse(
                        function,
                        ViolationKind.CALL,
                        "a parameter of the global function is " + what + "; make the function static");
        };
    }

    /**
     * Returns from a function.
     *
     * @return whether the path goes on in a caller
     */
    boolean exit(PathState state) {
        if (state.depth() == 1) {
            exitProgram(state);
            return false;
        }
        Value result = state.get(0);
        FrameState callee = state.current();
        if (callee.isCallback) {
            checkCallbackResult(state, callee);
        } else if (result instanceof PointerValue pointer && pointer.kind() == PointerKind.STACK) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.POINTER_LEAK,
                    0,
                    "cannot return stack pointer to the caller",
                    "a number, or a pointer to something that outlives the function");
        }
        state.pop();
        if (callee.isCallback) {
            state.slot = callee.callSite;
        } else {
            state.set(0, result);
            state.slot = callee.callSite + 1;
        }
        return true;
    }

    private void exitProgram(PathState state) {
        checkNothingHeld(state);
        Value result = state.get(0);
        if (result instanceof Undefined undefined) {
            ViolationKind kind = undefined.isCopied() ? undefined.kind() : ViolationKind.NO_RETURN_VALUE;
            throw surroundings.refuse(state, kind, 0, "R0 !read_ok", "a number in r0 at the end");
        }
        if (result instanceof PointerValue) {
            throw surroundings.refuse(
                    state, ViolationKind.POINTER_LEAK, 0, "R0 leaks addr as return value", "a number");
        }
    }

    private void checkNothingHeld(PathState state) {
        if (state.lock != null) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.LOCK,
                    "BPF_EXIT instruction in main prog cannot be used inside bpf_spin_lock-ed region",
                    "bpf_spin_unlock() before the return",
                    "a spin lock is held");
        }
        if (state.references().length > 0) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.REFERENCE_LEAK,
                    "Unreleased reference id=" + state.references()[0],
                    "no reserved record at the end",
                    "reserved records that are held: " + state.references().length);
        }
    }

    private void checkCallbackResult(PathState state, FrameState callee) {
        if (!Arrays.equals(callee.heldAtEntry, state.references())) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.REFERENCE_LEAK,
                    "Unreleased reference in callback, or release of one that its caller holds",
                    "the same reserved records at the callback's end as at its beginning",
                    state.references().length + " are held, " + callee.heldAtEntry.length + " were");
        }
        if (state.lock != null) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.LOCK,
                    "BPF_EXIT instruction in callback cannot be used inside bpf_spin_lock-ed region",
                    "bpf_spin_unlock() before the return",
                    "a spin lock is held");
        }
        if (!(memory.readable(state, 0) instanceof ScalarValue result)
                || !Scalar.unsignedRange(0, 1).contains(result.range())) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.RETURN_VALUE,
                    0,
                    "At callback return the register R0 should have been in [0, 1]",
                    "0 to go on, 1 to stop");
        }
        MemoryRules.require(result);
    }
}
