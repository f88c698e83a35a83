// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpContext;

/** Makes the class of a program. Pure. */
final class ClassEmitter {
    /** Functions of more bytes of bytecode, as estimated, are divided; about 450 instructions. */
    static final int FIRST_LIMIT_BYTES = 10_400;

    static final int LAST_LIMIT_BYTES = 600;

    /** More are left to the interpreter; the largest programs in use have about 10,000 instructions. */
    private static final int MAX_SLOTS = 65_536;

    private static final int FLAGS = ClassFile.ACC_STATIC;

    /** Locals of the loop over a batch. */
    private static final int BATCH = 2;

    private static final int SIZE = 3;
    private static final int INDEX = 4;
    private static final int DATAS = 5;
    private static final int ENDS = 6;
    private static final int FIRST_FREE = 7;

    private final UnitPlan plan;
    private final Map<Integer, FunctionEntries> divided = new HashMap<>();

    private ClassEmitter(UnitPlan plan) {
        this.plan = plan;
    }

    /** @param first what r1 and r2 hold when the program starts */
    static CompiledUnit emit(
            ProgramSpec spec,
            ProgramFacts facts,
            HelperTable helpers,
            List<MapSpec> maps,
            boolean isChecked,
            Known... first)
            throws JitException {
        return emit(FIRST_LIMIT_BYTES, spec, facts, helpers, maps, isChecked, first);
    }

    /** The same, and functions of more than about so many bytes of bytecode are divided. */
    static CompiledUnit emit(
            int limitBytes,
            ProgramSpec spec,
            ProgramFacts facts,
            HelperTable helpers,
            List<MapSpec> maps,
            boolean isChecked,
            Known... first)
            throws JitException {
        if (spec.code().slots() > MAX_SLOTS) {
            throw new JitException("program " + spec.name() + " is too large for the compiler: "
                    + spec.code().slots() + " instructions, allowed are " + MAX_SLOTS);
        }
        ProgramAnalysis analysis = ProgramAnalysis.of(spec, helpers, maps, first, facts.dead());
        try {
            for (int limit = limitBytes; limit >= LAST_LIMIT_BYTES; limit /= 2) {
                UnitPlan plan = UnitPlan.of(spec, facts, helpers, maps, analysis, isChecked);
                byte[] bytes = new ClassEmitter(plan).classFile(limit);
                if (CompiledUnit.longestMethodBytes(bytes) <= CompiledUnit.MAX_METHOD_BYTES) {
                    return new CompiledUnit(spec, helpers, bytes, plan.usedHelpers(), namedMaps(spec), callbacks(plan));
                }
            }
        } catch (IllegalArgumentException e) {
            // The class file format has limits of its own: 65,535 constants, 64 KiB for a method.
            throw new JitException("program " + spec.name() + " is too large for a class: " + e.getMessage());
        }
        throw new JitException("program " + spec.name() + " is too large: a method has more than "
                + CompiledUnit.MAX_METHOD_BYTES + " bytes however the program is divided");
    }

    /** What r1 holds when an XDP program starts. */
    static Known context() {
        return new Known.Context(0);
    }

    private static List<Integer> namedMaps(ProgramSpec spec) {
        Set<Integer> named = new TreeSet<>();
        for (Instruction instruction : spec.code().instructions()) {
            if (instruction instanceof Instruction.LoadWide wide
                    && (wide.kind() == WideKind.MAP_INDEX || wide.kind() == WideKind.MAP_INDEX_VALUE)) {
                named.add(wide.immediate());
            }
        }
        return List.copyOf(named);
    }

    private static Map<Integer, Integer> callbacks(UnitPlan plan) {
        Map<Integer, Integer> slots = new HashMap<>();
        for (int start : plan.analysis().callbacks()) {
            FunctionShape shape = Objects.requireNonNull(
                            plan.analysis().functions().get(start))
                    .shape();
            slots.put(start, shape.end() - start);
        }
        return slots;
    }

    private byte[] classFile(int limitBytes) {
        plan.analysis()
                .functions()
                .forEach((start, function) -> divided.put(
                        start, FunctionEntries.of(function.shape(), Part.divide(function.shape(), limitBytes))));
        return ClassFile.of().build(Names.PROGRAM, this::build);
    }

    private void build(ClassBuilder builder) {
        builder.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
        builder.withInterfaceSymbols(Names.CODE);
        builder.withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, 0, code -> {
            code.aload(0);
            code.invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
            code.return_();
        });
        builder.withMethodBody(
                "run",
                MethodTypeDesc.of(Names.VOID, Names.CPU, Names.BINDING, Names.BATCH),
                ClassFile.ACC_PUBLIC,
                code -> {
                    code.aload(1);
                    code.aload(2);
                    code.aload(3);
                    code.invokevirtual(
                            Names.CPU, "beginBatch", MethodTypeDesc.of(Names.VOID, Names.BINDING, Names.BATCH));
                    code.aload(1);
                    code.aload(2);
                    code.aload(3);
                    code.invokestatic(Names.PROGRAM, "batch", Names.LOOP);
                    code.return_();
                });
        builder.withMethodBody("batch", Names.LOOP, FLAGS, this::batchLoop);
        builder.withMethodBody(
                "call",
                MethodTypeDesc.of(
                        Names.LONG,
                        Names.CPU,
                        Names.BINDING,
                        Names.INT,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG),
                ClassFile.ACC_PUBLIC,
                this::entry);
        plan.analysis().functions().forEach((start, function) -> function(builder, start, function));
    }

    private void function(ClassBuilder builder, int start, FunctionAnalysis function) {
        FunctionEntries entries = Objects.requireNonNull(divided.get(start));
        if (entries.isWhole()) {
            builder.withMethodBody(
                    Names.function(start), Names.WHOLE, FLAGS, code -> MethodEmitter.emitWhole(code, plan, function));
            return;
        }
        Liveness liveness = Liveness.of(plan, function);
        builder.withMethodBody(
                Names.function(start), Names.WHOLE, FLAGS, code -> PartLoop.emit(code, function, entries, liveness));
        for (int i = 0; i < entries.parts().size(); i++) {
            Part part = entries.parts().get(i);
            builder.withMethodBody(
                    Names.part(start, i),
                    Names.PART,
                    FLAGS,
                    code -> MethodEmitter.emitPart(code, plan, function, part, entries, liveness));
        }
    }

    // ---- loops around functions ----------------------------------------------------------------------

    /**
     * {@code for (i = 0; i < size; i++) { cpu.begin(i); actions[i] = program; if (touched) cpu.finish(batch, i); }};
     * the program's code is in the loop unless it is divided into parts.
     */
    private void batchLoop(CodeBuilder code) {
        Label next = code.newLabel();
        Label untouched = code.newLabel();
        Label end = code.newLabel();
        loadArray(code, "datas", DATAS);
        loadArray(code, "ends", ENDS);
        code.aload(BATCH);
        code.invokevirtual(Names.BATCH, "size", MethodTypeDesc.of(Names.INT));
        code.istore(SIZE);
        IntSupplier program = program(code);
        code.iconst_0();
        code.istore(INDEX);
        code.labelBinding(next);
        code.iload(INDEX);
        code.iload(SIZE);
        code.if_icmpge(end);
        code.aload(Emission.CPU);
        code.iload(INDEX);
        code.invokevirtual(Names.CPU, "begin", MethodTypeDesc.of(Names.VOID, Names.INT));
        int r0 = program.getAsInt();
        code.aload(BATCH);
        code.invokevirtual(Names.BATCH, "actions", MethodTypeDesc.of(Names.INTS));
        code.iload(INDEX);
        code.lload(r0);
        code.l2i();
        code.iastore();
        code.aload(Emission.CPU);
        code.getfield(Names.CPU, "run", Names.RUN);
        code.invokevirtual(Names.RUN, "isTouched", MethodTypeDesc.of(Names.BOOLEAN));
        code.ifeq(untouched);
        code.aload(Emission.CPU);
        code.aload(BATCH);
        code.iload(INDEX);
        code.invokevirtual(Names.CPU, "finish", MethodTypeDesc.of(Names.VOID, Names.BATCH, Names.INT));
        code.labelBinding(untouched);
        code.iinc(INDEX, 1);
        code.goto_(next);
        code.labelBinding(end);
        code.return_();
    }

    private static void loadArray(CodeBuilder code, String name, int local) {
        code.aload(BATCH);
        code.invokevirtual(Names.BATCH, name, MethodTypeDesc.of(Names.LONGS));
        code.astore(local);
    }

    /** Emits what is to be done once, and returns what emits the program: it gives the local that holds the result. */
    private IntSupplier program(CodeBuilder code) {
        FunctionAnalysis main =
                Objects.requireNonNull(plan.analysis().functions().get(0));
        FunctionEntries entries = Objects.requireNonNull(divided.get(0));
        if (!entries.isWhole()) {
            return () -> callProgram(code);
        }
        MethodEmitter program = MethodEmitter.inLoop(code, plan, main, FIRST_FREE);
        program.emitBeforeLoop(namedMaps(plan.spec()));
        return () -> program.emitInLoop(ClassEmitter::loadBounds).register(0);
    }

    private static int callProgram(CodeBuilder code) {
        code.aload(Emission.CPU);
        code.aload(Emission.BINDING);
        code.loadConstant(XdpContext.ADDRESS);
        for (int register = 2; register <= 5; register++) {
            code.lconst_0();
        }
        code.invokestatic(Names.PROGRAM, Names.function(0), Names.WHOLE);
        code.lstore(FIRST_FREE);
        return FIRST_FREE;
    }

    private static void loadBounds(Emission emission) {
        loadBound(emission, DATAS, emission.data());
        loadBound(emission, ENDS, emission.end());
    }

    private static void loadBound(Emission emission, int array, int local) {
        emission.code.aload(array);
        emission.code.iload(INDEX);
        emission.code.laload();
        emission.boundAddress();
        emission.code.lstore(local);
    }

    /** Goes to the program or one of its callbacks, by slot. */
    private void entry(CodeBuilder code) {
        Set<Integer> starts = new TreeSet<>(plan.analysis().callbacks());
        starts.add(0);
        Label unknown = code.newLabel();
        List<SwitchCase> cases = new ArrayList<>();
        starts.forEach(start -> cases.add(SwitchCase.of(start, code.newLabel())));
        code.iload(3);
        code.lookupswitch(unknown, cases);
        for (SwitchCase each : cases) {
            code.labelBinding(each.target());
            code.aload(1);
            code.aload(2);
            for (int register = 0; register < 5; register++) {
                code.lload(4 + 2 * register);
            }
            code.invokestatic(Names.PROGRAM, Names.function(each.caseValue()), Names.WHOLE);
            code.lreturn();
        }
        code.labelBinding(unknown);
        code.lconst_0();
        code.lreturn();
    }
}
