// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import weir.ebpf.helper.HelperCalls;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.RedirectMap;
import weir.ebpf.map.WordKeyMap;
import weir.ebpf.memory.Mem;
import weir.ebpf.memory.MemoryAccess;
import weir.ebpf.program.FaultKind;
import weir.ebpf.run.RunState;
import weir.ebpf.xdp.XdpBatch;
import weir.ebpf.xdp.XdpContext;

/** Classes and method types that generated code names. */
final class Names {
    static final ClassDesc BYTE = ConstantDescs.CD_byte;
    static final ClassDesc SHORT = ConstantDescs.CD_short;
    static final ClassDesc INT = ConstantDescs.CD_int;
    static final ClassDesc LONG = ConstantDescs.CD_long;
    static final ClassDesc VOID = ConstantDescs.CD_void;
    static final ClassDesc BOOLEAN = ConstantDescs.CD_boolean;
    static final ClassDesc LONGS = LONG.arrayType();
    static final ClassDesc INTS = INT.arrayType();

    static final ClassDesc CPU = of(JitCpu.class);
    static final ClassDesc BINDING = of(Binding.class);
    static final ClassDesc RUN = of(RunState.class);
    static final ClassDesc RUNTIME = of(JitRuntime.class);
    static final ClassDesc CODE = of(CompiledCode.class);
    static final ClassDesc BATCH = of(XdpBatch.class);
    static final ClassDesc CONTEXT = of(XdpContext.class);
    static final ClassDesc MEM = of(Mem.class);
    static final ClassDesc SEGMENT = of(MemorySegment.class);
    static final ClassDesc VALUE_LAYOUT = of(ValueLayout.class);
    static final ClassDesc ACCESS = of(MemoryAccess.class);
    static final ClassDesc ARITHMETIC = of(Arithmetic.class);
    static final ClassDesc HELPERS = of(HelperCalls.class);
    static final ClassDesc FUNCTION = of(HelperFunction.class);
    static final ClassDesc FAULT_KIND = of(FaultKind.class);
    static final ClassDesc ATOMIC_OP = of(AtomicOp.class);
    static final ClassDesc MAP = of(EbpfMap.class);
    static final ClassDesc MAPS = MAP.arrayType();
    static final ClassDesc WORD_KEY_MAP = of(WordKeyMap.class);
    static final ClassDesc REDIRECT_MAP = of(RedirectMap.class);

    /** The generated class; the hidden class gets a name of its own behind it. */
    static final ClassDesc PROGRAM = ClassDesc.of(Names.class.getPackageName(), "Program");

    /** A function: state, maps, r1 to r5; gives r0. */
    static final MethodTypeDesc WHOLE = MethodTypeDesc.of(LONG, CPU, BINDING, LONG, LONG, LONG, LONG, LONG);

    /** The loop over a batch. */
    static final MethodTypeDesc LOOP = MethodTypeDesc.of(VOID, CPU, BINDING, BATCH);

    /** Part of a function: state, maps, values between parts, number of the entry; gives where to go on. */
    static final MethodTypeDesc PART = MethodTypeDesc.of(INT, CPU, BINDING, LONGS, INT);

    private Names() {}

    private static ClassDesc of(Class<?> type) {
        return ClassDesc.ofDescriptor(type.descriptorString());
    }

    static String function(int start) {
        return "function" + start;
    }

    static String part(int start, int part) {
        return "function" + start + "part" + part;
    }
}
