// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;
import weir.ebpf.program.FaultKind;
import weir.ebpf.run.RunState;
import weir.ebpf.xdp.XdpContext;

/**
 * Generates the method of a function, or of a part of one.
 *
 * <p>A part takes the number of the place where it is entered, and gives {@code part << 16 | entry} of where to
 * go on, or {@link #DONE}; see {@link PartBorders}.
 */
final class MethodEmitter {
    /** A part's result: the function is done, or a fault was found. */
    static final int DONE = -1;

    static final int PART_SHIFT = 16;

    private static final int FIRST_SAVED_REGISTER = 6;

    private final Emission emission;
    private final CodeBuilder code;
    private final FunctionShape shape;
    private final Part part;
    /** Null for a whole function. */
    private final @Nullable PartBorders borders;

    /** Where the function's end is in a loop; null where it is the method's. */
    private final @Nullable Label done;

    private final Map<Integer, Label> blocks = new HashMap<>();
    private final AluEmitter alu;
    private final MemoryEmitter memory;
    private final CallEmitter calls;

    private MethodEmitter(Emission emission, Part part, @Nullable PartBorders borders, @Nullable Label done) {
        this.borders = borders;
        this.done = done;
        this.emission = emission;
        this.code = emission.code;
        this.shape = emission.function.shape();
        this.part = part;
        this.alu = new AluEmitter(emission);
        this.memory = new MemoryEmitter(emission, alu);
        this.calls = new CallEmitter(emission, memory, this::leave);
    }

    private static MethodEmitter forWhole(Emission emission, @Nullable Label done) {
        FunctionShape shape = emission.function.shape();
        return new MethodEmitter(emission, new Part(shape.start(), shape.end()), null, done);
    }

    /** Generates a whole function. */
    static void emitWhole(CodeBuilder code, UnitPlan plan, FunctionAnalysis function) {
        MethodEmitter emitter = forWhole(new Emission(code, plan, function, Emission.FIRST_LOCAL), null);
        emitter.beginWhole();
        emitter.emitBlocks();
        emitter.emitEnds();
    }

    /** For the program itself inside a loop: {@link #emitBeforeLoop}, then {@link #emitInLoop}. */
    static MethodEmitter inLoop(CodeBuilder code, UnitPlan plan, FunctionAnalysis function, int firstLocal) {
        return forWhole(new Emission(code, plan, function, firstLocal), code.newLabel());
    }

    /** What is the same for all frames: r10, and what the binding holds of maps. */
    void emitBeforeLoop(List<Integer> namedMaps) {
        loadFramePointer(0);
        emission.maps.load(namedMaps, emission.firstFree());
    }

    /**
     * Leaves r0 in the register's local, and 0 after a fault.
     *
     * @param bounds reads the frame's bounds into their locals
     */
    Emission emitInLoop(Consumer<Emission> bounds) {
        code.loadConstant(XdpContext.ADDRESS);
        code.lstore(emission.register(1));
        for (int i = 2; i < FIRST_SAVED_REGISTER; i++) {
            zero(emission.register(i));
        }
        zeroOthers();
        if (emission.use.bytesToClear() > 0) {
            loadFramePointer(emission.use.bytesToClear());
        }
        bounds.accept(emission);
        emitBlocks();
        emitEnds();
        return emission;
    }

    /** Generates one of several parts. */
    static void emitPart(
            CodeBuilder code,
            UnitPlan plan,
            FunctionAnalysis function,
            Part part,
            FunctionEntries entries,
            Liveness liveness) {
        Emission emission = new Emission(code, plan, function, Emission.FIRST_LOCAL_OF_PART);
        PartBorders borders = new PartBorders(emission, part, entries, liveness);
        MethodEmitter emitter = new MethodEmitter(emission, part, borders, null);
        emitter.beginPart(borders);
        emitter.emitBlocks();
        emitter.emitEnds();
    }

    // ---- beginnings ----------------------------------------------------------------------------------

    private void beginWhole() {
        zeroOthers();
        loadFramePointer(emission.use.bytesToClear());
        emission.loadBounds();
    }

    private void zeroOthers() {
        zero(emission.register(0));
        for (int i = FIRST_SAVED_REGISTER; i < StackUse.FRAME_POINTER; i++) {
            zero(emission.register(i));
        }
        forEachWord(word -> zero(emission.word(word)));
        zero(emission.scratch());
    }

    private void loadFramePointer(int clearBytes) {
        code.aload(Emission.CPU);
        code.loadConstant(clearBytes);
        emission.runtime("frame", MethodTypeDesc.of(Names.LONG, Names.CPU, Names.INT));
        emission.boundAddress();
        emission.storeRegister(StackUse.FRAME_POINTER);
    }

    private void zero(int local) {
        code.lconst_0();
        code.lstore(local);
    }

    private void beginPart(PartBorders borders) {
        borders.load();
        zero(emission.scratch());
        loadFramePointer(0);
        emission.loadBounds();
        borders.enter(this::block);
    }

    private void forEachWord(IntConsumer action) {
        for (long rest = emission.use.locals(); rest != 0; rest &= rest - 1) {
            action.accept(Long.numberOfTrailingZeros(rest));
        }
    }

    // ---- code ----------------------------------------------------------------------------------------

    private Label block(int slot) {
        return blocks.computeIfAbsent(slot, absent -> code.newLabel());
    }

    /** Where a jump to a slot goes: its block, or the way out to another part. */
    private Label target(int slot) {
        return borders == null || part.contains(slot) ? block(slot) : borders.exit(slot);
    }

    private void emitBlocks() {
        int leader = shape.leaders().nextSetBit(part.from());
        while (leader >= 0 && leader < part.to()) {
            emitBlock(leader);
            leader = shape.leaders().nextSetBit(leader + 1);
        }
    }

    private void emitBlock(int leader) {
        code.labelBinding(block(leader));
        KnownState state = emission.function.at(leader);
        int end = shape.endOfBlock(leader);
        int slot = leader;
        while (slot < end) {
            Instruction instruction = Objects.requireNonNull(shape.code().at(slot));
            emission.at(slot, state);
            if (shape.dead().contains(slot)) {
                emission.failHereWithoutAddress(FaultKind.INSTRUCTION);
                return;
            }
            emit(slot, instruction);
            emission.function.flow().step(slot, instruction, state);
            slot += instruction.slots();
            if (!FunctionShape.fallsThrough(instruction)) {
                return;
            }
        }
        if (!part.contains(end)) {
            code.goto_(target(end));
        }
    }

    private void emit(int slot, Instruction instruction) {
        switch (instruction) {
            case Instruction.Alu alu -> this.alu.alu(alu);
            case Instruction.Negate negate -> alu.negate(negate);
            case Instruction.MoveSigned move -> alu.moveSigned(move);
            case Instruction.ByteSwap swap -> alu.byteSwap(swap);
            case Instruction.LoadWide wide -> wide(slot, wide);
            case Instruction.Load load -> memory.load(load);
            case Instruction.Store store -> memory.store(store);
            case Instruction.Atomic atomic -> memory.atomic(atomic);
            case Instruction.OrderedAccess access -> memory.ordered(access);
            case Instruction.Jump jump -> {
                payForLoop(slot, slot + 1 + jump.offset());
                code.goto_(target(slot + 1 + jump.offset()));
            }
            case Instruction.Branch branch -> {
                payForLoop(slot, slot + 1 + branch.offset());
                alu.branch(branch, target(slot + 1 + branch.offset()));
            }
            case Instruction.Call call -> calls.call(call);
            case Instruction.CallRegister call -> calls.callNumber(call);
            case Instruction.Exit exit -> {
                if (emission.plan.recordsExits() && shape.start() == 0) {
                    emission.pushState();
                    code.loadConstant(slot);
                    code.invokevirtual(Names.CPU, "exit", MethodTypeDesc.of(Names.VOID, Names.BINDING, Names.INT));
                }
                leave();
            }
            case Instruction.LoadPacket load -> emission.failHereWithoutAddress(FaultKind.INSTRUCTION);
        }
    }

    private void wide(int slot, Instruction.LoadWide wide) {
        switch (wide.kind()) {
            case MAP_INDEX -> emission.maps.pushHandle(wide.immediate());
            case MAP_INDEX_VALUE -> {
                emission.maps.pushBase(wide.immediate());
                code.loadConstant(Integer.toUnsignedLong(wide.nextImmediate()));
                code.ladd();
            }
            default ->
                code.loadConstant(
                        wide.kind() == WideKind.FUNCTION
                                ? RunState.FUNCTION_TAG + slot + 1 + wide.immediate()
                                : wide.value());
        }
        emission.storeRegister(wide.dst());
    }

    /** A jump back costs the loop's length, so that no program runs for ever, whoever verified it. */
    private void payForLoop(int slot, int target) {
        if (target > slot || !emission.plan.paysForLoops()) {
            return;
        }
        Label spent = code.newLabel();
        code.aload(Emission.CPU);
        code.dup();
        code.getfield(Names.CPU, "stepsLeft", Names.LONG);
        code.loadConstant(1L + slot - target);
        code.lsub();
        code.dup2_x1();
        code.putfield(Names.CPU, "stepsLeft", Names.LONG);
        code.lconst_0();
        code.lcmp();
        code.iflt(spent);
        emission.later(() -> {
            code.labelBinding(spent);
            emission.at(slot, emission.state());
            emission.failHereWithoutAddress(FaultKind.INSTRUCTION_LIMIT);
        });
    }

    // ---- ends ----------------------------------------------------------------------------------------

    /** The function's end, with r0 as its result. */
    private void leave() {
        if (done != null) {
            code.goto_(done);
            return;
        }
        if (borders == null) {
            emission.loadRegister(0);
            code.lreturn();
            return;
        }
        code.aload(Emission.CPU);
        emission.loadRegister(0);
        code.putfield(Names.CPU, "result", Names.LONG);
        code.loadConstant(DONE);
        code.ireturn();
    }

    private void emitEnds() {
        emission.emitLate();
        if (borders != null) {
            borders.emitExits();
        }
        code.labelBinding(emission.fail);
        if (done != null) {
            zero(emission.register(0));
            code.labelBinding(done);
        } else if (borders == null) {
            code.lconst_0();
            code.lreturn();
        } else {
            code.loadConstant(DONE);
            code.ireturn();
        }
    }
}
