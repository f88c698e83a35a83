// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.WordKeyMap;
import weir.ebpf.program.FaultKind;

/** Calls of helpers and of functions of the program. */
final class CallEmitter {
    private static final int FIRST_ARGUMENT = 1;
    private static final int LAST_ARGUMENT = 5;
    private static final int KEY_ARGUMENT = 2;
    private static final ClassDesc INTEGER_CLASS = ClassDesc.of("java.lang.Integer");

    /** Of a helper: state, slot, number of the helper, r1 to r5; gives r0. */
    private static final MethodTypeDesc HELPER_CALL = MethodTypeDesc.of(
            Names.LONG,
            Names.CPU,
            Names.BINDING,
            Names.INT,
            Names.INT,
            Names.LONG,
            Names.LONG,
            Names.LONG,
            Names.LONG,
            Names.LONG);

    private final Emission emission;
    private final CodeBuilder code;
    private final MemoryEmitter memory;
    private final Runnable leaveFunction;

    /** @param leaveFunction emits the end of the function, with r0 as its result */
    CallEmitter(Emission emission, MemoryEmitter memory, Runnable leaveFunction) {
        this.emission = emission;
        this.code = emission.code;
        this.memory = memory;
        this.leaveFunction = leaveFunction;
    }

    void call(Instruction.Call call) {
        if (call.kind() == CallKind.LOCAL) {
            callFunction(emission.slot() + 1 + call.target());
            return;
        }
        Helper helper = call.kind() == CallKind.HELPER ? emission.plan.helpers().find(call.target()) : null;
        if (helper == null) {
            emission.failHereWithoutAddress(FaultKind.INSTRUCTION);
            return;
        }
        callHelper(helper);
    }

    /** A helper by number, which no verifier accepts. */
    void callNumber(Instruction.CallRegister call) {
        emission.pushState();
        code.loadConstant(emission.slot());
        emission.loadRegister(call.register());
        pushArguments(LAST_ARGUMENT);
        emission.runtime(
                "callNumber",
                MethodTypeDesc.of(
                        Names.LONG,
                        Names.CPU,
                        Names.BINDING,
                        Names.INT,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG));
        emission.storeRegister(0);
        emission.failIfFailed();
        emission.loadBounds();
    }

    private void callFunction(int start) {
        FunctionAnalysis function = emission.plan.analysis().functions().get(start);
        if (function == null) {
            emission.failHereWithoutAddress(FaultKind.INSTRUCTION);
            return;
        }
        emission.pushState();
        code.loadConstant(emission.slot());
        code.loadConstant(function.shape().end() - start);
        emission.runtime("enter", MethodTypeDesc.of(Names.BOOLEAN, Names.CPU, Names.BINDING, Names.INT, Names.INT));
        code.ifeq(emission.fail);
        emission.pushState();
        pushArguments(LAST_ARGUMENT);
        code.invokestatic(Names.PROGRAM, Names.function(start), Names.WHOLE);
        emission.storeRegister(0);
        code.aload(Emission.CPU);
        emission.runtime("leave", MethodTypeDesc.of(Names.VOID, Names.CPU));
        emission.failIfFailed();
        if (emission.plan.analysis().movesPacket()) {
            emission.loadBounds();
        }
    }

    private void pushArguments(int last) {
        for (int i = FIRST_ARGUMENT; i <= last; i++) {
            emission.loadRegister(i);
        }
    }

    // ---- helpers -------------------------------------------------------------------------------------

    private void callHelper(Helper helper) {
        HelperSite site = HelperSite.of(helper, emission.state(), emission.plan.maps());
        boolean isTrusted = site.isProved() || !emission.plan.isChecked();
        if (isTrusted && site.isMapTaken() && lookUpByValue(site)) {
            return;
        }
        site.ranges().forEach(memory::lend);
        emitCall(helper, site, isTrusted);
        site.ranges().stream().filter(StackRange::isWritten).forEach(memory::takeBack);
        boolean mayMove =
                helper.has(Helper.Flag.MOVES_PACKET) || helper.function().isControlFlow();
        if (mayMove && emission.plan.analysis().movesPacket()) {
            emission.loadBounds();
        }
    }

    private void emitCall(Helper helper, HelperSite site, boolean isTrusted) {
        if (helper.function().isControlFlow()) {
            callBack(helper);
            return;
        }
        if (helper.function() == HelperFunction.REDIRECT) {
            redirect();
            return;
        }
        if (!isTrusted) {
            call("call", helper);
            return;
        }
        if (helper.function() == HelperFunction.REDIRECT_MAP && site.isMapTaken()) {
            redirectThrough(site.map());
            return;
        }
        boolean isDone = site.isMapTaken() && callMap(site);
        if (!isDone) {
            callProved(helper.function());
        }
    }

    private void call(String name, Helper helper) {
        emission.pushState();
        code.loadConstant(emission.slot());
        code.loadConstant(emission.plan.indexOf(helper));
        pushArguments(LAST_ARGUMENT);
        emission.runtime(name, HELPER_CALL);
        emission.storeRegister(0);
        emission.failIfFailed();
    }

    private void callProved(HelperFunction function) {
        emission.pushState();
        code.loadConstant(emission.slot());
        code.getstatic(Names.FUNCTION, function.name(), Names.FUNCTION);
        pushArguments(LAST_ARGUMENT);
        emission.runtime(
                "callProved",
                MethodTypeDesc.of(
                        Names.LONG,
                        Names.CPU,
                        Names.BINDING,
                        Names.INT,
                        Names.FUNCTION,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG));
        emission.storeRegister(0);
        emission.failIfFailed();
    }

    /** Once for most frames that a bridge sees, so without detour. It takes any arguments, and never fails. */
    private void redirect() {
        code.aload(Emission.CPU);
        code.getfield(Names.CPU, "helpers", Names.HELPERS);
        emission.loadRegister(1);
        emission.loadRegister(2);
        code.invokevirtual(Names.HELPERS, "redirect", MethodTypeDesc.of(Names.LONG, Names.LONG, Names.LONG));
        emission.storeRegister(0);
    }

    /** It never fails either when it is given a map that it takes. */
    private void redirectThrough(int map) {
        code.aload(Emission.CPU);
        code.getfield(Names.CPU, "helpers", Names.HELPERS);
        emission.maps.pushMap(map);
        code.checkcast(Names.REDIRECT_MAP);
        emission.loadRegister(2);
        emission.loadRegister(3);
        code.invokevirtual(
                Names.HELPERS,
                "redirectMap",
                MethodTypeDesc.of(Names.LONG, Names.REDIRECT_MAP, Names.LONG, Names.LONG));
        emission.storeRegister(0);
    }

    private void callBack(Helper helper) {
        switch (helper.function()) {
            case LOOP -> call("loop", helper);
            case FOR_EACH_MAP_ELEM -> call("forEach", helper);
            default -> tailCall(helper);
        }
    }

    private void tailCall(Helper helper) {
        Label fallsThrough = code.newLabel();
        emission.pushState();
        code.loadConstant(emission.slot());
        code.loadConstant(emission.plan.indexOf(helper));
        pushArguments(3);
        emission.runtime(
                "tailCall",
                MethodTypeDesc.of(
                        Names.BOOLEAN,
                        Names.CPU,
                        Names.BINDING,
                        Names.INT,
                        Names.INT,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG));
        code.ifeq(fallsThrough);
        code.aload(Emission.CPU);
        code.getfield(Names.CPU, "result", Names.LONG);
        emission.storeRegister(0);
        leaveFunction.run();
        code.labelBinding(fallsThrough);
        emission.failIfFailed();
    }

    // ---- maps ----------------------------------------------------------------------------------------

    /** Lookups of which the key is a local of the JVM, and those in arrays. */
    private boolean lookUpByValue(HelperSite site) {
        if (site.helper().function() != HelperFunction.MAP_LOOKUP_ELEM) {
            return false;
        }
        MapSpec spec = emission.plan.maps().get(site.map());
        int keyBytes = spec.keyBytes();
        boolean isKeyLocal = emission.known(KEY_ARGUMENT) instanceof Known.Stack(int offset)
                && StackUse.isInFrame(offset, keyBytes)
                && keyBytes <= WordKeyMap.MAX_KEY_BYTES
                && areLocals(offset, keyBytes);
        if (!isKeyLocal) {
            return false;
        }
        int offset = site.stackOffset(KEY_ARGUMENT);
        switch (spec.type()) {
            case ARRAY, PERCPU_ARRAY -> lookUpInArray(site.map(), spec, offset);
            case HASH, LRU_HASH, PERCPU_HASH, LRU_PERCPU_HASH -> lookUpInHash(site.map(), keyBytes, offset);
            default -> {
                return false;
            }
        }
        emission.storeRegister(0);
        return true;
    }

    private boolean areLocals(int offset, int bytes) {
        long words = StackUse.wordsOf(offset, bytes);
        return (words & emission.use.locals()) == words;
    }

    private void lookUpInArray(int map, MapSpec spec, int keyOffset) {
        Label beyond = code.newLabel();
        Label done = code.newLabel();
        memory.pushBytes(keyOffset, Integer.BYTES);
        code.lstore(emission.scratch());
        code.lload(emission.scratch());
        code.l2i();
        code.loadConstant(spec.maxEntries());
        code.invokestatic(INTEGER_CLASS, "compareUnsigned", MethodTypeDesc.of(Names.INT, Names.INT, Names.INT));
        code.ifge(beyond);
        emission.maps.pushBase(map);
        code.lload(emission.scratch());
        code.loadConstant(strideBytes(spec));
        code.lmul();
        code.ladd();
        code.goto_(done);
        code.labelBinding(beyond);
        code.lconst_0();
        code.labelBinding(done);
    }

    /** Distance of an array's values: they lie side by side, padded to words. */
    static long strideBytes(MapSpec spec) {
        return (spec.valueBytes() + Long.BYTES - 1L) & -Long.BYTES;
    }

    private void lookUpInHash(int map, int keyBytes, int keyOffset) {
        emission.maps.pushMap(map);
        code.checkcast(Names.WORD_KEY_MAP);
        memory.pushBytes(keyOffset, Math.min(keyBytes, Long.BYTES));
        if (keyBytes > Long.BYTES) {
            memory.pushBytes(keyOffset + Long.BYTES, keyBytes - Long.BYTES);
        } else {
            code.lconst_0();
        }
        pushCpuNumber();
        code.invokeinterface(
                Names.WORD_KEY_MAP, "lookupWords", MethodTypeDesc.of(Names.LONG, Names.LONG, Names.LONG, Names.INT));
        emission.boundAddress();
    }

    /** Calls a map without detour; false where the helper does more than that. */
    private boolean callMap(HelperSite site) {
        MapType type = emission.plan.maps().get(site.map()).type();
        MethodTypeDesc shape = shape(site.helper().function(), type);
        if (shape == null) {
            return false;
        }
        emission.maps.pushMap(site.map());
        switch (site.helper().function()) {
            case MAP_LOOKUP_ELEM -> {
                emission.loadRegister(2);
                pushCpuNumber();
                code.invokeinterface(Names.MAP, "lookup", shape);
                emission.boundAddress();
            }
            case MAP_UPDATE_ELEM -> {
                emission.loadRegister(2);
                emission.loadRegister(3);
                emission.loadRegister(4);
                pushCpuNumber();
                code.invokeinterface(Names.MAP, "update", shape);
                code.i2l();
            }
            default -> {
                emission.loadRegister(2);
                code.invokeinterface(Names.MAP, "delete", shape);
                code.i2l();
            }
        }
        emission.storeRegister(0);
        return true;
    }

    private static @Nullable MethodTypeDesc shape(HelperFunction function, MapType type) {
        return switch (function) {
            case MAP_LOOKUP_ELEM -> type.isMapInMap() ? null : MethodTypeDesc.of(Names.LONG, Names.LONG, Names.INT);
            case MAP_UPDATE_ELEM -> MethodTypeDesc.of(Names.INT, Names.LONG, Names.LONG, Names.LONG, Names.INT);
            case MAP_DELETE_ELEM -> MethodTypeDesc.of(Names.INT, Names.LONG);
            default -> null;
        };
    }

    private void pushCpuNumber() {
        code.aload(Emission.CPU);
        code.getfield(Names.CPU, "number", Names.INT);
    }
}
