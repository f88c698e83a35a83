// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.FaultKind;

/**
 * One method while it is generated: its code, its locals, what is known at the instruction at hand, and
 * what is put behind everything else because it is rarely executed.
 *
 * <pre>
 *  locals:  cpu, binding, [spilled, entry of a part], r1 .. r5, r0, r6 .. r10, data, end, scratch, words
 * </pre>
 */
final class Emission {
    static final int CPU = 0;
    static final int BINDING = 1;
    /** Of a part: where values are between parts, see {@link JitCpu}. */
    static final int SPILLED = 2;

    /** Of a part: number of the place where it is entered, or where to go on behind it. */
    static final int ENTRY = 3;

    private static final int LONG_LOCALS = 2;
    private static final int ARGUMENTS = 5;
    private static final int OTHERS = 9;
    private static final int MAX_LINES = 65_535;
    static final int FIRST_LOCAL = 2;
    static final int FIRST_LOCAL_OF_PART = 4;
    private static final List<String> LOCAL_NAMES =
            List.of("r1", "r2", "r3", "r4", "r5", "r0", "r6", "r7", "r8", "r9", "r10", "data", "end", "scratch");

    private static final List<String> HEAD_NAMES = List.of("cpu", "binding", "spilled", "entry");

    final CodeBuilder code;
    final UnitPlan plan;
    final FunctionAnalysis function;
    final StackUse use;
    final Label fail;
    final BoundMaps maps;

    private final int firstLocal;
    private final int firstFree;
    private final int[] wordLocals = new int[StackUse.WORDS];
    private final List<Runnable> late = new ArrayList<>();
    private KnownState state;
    private int slot;

    /** @param firstLocal where r1 lies */
    Emission(CodeBuilder code, UnitPlan plan, FunctionAnalysis function, int firstLocal) {
        this.code = code;
        this.plan = plan;
        this.function = function;
        this.use = function.use();
        this.firstLocal = firstLocal;
        this.fail = code.newLabel();
        this.maps = new BoundMaps(code);
        this.state = function.at(function.shape().start());
        int next = firstLocal + (ARGUMENTS + OTHERS) * LONG_LOCALS;
        for (int word = 0; word < StackUse.WORDS; word++) {
            if (((use.locals() >>> word) & 1) != 0) {
                wordLocals[word] = next;
                next += LONG_LOCALS;
            }
        }
        firstFree = next;
    }

    // ---- where we are --------------------------------------------------------------------------------

    void at(int slot, KnownState state) {
        this.slot = slot;
        this.state = state;
        showLine(slot);
    }

    /** Lines of the class are slots, from 1, as far as a line number can count. */
    private void showLine(int slot) {
        if (slot < MAX_LINES) {
            code.lineNumber(slot + 1);
        }
    }

    int slot() {
        return slot;
    }

    KnownState state() {
        return state;
    }

    Known known(int register) {
        return state.register(register);
    }

    /** Puts code behind everything else. */
    void later(Runnable emitting) {
        int origin = slot;
        late.add(() -> {
            showLine(origin);
            emitting.run();
        });
    }

    void emitLate() {
        for (int i = 0; i < late.size(); i++) {
            late.get(i).run();
        }
    }

    // ---- locals --------------------------------------------------------------------------------------

    int register(int number) {
        if (number >= 1 && number <= ARGUMENTS) {
            return firstLocal + (number - 1) * LONG_LOCALS;
        }
        return other(number == 0 ? 0 : number - ARGUMENTS);
    }

    private int other(int index) {
        return firstLocal + (ARGUMENTS + index) * LONG_LOCALS;
    }

    int data() {
        return other(6);
    }

    int end() {
        return other(7);
    }

    int scratch() {
        return other(8);
    }

    /** The first local that is not used. */
    int firstFree() {
        return firstFree;
    }

    int word(int word) {
        return wordLocals[word];
    }

    /** The local of a value that parts hand on, by its place among them. */
    int local(int spilled) {
        return spilled < Instruction.REGISTERS ? register(spilled) : word(JitCpu.wordSpilled(spilled));
    }

    /** Does something with the place of each value that parts hand on: registers but r10, and words that are locals. */
    void forEachSpilled(IntConsumer action) {
        for (int i = 0; i < StackUse.FRAME_POINTER; i++) {
            action.accept(i);
        }
        for (long rest = use.locals(); rest != 0; rest &= rest - 1) {
            action.accept(JitCpu.spilledWord(Long.numberOfTrailingZeros(rest)));
        }
    }

    void loadRegister(int number) {
        code.lload(register(number));
    }

    void storeRegister(int number) {
        code.lstore(register(number));
    }

    void push(Operand operand) {
        switch (operand) {
            case Operand.Register(int number) -> loadRegister(number);
            case Operand.Immediate(int value) -> code.loadConstant((long) value);
        }
    }

    void pushInt(Operand operand) {
        switch (operand) {
            case Operand.Register(int number) -> {
                loadRegister(number);
                code.l2i();
            }
            case Operand.Immediate(int value) -> code.loadConstant(value);
        }
    }

    /** Pushes a register plus a constant. */
    void pushSum(int register, int displacement) {
        pushSumOf(register(register), displacement);
    }

    /** Pushes a local of 64 bits plus a constant. */
    void pushSumOf(int local, int displacement) {
        code.lload(local);
        if (displacement != 0) {
            code.loadConstant((long) displacement);
            code.ladd();
        }
    }

    /** Widens the int on top of the operand stack without its sign. */
    void zeroExtend() {
        code.i2l();
        code.loadConstant(0xffff_ffffL);
        code.land();
    }

    /** What a local is called in listings. */
    static String nameOfLocal(int local, boolean isPart) {
        int first = isPart ? FIRST_LOCAL_OF_PART : FIRST_LOCAL;
        int index = (local - first) / LONG_LOCALS;
        if (local < first) {
            return HEAD_NAMES.get(local);
        }
        return index < LOCAL_NAMES.size() ? LOCAL_NAMES.get(index) : "stack" + (index - LOCAL_NAMES.size());
    }

    /** {@link Mem#bounded} of the address on top of the operand stack. */
    void boundAddress() {
        code.loadConstant(Mem.ADDRESS_BITS);
        code.land();
    }

    // ---- state ---------------------------------------------------------------------------------------

    void pushState() {
        code.aload(CPU);
        code.aload(BINDING);
    }

    void runtime(String name, MethodTypeDesc type) {
        code.invokestatic(Names.RUNTIME, name, type);
    }

    /** Reads the frame's bounds into the locals. */
    void loadBounds() {
        pushBound("data");
        code.lstore(data());
        pushBound("end");
        code.lstore(end());
    }

    /** Pushes the start of the metadata, which few programs ask for. */
    void pushMeta() {
        pushBound("meta");
    }

    private void pushBound(String name) {
        code.aload(CPU);
        code.getfield(Names.CPU, "context", Names.CONTEXT);
        code.invokevirtual(Names.CONTEXT, name, MethodTypeDesc.of(Names.LONG));
        boundAddress();
    }

    /** Leaves the method when what was called before has left a fault. */
    void failIfFailed() {
        code.aload(CPU);
        code.invokevirtual(Names.CPU, "hasFailed", MethodTypeDesc.of(Names.BOOLEAN));
        code.ifne(fail);
    }

    /** Ends the frame with a fault; the address is on top of the operand stack. */
    void failHere(FaultKind kind) {
        code.lstore(scratch());
        pushState();
        code.loadConstant(slot);
        code.getstatic(Names.FAULT_KIND, kind.name(), Names.FAULT_KIND);
        code.lload(scratch());
        runtime(
                "fault",
                MethodTypeDesc.of(Names.VOID, Names.CPU, Names.BINDING, Names.INT, Names.FAULT_KIND, Names.LONG));
        code.goto_(fail);
    }

    /** Ends the frame with a fault that has no address. */
    void failHereWithoutAddress(FaultKind kind) {
        code.lconst_0();
        failHere(kind);
    }
}
