// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.random.ProgramDraft.Function;
import weir.ebpf.random.ProgramDraft.Role;
import weir.ebpf.random.RegisterType.Kind;
import weir.ebpf.random.RegisterType.Region;

/** Calls of other functions: direct, as callback, or by tail call. */
final class CallSnippets {
    private static final int CALLBACK_STACK_BYTES = 16;

    private CallSnippets() {}

    /** Numbers, the context, an array value, or a piece of this function's stack as arguments. */
    static boolean callStatic(Frame frame) {
        if (frame.depth >= ProgramDraft.MAX_FRAMES) {
            return false;
        }
        List<RegisterType> parameters = new ArrayList<>();
        int arguments = frame.random.nextInt(4);
        int place = frame.random.nextBoolean() ? frame.filledPlace(CALLBACK_STACK_BYTES) : Frame.NONE;
        int region = frame.findStable(type -> type instanceof Region r && r.kind() != Kind.HASH_VALUE);
        if (frame.context != Frame.NONE && frame.random.nextBoolean()) {
            frame.contextArgument();
            parameters.add(RegisterType.CONTEXT);
        }
        for (int i = 0; i < arguments; i++) {
            int argument = parameters.size() + 1;
            int kind = frame.random.nextInt(4);
            if (kind == 0 && place != Frame.NONE) {
                frame.stackArgument(argument, place);
                parameters.add(new Region(Kind.CALLER_STACK, CALLBACK_STACK_BYTES, true));
            } else if (kind == 1 && region != Frame.NONE) {
                frame.move(argument, region);
                parameters.add(frame.state.get(region));
            } else {
                frame.scalarArgument(argument, frame.immediate());
                parameters.add(RegisterType.SCALAR);
            }
        }
        call(frame, Role.STATIC, parameters);
        return true;
    }

    static boolean callGlobal(Frame frame) {
        if (frame.depth >= ProgramDraft.MAX_FRAMES) {
            return false;
        }
        frame.scalarArgument(1, frame.immediate());
        frame.scalarArgument(2, frame.immediate());
        call(frame, Role.GLOBAL, List.of(RegisterType.SCALAR, RegisterType.SCALAR));
        return true;
    }

    private static void call(Frame frame, Role role, List<RegisterType> parameters) {
        ProgramDraft program = frame.program;
        program.isDescending |= frame.depth == 1 && frame.random.nextInt(10) == 0;
        Function callee = frame.random.nextBoolean() && !program.isDescending
                ? program.existing(role, parameters, ProgramDraft.MAX_FRAMES - frame.depth)
                : null;
        if (callee == null) {
            int budget = 1 + frame.random.nextInt(program.isDescending ? 2 : 6);
            callee = program.function(role, parameters, frame.depth + 1, budget);
        }
        frame.calls(callee);
        frame.code.addCall(callee.number);
        afterCallee(frame);
    }

    private static void afterCallee(Frame frame) {
        frame.afterCall();
        frame.forgetPacket();
        frame.forgetElements();
    }

    /** Only from the program itself; some places of the array stay empty. */
    static boolean tailCall(Frame frame) {
        if (frame.function.role != Role.MAIN) {
            return false;
        }
        ProgramGenerator.Draft draft = frame.program.draft;
        if (draft.tailTargets == 0) {
            draft.tailTargets = 1 + frame.random.nextInt(3);
        }
        frame.scalarArgument(3, frame.random.nextInt(5));
        frame.mapArgument(2, RandomMap.PROG_ARRAY);
        frame.contextArgument();
        frame.callHelper(Helpers.TAIL_CALL);
        frame.state.set(0, RegisterType.UNSET);
        frame.forgetPacket();
        frame.forgetElements();
        return true;
    }

    static boolean loop(Frame frame) {
        if (frame.depth >= ProgramDraft.MAX_FRAMES || frame.loops > 0) {
            return false;
        }
        int place = frame.random.nextInt(4) == 0 ? Frame.NONE : frame.filledPlace(CALLBACK_STACK_BYTES);
        boolean bounded = frame.random.nextInt(3) == 0;
        int count = bounded ? frame.bounded(0xf) : Frame.NONE;
        if (bounded) {
            frame.move(1, count);
        } else {
            int absurd = 1 << 23 | 1;
            frame.moveImmediate(1, frame.random.nextInt(10) == 0 ? absurd : frame.random.nextInt(20));
        }
        RegisterType shared = RegisterType.SCALAR;
        if (place == Frame.NONE) {
            frame.moveImmediate(3, 0);
        } else {
            frame.stackArgument(3, place);
            shared = new Region(Kind.CALLER_STACK, CALLBACK_STACK_BYTES, true);
        }
        frame.moveImmediate(4, frame.random.nextInt(12) == 0 ? 1 : 0);
        callBack(frame, Role.LOOP_CALLBACK, List.of(RegisterType.SCALAR, shared), Helpers.LOOP);
        return true;
    }

    /** Over arrays only: others have no order that could be relied on. */
    static boolean forEach(Frame frame) {
        if (frame.depth >= ProgramDraft.MAX_FRAMES || frame.loops > 0) {
            return false;
        }
        RandomMap map = frame.random.nextBoolean() ? RandomMap.ARRAY : RandomMap.PERCPU_ARRAY;
        int place = frame.filledPlace(CALLBACK_STACK_BYTES);
        frame.stackArgument(3, place);
        frame.moveImmediate(4, 0);
        frame.mapArgument(1, map);
        List<RegisterType> parameters = List.of(
                RegisterType.UNSET,
                new Region(Kind.MAP_KEY, 4, false),
                new Region(Kind.ARRAY_VALUE, map.valueBytes(), true),
                new Region(Kind.CALLER_STACK, CALLBACK_STACK_BYTES, true));
        callBack(frame, Role.EACH_CALLBACK, parameters, Helpers.FOR_EACH_MAP_ELEM);
        return true;
    }

    private static void callBack(Frame frame, Role role, List<RegisterType> parameters, int helper) {
        Function callback = frame.program.function(role, parameters, frame.depth + 1, 1 + frame.random.nextInt(5));
        frame.calls(callback);
        frame.code.addFunctionAddress(2, callback.number);
        frame.state.set(2, RegisterType.UNSET);
        frame.callHelper(helper);
        afterCallee(frame);
    }
}
