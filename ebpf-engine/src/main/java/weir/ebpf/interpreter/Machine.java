// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import static weir.ebpf.interpreter.PreparedCode.IMMEDIATE;

import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperCalls;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.memory.MemoryAccess;
import weir.ebpf.program.ContextField;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.run.RunState;
import weir.ebpf.xdp.XdpContext;

/**
 * One CPU that executes programs: registers, call frames, and the state that helpers share. Made when
 * programs are loaded; nothing is allocated while it runs. One thread at a time.
 */
public class Machine {
    /** Instructions of a frame after which a program that nobody verified is taken to loop for ever. */
    static final long MAX_STEPS = 16_000_000;

    private static final int FRAME_POINTER = 10;

    private final RunState run;
    private final HelperCalls helpers;
    private final Callbacks callbacks;
    private final long[] r = new long[IMMEDIATE + 1];
    private final CallFrame[] frames = new CallFrame[ProgramFacts.MAX_FRAMES];

    private final long maxSteps;
    private PreparedCode code;
    private int pc;
    private long stepsLeft;

    /** @param idle code to hold before anything runs; never executed */
    Machine(RunState run, HelperCalls helpers, PreparedCode idle) {
        this(run, helpers, idle, MAX_STEPS);
    }

    /** @param maxSteps instructions of a frame before {@link #mayGoOn} is asked for each */
    Machine(RunState run, HelperCalls helpers, PreparedCode idle, long maxSteps) {
        this.maxSteps = maxSteps;
        this.run = run;
        this.helpers = helpers;
        this.code = idle;
        for (int i = 0; i < frames.length; i++) {
            frames[i] = new CallFrame();
        }
        this.callbacks = new Callbacks(this, run, r, frames);
    }

    RunState run() {
        return run;
    }

    PreparedCode code() {
        return code;
    }

    /** A register of the function at hand. */
    long register(int number) {
        return r[number];
    }

    /** How the frame of a depth was entered, and what its caller keeps. */
    CallFrame frame(int depth) {
        return frames[depth];
    }

    /** Slot of the instruction at hand; after a fault the one that did it. */
    int slot() {
        return pc;
    }

    ProgramSpec program() {
        return code.spec;
    }

    /**
     * Executes a program for the frame that the state holds.
     *
     * @return r0; nothing of worth when the state has a fault
     */
    long execute(PreparedCode program, long r1, long r2) {
        run.begin(program.maps);
        code = program;
        pc = 0;
        stepsLeft = maxSteps;
        r[0] = 0;
        r[1] = r1;
        r[2] = r2;
        for (int i = 3; i < FRAME_POINTER; i++) {
            r[i] = 0;
        }
        r[FRAME_POINTER] = run.framePointer();
        while (stretch()) {
            // goes on in another function or program
        }
        run.end();
        return r[0];
    }

    /** Executes up to a change of function or program; false at the end and after a fault. */
    private boolean stretch() {
        final PreparedCode c = code;
        final int[] kinds = c.kinds;
        final int[] targets = c.targets;
        final int[] sources = c.sources;
        final int[] offsets = c.offsets;
        final long[] registers = r;
        int at = pc;
        while (true) {
            if (--stepsLeft < 0 && !mayGoOn(at)) {
                return stop(at);
            }
            int d = targets[at];
            int s = sources[at];
            registers[IMMEDIATE] = c.immediates[at];
            switch (kinds[at]) {
                case PreparedCode.ALU64 -> registers[d] = Arithmetic.alu64(c.aluOps[at], registers[d], registers[s]);
                case PreparedCode.ALU32 ->
                    registers[d] = Arithmetic.zeroExtend(
                            Arithmetic.alu32(c.aluOps[at], (int) registers[d], (int) registers[s]));
                case PreparedCode.CONSTANT -> {
                    registers[d] = registers[IMMEDIATE];
                    at++;
                }
                case PreparedCode.LOAD, PreparedCode.LOAD_SIGNED -> {
                    if (!load(c, at, d, registers[s] + offsets[at])) {
                        return stop(at);
                    }
                }
                case PreparedCode.STORE -> {
                    if (!store(c, registers[d] + offsets[at], c.widths[at], registers[s])) {
                        return stop(at);
                    }
                }
                case PreparedCode.JUMP -> {
                    at = offsets[at];
                    continue;
                }
                case PreparedCode.BRANCH64 -> {
                    if (Arithmetic.compare64(c.conditions[at], registers[d], registers[s])) {
                        at = offsets[at];
                        continue;
                    }
                }
                case PreparedCode.BRANCH32 -> {
                    if (Arithmetic.compare32(c.conditions[at], (int) registers[d], (int) registers[s])) {
                        at = offsets[at];
                        continue;
                    }
                }
                case PreparedCode.HELPER, PreparedCode.CALL_REGISTER -> {
                    pc = at;
                    boolean goesOn = call(helperAt(c, at));
                    if (run.hasFailed()) {
                        return stop(at);
                    }
                    if (!goesOn) {
                        return true;
                    }
                }
                case PreparedCode.CALL -> {
                    pc = at;
                    return enter(offsets[at]);
                }
                case PreparedCode.EXIT -> {
                    pc = at;
                    return leave();
                }
                default -> {
                    if (!rare(c, at, d, s)) {
                        return stop(at);
                    }
                }
            }
            at++;
        }
    }

    /** Instructions that are few in programs. */
    private boolean rare(PreparedCode c, int at, int d, int s) {
        switch (c.kinds[at]) {
            case PreparedCode.NEGATE64 -> r[d] = Arithmetic.negate64(r[d]);
            case PreparedCode.NEGATE32 -> r[d] = Arithmetic.zeroExtend(Arithmetic.negate32((int) r[d]));
            case PreparedCode.SIGN64 -> r[d] = Arithmetic.signExtend64(r[s], c.widths[at]);
            case PreparedCode.SIGN32 -> r[d] = Arithmetic.zeroExtend(Arithmetic.signExtend32((int) r[s], c.widths[at]));
            case PreparedCode.SWAP -> r[d] = Arithmetic.byteSwap(c.orders[at], c.widths[at], r[d]);
            case PreparedCode.ATOMIC -> {
                return atomic(c, at, r[d] + c.offsets[at], s);
            }
            case PreparedCode.LOAD_ACQUIRE -> {
                long address = r[s] + c.offsets[at];
                if (!mayUseInOrder(address, c.widths[at], false)) {
                    return false;
                }
                r[d] = MemoryAccess.loadAcquire(address, c.widths[at]);
            }
            case PreparedCode.STORE_RELEASE -> {
                long address = r[d] + c.offsets[at];
                if (!mayUseInOrder(address, c.widths[at], true)) {
                    return false;
                }
                MemoryAccess.storeRelease(address, c.widths[at], r[s]);
            }
            default -> {
                run.fail(FaultKind.INSTRUCTION);
                return false;
            }
        }
        return true;
    }

    // ---- memory ------------------------------------------------------------------------------------

    private boolean load(PreparedCode c, int at, int register, long address) {
        int width = c.widths[at];
        boolean signed = c.kinds[at] == PreparedCode.LOAD_SIGNED;
        if (run.mayRead(address, width)) {
            long value = MemoryAccess.load(address, width);
            r[register] = signed ? Arithmetic.signExtend64(value, width * Byte.SIZE) : value;
            return true;
        }
        if (!XdpContext.isContext(address)) {
            run.fail(FaultKind.READ, address);
            return false;
        }
        long offset = address - XdpContext.ADDRESS;
        ContextField field = c.context.loaded(offset, width, signed);
        if (field == null) {
            run.fail(FaultKind.CONTEXT, address);
            return false;
        }
        long value = run.context().load(c.context, field, offset, width);
        r[register] = signed ? Arithmetic.signExtend64(value, width * Byte.SIZE) : value;
        return true;
    }

    private boolean store(PreparedCode c, long address, int width, long value) {
        if (run.mayWrite(address, width)) {
            MemoryAccess.store(address, width, value);
            return true;
        }
        if (run.storeInContext(c.context, address, width, value)) {
            return true;
        }
        run.fail(XdpContext.isContext(address) ? FaultKind.CONTEXT : FaultKind.WRITE, address);
        return false;
    }

    private boolean atomic(PreparedCode c, int at, long address, int source) {
        int width = c.widths[at];
        if (!mayUseInOrder(address, width, true)) {
            return false;
        }
        long old = width == Long.BYTES
                ? MemoryAccess.atomic64(c.atomics[at], address, r[source], r[0])
                : MemoryAccess.atomic32(c.atomics[at], address, (int) r[source], (int) r[0]);
        if (c.fetches[at]) {
            r[MemoryAccess.isCompare(c.atomics[at]) ? 0 : source] = old;
        }
        return true;
    }

    /** Whether the memory may be used by an instruction that needs it aligned. */
    private boolean mayUseInOrder(long address, int width, boolean write) {
        if (write ? !run.mayWrite(address, width) : !run.mayRead(address, width)) {
            FaultKind plain = write ? FaultKind.WRITE : FaultKind.READ;
            run.fail(XdpContext.isContext(address) ? FaultKind.CONTEXT : plain, address);
            return false;
        }
        if (address % width != 0) {
            run.fail(FaultKind.UNALIGNED, address);
            return false;
        }
        return true;
    }

    // ---- calls -------------------------------------------------------------------------------------

    private @Nullable Helper helperAt(PreparedCode c, int at) {
        if (c.kinds[at] == PreparedCode.HELPER) {
            return c.helpers[at];
        }
        long number = r[c.targets[at]];
        return number == (int) number ? c.table.find((int) number) : null;
    }

    /** Calls a helper; false when the stretch ends, be it by a fault or by going elsewhere. */
    private boolean call(@Nullable Helper helper) {
        if (helper == null) {
            run.fail(FaultKind.INSTRUCTION);
            return false;
        }
        if (!helpers.mayCall(helper, r)) {
            return false;
        }
        return switch (helper.function()) {
            case LOOP -> callbacks.loop();
            case FOR_EACH_MAP_ELEM -> callbacks.forEach();
            case TAIL_CALL -> tailCall();
            default -> {
                r[0] = helpers.call(helper.function(), r[1], r[2], r[3], r[4], r[5]);
                yield true;
            }
        };
    }

    /** The program in a slot of a program array, ready for a tail call; null if there is none. */
    @Nullable
    PreparedCode codeAt(EbpfMap map, long index) {
        return InterpretedProgram.codeAt(map, index);
    }

    /** True when the program falls through, since there is nothing to enter. */
    private boolean tailCall() {
        EbpfMap map = run.map(r[2]);
        PreparedCode target = map == null ? null : codeAt(map, r[3]);
        if (target == null || !run.countTailCall()) {
            return true;
        }
        if (run.charge(target.slots())) {
            code = target;
            pc = 0;
            run.meetAll(target.maps);
            run.clearFrame();
        }
        return false;
    }

    private boolean enter(int function) {
        return enter(function, CallFrame.Kind.CALL);
    }

    /** Enters a function of the code at hand, to come back behind the instruction at hand. */
    boolean enter(int function, CallFrame.Kind kind) {
        long framePointer = run.push();
        if (framePointer == 0) {
            return false;
        }
        CallFrame frame = frames[run.depth()];
        frame.kind = kind;
        frame.returnCode = code;
        frame.returnSlot = pc + 1;
        frame.function = function;
        frame.save(r);
        r[FRAME_POINTER] = framePointer;
        pc = function;
        return true;
    }

    private boolean leave() {
        if (run.depth() == 0) {
            return false;
        }
        CallFrame frame = frames[run.depth()];
        if (frame.kind == CallFrame.Kind.CALL) {
            leave(frame);
        } else if (r[0] == 0 && callbacks.nextRound(frame)) {
            pc = frame.function;
        } else {
            frame.round += r[0] == 0 ? 0 : 1;
            leaveCallback(frame);
        }
        // What can be wrong here is that the helper cannot pay for another round.
        return !run.hasFailed() || stop(pc - 1);
    }

    /** Leaves a callback's frame: its helper is done and returns the number of rounds. */
    void leaveCallback(CallFrame frame) {
        r[0] = frame.round;
        leave(frame);
    }

    private void leave(CallFrame frame) {
        PreparedCode caller = frame.returnCode;
        if (caller == null) {
            throw new IllegalStateException("a frame without a caller");
        }
        frame.restore(r);
        frame.clear();
        r[FRAME_POINTER] = run.pop();
        code = caller;
        pc = frame.returnSlot;
    }

    /**
     * Whether to execute the instruction at a slot though all steps are taken; a fault where not. Tests look
     * on from here: it costs nothing while there are steps.
     */
    boolean mayGoOn(int at) {
        run.fail(FaultKind.INSTRUCTION_LIMIT);
        return false;
    }

    private boolean stop(int at) {
        pc = at;
        return false;
    }
}
