// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.isa.WideKind;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.program.Signature;
import weir.ebpf.program.Subprogram;

/**
 * Programs made to wear a verifier out. Started as a program of its own it verifies each, and prints its name,
 * the verdict, the milliseconds that it took, and why it was refused. Milliseconds are those of the CPUs, or those of the
 * clock where they are fewer: what other programs take away does not count.
 */
enum HostilePrograms {
    LOOP_OF_TEN_MILLION("TOO_COMPLEX"),
    SUMS_THAT_NOTHING_DEPENDS_ON("TOO_COMPLEX"),
    MILLION_SLOTS("ACCEPTED"),
    BRANCHES_ONE_BEHIND_THE_OTHER("TOO_COMPLEX"),
    DIAMONDS_THAT_ALL_DIFFER("TOO_COMPLEX"),
    CALLS_FANNING_OUT("TOO_COMPLEX"),
    DEEP_STACKS_THAT_ALL_DIFFER("TOO_COMPLEX"),
    FULL_STACKS("TOO_COMPLEX"),
    GLOBAL_FUNCTIONS("TOO_COMPLEX"),
    CHAIN_OF_GLOBAL_FUNCTIONS("CALL_DEPTH"),
    ORDINARY("ACCEPTED"),
    DEAD_CODE("ACCEPTED"),
    JUMPS_BACKWARD("TOO_COMPLEX"),
    NESTED_CALLBACKS("ACCEPTED"),
    CALLBACK_THAT_NEVER_SETTLES("TOO_COMPLEX");

    private static final int FRAME_POINTER = 10;
    private static final int GET_PRANDOM = 7;
    private static final int LOOP_HELPER = 181;
    private static final int MAX_SLOTS = 1_000_000;
    private static final Signature NUMBER = new Signature(List.of(new Signature.Parameter.Scalar()), true);

    private final String verdict;

    HostilePrograms(String verdict) {
        this.verdict = verdict;
    }

    /** That is due: {@code ACCEPTED}, or a {@link ViolationKind}. */
    String verdict() {
        return verdict;
    }

    ProgramSpec spec() {
        return switch (this) {
            case LOOP_OF_TEN_MILLION -> longLoop();
            case SUMS_THAT_NOTHING_DEPENDS_ON -> longSum();
            case MILLION_SLOTS -> millionSlots();
            case BRANCHES_ONE_BEHIND_THE_OTHER -> manyBranches();
            case DIAMONDS_THAT_ALL_DIFFER -> diamonds();
            case CALLS_FANNING_OUT -> fanOut();
            case DEEP_STACKS_THAT_ALL_DIFFER -> deepStacks();
            case FULL_STACKS -> fullStacks();
            case GLOBAL_FUNCTIONS -> globalFunctions();
            case CHAIN_OF_GLOBAL_FUNCTIONS -> chainOfGlobals();
            case ORDINARY -> ordinary();
            case DEAD_CODE -> deadCode();
            case JUMPS_BACKWARD -> jumpsBackward();
            case NESTED_CALLBACKS -> nestedCallbacks();
            case CALLBACK_THAT_NEVER_SETTLES -> restlessCallback();
        };
    }

    /** The verifier counts time by the clock: what is not too complex may wait longer for a CPU. */
    private VerifierOptions options() {
        VerifierOptions usual = VerifierOptions.standard();
        return verdict.equals("TOO_COMPLEX")
                ? usual
                : new VerifierOptions(0, false, usual.maxInstructions(), Duration.ofMinutes(5));
    }

    public static void main(String[] arguments) {
        for (HostilePrograms each : values()) {
            ProgramSpec spec = each.spec();
            Duration cpuBefore = cpuTime();
            long start = System.nanoTime();
            Verification verification = Verifier.verify(spec, List.of(), HelperTable.xdp(), each.options());
            long elapsed = (System.nanoTime() - start) / 1_000_000;
            long millis = Math.min(elapsed, cpuTime().minus(cpuBefore).toMillis());
            System.out.println(each + " "
                    + switch (verification) {
                        case Verification.Accepted _ -> "ACCEPTED " + millis;
                        case Verification.Rejected rejected -> {
                            Violation violation = rejected.violations().getFirst();
                            yield violation.kind() + " " + millis + " " + violation.message() + "; "
                                    + violation.found();
                        }
                    });
        }
    }

    /** Of all threads of this process. */
    private static Duration cpuTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }

    // ---- programs -------------------------------------------------------------------------------------

    private static ProgramSpec longLoop() {
        return program(code -> {
            code.add(move(6, 0));
            code.add(alu(AluOp.ADD, 6, 1));
            code.add(branch(Condition.LT, 6, 10_000_000, -2));
        });
    }

    /** The verifier must not remember for ever what each sum was made from. */
    private static ProgramSpec longSum() {
        return program(code -> {
            unknown(code, 7);
            unknown(code, 8);
            code.add(move(6, 0));
            int start = code.size();
            for (int i = 0; i < 1000; i++) {
                code.add(aluRegister(AluOp.XOR, 7, 8));
                code.add(aluRegister(AluOp.ADD, 8, 7));
            }
            code.add(alu(AluOp.ADD, 6, 1));
            code.add(branch(Condition.LT, 6, 10_000_000, start - code.size() - 1));
        });
    }

    private static ProgramSpec millionSlots() {
        return program(code -> {
            for (int i = 0; i < MAX_SLOTS - 2; i++) {
                code.add(move(i % 10, i));
            }
        });
    }

    private static ProgramSpec manyBranches() {
        return program(code -> {
            unknown(code, 6);
            for (int i = 0; i < 20_000; i++) {
                code.add(alu(AluOp.XOR, 6, i));
                code.add(branch(Condition.EQ, 6, i, 0));
            }
        });
    }

    /** 2^60 paths, each with other numbers on the stack, which matter at the end. */
    private static ProgramSpec diamonds() {
        return program(code -> {
            for (int slot = 1; slot <= 60; slot++) {
                unknown(code, 6);
                code.add(store(-8 * slot, 1));
                code.add(branch(Condition.EQ, 6, slot, 1));
                code.add(store(-8 * slot, 2));
            }
            for (int slot = 1; slot <= 60; slot++) {
                code.add(new Instruction.Load(MemorySize.DOUBLE, false, 3, FRAME_POINTER, (short) (-8 * slot)));
                code.add(branch(Condition.EQ, 3, 0, 0));
            }
        });
    }

    private static ProgramSpec fanOut() {
        return calls(8, 20, (code, level) -> {
            unknown(code, 6);
            code.add(branch(Condition.EQ, 6, level, 0));
        });
    }

    /** Every state holds eight frames. */
    private static ProgramSpec deepStacks() {
        return calls(8, 6, (code, level) -> {
            for (int slot = 1; slot <= 8; slot++) {
                unknown(code, 6);
                code.add(store(-8 * slot, 1));
                code.add(branch(Condition.EQ, 6, slot, 1));
                code.add(store(-8 * slot, 2));
                code.add(new Instruction.Load(MemorySize.DOUBLE, false, 3, FRAME_POINTER, (short) (-8 * slot)));
                code.add(branch(Condition.EQ, 3, 0, 0));
            }
        });
    }

    /** Each state that is stored has 512 numbers on its stacks. */
    private static ProgramSpec fullStacks() {
        return calls(8, 1, (code, level) -> {
            unknown(code, 6);
            for (int slot = 1; slot <= 64; slot++) {
                code.add(new Instruction.Store(
                        MemorySize.DOUBLE, FRAME_POINTER, (short) (-8 * slot), Operand.register(6)));
            }
            for (int i = 0; level == 7 && i < 30_000; i++) {
                code.add(branch(Condition.GT, 6, i, 1));
                code.add(alu(AluOp.ADD, 6, 1));
                code.add(branch(Condition.GT, 6, i, 0));
                for (int more = 0; more < 6; more++) {
                    code.add(alu(AluOp.ADD, 6, 1));
                }
            }
        });
    }

    private static ProgramSpec globalFunctions() {
        int count = 100_000;
        List<Instruction> code = new ArrayList<>();
        List<Subprogram> functions = new ArrayList<>(List.of(new Subprogram("main", 0, true, 0)));
        for (int i = 0; i < count; i++) {
            code.add(move(1, i));
            int function = 2 * count + 2 + 3 * i;
            code.add(new Instruction.Call(CallKind.LOCAL, function - code.size() - 1));
        }
        leave(code);
        for (int i = 0; i < count; i++) {
            functions.add(new Subprogram("f" + i, code.size(), true, 0, NUMBER));
            code.add(aluRegister(AluOp.MOV, 0, 1));
            leave(code);
        }
        return spec(code, functions);
    }

    /** Each calls all that come behind it. */
    private static ProgramSpec chainOfGlobals() {
        int count = 256;
        List<Instruction> code = new ArrayList<>();
        List<Subprogram> functions = new ArrayList<>();
        int[] starts = new int[count];
        for (int i = 1; i < count; i++) {
            starts[i] = starts[i - 1] + 2 * (count - i) + 2;
        }
        for (int i = 0; i < count; i++) {
            functions.add(new Subprogram("f" + i, starts[i], true, 0, i == 0 ? null : NUMBER));
            for (int callee = i + 1; callee < count; callee++) {
                code.add(move(1, callee));
                code.add(new Instruction.Call(CallKind.LOCAL, starts[callee] - code.size() - 1));
            }
            leave(code);
        }
        return spec(code, functions);
    }

    private static ProgramSpec deadCode() {
        return program(code -> {
            code.add(move(6, 0));
            code.add(branch(Condition.EQ, 6, 0, 1));
            code.add(new Instruction.Jump(true, 1));
            code.add(new Instruction.Jump(true, MAX_SLOTS - 10));
            for (int i = 0; i < MAX_SLOTS - 10; i++) {
                code.add(i % 3 == 0 ? branch(Condition.EQ, 6, i, 1) : move(i % 10, i));
            }
        });
    }

    /** What is read at the end is told to the one before it, pass by pass. */
    private static ProgramSpec jumpsBackward() {
        int count = 400_000;
        return program(code -> {
            unknown(code, 6);
            code.add(new Instruction.Jump(true, 2 * (count - 1)));
            for (int i = 0; i < count; i++) {
                code.add(branch(Condition.EQ, 6, i, 0));
                code.add(new Instruction.Jump(true, i == 0 ? 2 * (count - 1) : -4));
            }
        });
    }

    private static ProgramSpec nestedCallbacks() {
        return callbacks(7, (code, level) -> {
            unknown(code, 6);
            code.add(store(-8, level));
            code.add(branch(Condition.EQ, 6, level, 1));
            code.add(store(-8, -1));
        });
    }

    private static ProgramSpec restlessCallback() {
        return callbacks(1, (code, level) -> {
            code.add(aluRegister(AluOp.MOV, 7, 2));
            unknown(code, 6);
            for (int slot = 1; slot <= 20; slot++) {
                code.add(new Instruction.Load(MemorySize.DOUBLE, false, 3, 7, (short) (-8 * slot)));
                code.add(alu(AluOp.ADD, 3, slot));
                code.add(branch(Condition.EQ, 3, 1 << slot, 0));
                code.add(branch(Condition.EQ, 6, slot, 1));
                code.add(new Instruction.Store(MemorySize.DOUBLE, 7, (short) (-8 * slot), Operand.register(3)));
            }
        });
    }

    /** 4,096 instructions as a compiler writes them: checks of the frame's end, loads, sums, stores. */
    private static ProgramSpec ordinary() {
        return program(code -> {
            code.add(aluRegister(AluOp.MOV, 6, 1));
            code.add(move(7, 0));
            for (int i = 0; i < 315; i++) {
                code.add(new Instruction.Load(MemorySize.WORD, false, 1, 6, (short) 0));
                code.add(new Instruction.Load(MemorySize.WORD, false, 2, 6, (short) 4));
                code.add(aluRegister(AluOp.MOV, 3, 1));
                code.add(alu(AluOp.ADD, 3, 14 + i % 50));
                code.add(new Instruction.Branch(true, Condition.GT, 3, Operand.register(2), (short) 8));
                code.add(new Instruction.Load(MemorySize.HALF, false, 4, 1, (short) 12));
                code.add(branch(Condition.EQ, 4, i, 3));
                code.add(new Instruction.Load(MemorySize.WORD, false, 5, 1, (short) (i % 10)));
                code.add(aluRegister(AluOp.ADD, 7, 5));
                code.add(alu(AluOp.AND, 7, 0xffff));
                code.add(new Instruction.Store(MemorySize.DOUBLE, FRAME_POINTER, (short) -8, Operand.register(7)));
                code.add(new Instruction.Load(MemorySize.WORD, false, 5, FRAME_POINTER, (short) -8));
                code.add(aluRegister(AluOp.XOR, 7, 5));
            }
        });
    }

    // ---- pieces ---------------------------------------------------------------------------------------

    private interface Body {
        void addTo(List<Instruction> code);
    }

    private interface FunctionBody {
        void addTo(List<Instruction> code, int level);
    }

    private static ProgramSpec program(Body body) {
        List<Instruction> code = new ArrayList<>();
        body.addTo(code);
        leave(code);
        return ProgramSpec.of("hostile", Code.of(code));
    }

    /** Functions of which each calls the next one several times. */
    private static ProgramSpec calls(int levels, int times, FunctionBody body) {
        List<Instruction> code = new ArrayList<>();
        List<Subprogram> functions = new ArrayList<>();
        List<int[]> open = new ArrayList<>();
        for (int level = 0; level < levels; level++) {
            int start = code.size();
            functions.add(new Subprogram("f" + level, start, level == 0, 0));
            open.forEach(call -> code.set(call[0], new Instruction.Call(CallKind.LOCAL, start - call[0] - 1)));
            open.clear();
            body.addTo(code, level);
            for (int i = 0; i < times && level + 1 < levels; i++) {
                open.add(new int[] {code.size()});
                code.add(new Instruction.Call(CallKind.LOCAL, 0));
            }
            leave(code);
        }
        return spec(code, functions);
    }

    /** Callbacks of which each hands the next one to {@code bpf_loop}, for as many turns as there can be. */
    private static ProgramSpec callbacks(int levels, FunctionBody body) {
        List<Instruction> code = new ArrayList<>();
        int open = -1;
        for (int level = 0; level <= levels; level++) {
            if (open >= 0) {
                code.set(indexOf(code, open), address(slots(code) - open - 1));
            }
            if (level > 0) {
                body.addTo(code, level);
            } else {
                for (int slot = 1; slot <= 20; slot++) {
                    code.add(store(-8 * slot, 0));
                }
            }
            if (level < levels) {
                code.add(move(1, 1 << 23));
                open = slots(code);
                code.add(address(0));
                code.add(aluRegister(AluOp.MOV, 3, FRAME_POINTER));
                code.add(move(4, 0));
                code.add(new Instruction.Call(CallKind.HELPER, LOOP_HELPER));
            }
            leave(code);
        }
        return ProgramSpec.of("hostile", Code.of(code));
    }

    private static int slots(List<Instruction> code) {
        return code.stream().mapToInt(Instruction::slots).sum();
    }

    private static int indexOf(List<Instruction> code, int slot) {
        int at = 0;
        int index = 0;
        while (at < slot) {
            at += code.get(index++).slots();
        }
        return index;
    }

    private static Instruction address(int offset) {
        return new Instruction.LoadWide(2, WideKind.FUNCTION, offset, 0);
    }

    private static void unknown(List<Instruction> code, int register) {
        code.add(new Instruction.Call(CallKind.HELPER, GET_PRANDOM));
        code.add(aluRegister(AluOp.MOV, register, 0));
    }

    private static void leave(List<Instruction> code) {
        code.add(move(0, 0));
        code.add(new Instruction.Exit());
    }

    private static Instruction move(int register, int value) {
        return alu(AluOp.MOV, register, value);
    }

    private static Instruction alu(AluOp op, int register, int value) {
        return new Instruction.Alu(true, op, register, Operand.immediate(value));
    }

    private static Instruction aluRegister(AluOp op, int register, int source) {
        return new Instruction.Alu(true, op, register, Operand.register(source));
    }

    private static Instruction branch(Condition condition, int register, int value, int offset) {
        return new Instruction.Branch(true, condition, register, Operand.immediate(value), (short) offset);
    }

    private static Instruction store(int offset, int value) {
        return new Instruction.Store(MemorySize.DOUBLE, FRAME_POINTER, (short) offset, Operand.immediate(value));
    }

    private static ProgramSpec spec(List<Instruction> code, List<Subprogram> functions) {
        return new ProgramSpec(
                "hostile",
                "xdp",
                ProgramType.XDP,
                ProgramSpec.Attach.DEVICE,
                Code.of(code),
                functions,
                List.of(),
                "GPL",
                List.of());
    }
}
