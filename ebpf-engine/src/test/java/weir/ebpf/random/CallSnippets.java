// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.random.ProgramDraft.Function;
import weir.ebpf.random.ProgramDraft.Role;
import weir.ebpf.random.RegisterType.Kind;
import weir.ebpf.random.RegisterType.Region;

/** Calls of other functions: direct, as callback, or by tail call. */
final class CallSnippets {
    private static final int CALLBACK_STACK_BYTES = 16;
    private static final RandomMap[] HASHES = {
        RandomMap.HASH, RandomMap.LRU_HASH, RandomMap.PERCPU_HASH, RandomMap.LRU_PERCPU_HASH
    };

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

    /** A packet pointer with what is known about it, and perhaps the context, from which the callee gets others. */
    static boolean callWithPacket(Frame frame) {
        int packet = frame.findStable(type -> type instanceof RegisterType.Packet);
        if (frame.depth >= ProgramDraft.MAX_FRAMES || packet == Frame.NONE) {
            return false;
        }
        List<RegisterType> parameters = new ArrayList<>();
        if (frame.context != Frame.NONE && frame.random.nextBoolean()) {
            frame.contextArgument();
            parameters.add(RegisterType.CONTEXT);
        }
        frame.move(parameters.size() + 1, packet);
        parameters.add(frame.state.get(packet));
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

    /** Over maps whose elements come in an order of their own. */
    static boolean forEachHash(Frame frame) {
        if (frame.depth >= ProgramDraft.MAX_FRAMES || frame.loops > 0) {
            return false;
        }
        RandomMap map = HASHES[frame.random.nextInt(HASHES.length)];
        int place = frame.filledPlace(CALLBACK_STACK_BYTES);
        frame.stackArgument(3, place);
        frame.moveImmediate(4, frame.random.nextInt(12) == 0 ? 1 : 0);
        frame.mapArgument(1, map);
        List<RegisterType> parameters = List.of(
                RegisterType.UNSET,
                new Region(Kind.MAP_KEY, map.keyBytes(), false),
                new Region(Kind.HASH_VALUE, map.valueBytes(), true),
                new Region(Kind.CALLER_STACK, CALLBACK_STACK_BYTES, true));
        callBack(frame, Role.HASH_CALLBACK, parameters, Helpers.FOR_EACH_MAP_ELEM);
        return true;
    }

    /** Adds up values and keys, changes each value by itself, or deletes by the key. */
    static void hashCallback(Frame frame) {
        int valueBytes = ((Region) frame.function.parameters.get(2)).bytes();
        int offset = Long.BYTES * frame.random.nextInt(valueBytes / Long.BYTES);
        frame.load(MemorySize.DOUBLE, false, 0, 3, offset, RegisterType.SCALAR);
        frame.add(new Instruction.Atomic(MemorySize.DOUBLE, AtomicOp.ADD, false, 4, (short) 0, 0));
        frame.load(MemorySize.WORD, false, 5, 2, 0, RegisterType.SCALAR);
        frame.add(new Instruction.Alu(true, AluOp.MUL, 5, Operand.immediate(frame.immediate())));
        frame.add(new Instruction.Atomic(MemorySize.DOUBLE, AtomicOp.XOR, false, 4, (short) 8, 5));
        if (frame.random.nextBoolean()) {
            frame.add(new Instruction.Alu(true, AluOp.MUL, 0, Operand.immediate(frame.immediate())));
            frame.add(new Instruction.Alu(true, AluOp.XOR, 0, Operand.register(5)));
            frame.store(MemorySize.DOUBLE, 3, offset, Operand.register(0));
        }
        if (frame.random.nextInt(3) == 0) {
            int keep = frame.code.newLabel();
            frame.load(MemorySize.WORD, false, 5, 2, 0, RegisterType.SCALAR);
            Operand bit = Operand.immediate(1 << frame.random.nextInt(3));
            frame.code.addJump(new Instruction.Branch(true, Condition.SET, 5, bit, (short) 0), keep);
            frame.callHelper(Helpers.MAP_DELETE_ELEM);
            frame.code.place(keep);
        }
        frame.moveImmediate(0, 0);
        frame.add(new Instruction.Exit());
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
