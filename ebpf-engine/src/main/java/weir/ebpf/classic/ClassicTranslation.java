// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.classic;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;

/**
 * Translates a checked filter into eBPF for XDP, as {@code bpf_convert_filter} does for sockets. The packet loads of
 * classic BPF become comparisons with the end of the frame and plain loads; where one fails the filter returns 0.
 * Instructions that no path reaches are left out, since verifiers refuse them.
 *
 * <pre>
 *  r0  A            r6  first byte of the frame       r10 - 4 ...  scratch words
 *  r8  X            r7  end of the frame
 *  r2, r3  within an instruction    r9  length
 * </pre>
 */
final class ClassicTranslation {
    private static final int A = 0;
    private static final int CONTEXT = 1;
    private static final int TEMPORARY = 2;
    private static final int BEHIND = 3;
    private static final int DATA = 6;
    private static final int END = 7;
    private static final int X = 8;
    private static final int LENGTH = 9;
    private static final int FRAME_POINTER = 10;

    /** {@code struct xdp_md}. */
    private static final short CONTEXT_DATA = 0;

    private static final short CONTEXT_END = 4;

    /** The verifier follows pointers into a frame so far, {@code MAX_PACKET_OFF}. */
    private static final int MAX_OFFSET = 0xffff;

    private static final int HEADER_LENGTH_MASK = 0x0f;
    private static final int HEADER_LENGTH_SHIFT = 2;

    /** Target of a jump: the end where 0 is returned. */
    private static final int NOTHING = -1;

    private final List<ClassicInstruction> classic;
    private final List<Instruction> made = new ArrayList<>();
    private final List<Fix> fixes = new ArrayList<>();
    private final int[] startOf;

    /** A jump whose distance is not known yet. */
    private record Fix(int at, int target) {}

    ClassicTranslation(List<ClassicInstruction> classic) {
        this.classic = classic;
        startOf = new int[classic.size()];
    }

    Code code() throws ClassicFilterException {
        boolean[] reached = reached();
        begin();
        for (int at = 0; at < classic.size(); at++) {
            if (reached[at]) {
                startOf[at] = made.size();
                translate(at, classic.get(at));
            }
        }
        int nothing = made.size();
        if (fixes.stream().anyMatch(fix -> fix.target() == NOTHING)) {
            put(move(A, Operand.immediate(0)));
            put(new Instruction.Exit());
        }
        for (Fix fix : fixes) {
            resolve(fix, fix.target() == NOTHING ? nothing : startOf[fix.target()]);
        }
        return Code.of(made);
    }

    private void resolve(Fix fix, int target) throws ClassicFilterException {
        int distance = target - fix.at() - 1;
        if (distance != (short) distance) {
            throw new ClassicFilterException("the filter is too long: as eBPF a jump leads over " + distance
                    + " instructions, and at most " + Short.MAX_VALUE + " are possible");
        }
        made.set(
                fix.at(),
                switch (made.get(fix.at())) {
                    case Instruction.Branch branch ->
                        new Instruction.Branch(
                                branch.is64(), branch.condition(), branch.dst(), branch.src(), (short) distance);
                    default -> new Instruction.Jump(false, distance);
                });
    }

    // ---- what can be reached ---------------------------------------------------------------------

    private boolean[] reached() {
        boolean[] reached = new boolean[classic.size()];
        reached[0] = true;
        for (int at = 0; at < classic.size(); at++) { // jumps lead forward only
            ClassicInstruction instruction = classic.get(at);
            if (!reached[at] || isEnd(instruction)) {
                continue;
            }
            if (ClassicOpcode.isJumpAlways(instruction.code())) {
                reached[at + 1 + instruction.k()] = true;
            } else if (ClassicOpcode.isCondition(instruction.code())) {
                reached[at + 1 + instruction.jt()] = true;
                reached[at + 1 + instruction.jf()] = true;
            } else {
                reached[at + 1] = true;
            }
        }
        return reached;
    }

    /** Returns, and loads that fail for every frame. */
    private static boolean isEnd(ClassicInstruction instruction) {
        int code = instruction.code();
        boolean isPlain = ClassicOpcode.isAbsoluteLoad(code) && !Ancillary.isAncillary(instruction.k());
        boolean isConstantLoad = isPlain || code == (ClassicOpcode.LDX | ClassicOpcode.MSH | ClassicOpcode.BYTE);
        boolean isFar = Integer.compareUnsigned(instruction.k(), MAX_OFFSET - ClassicOpcode.bytes(code)) > 0;
        return ClassicOpcode.isReturn(code) || (isConstantLoad && isFar);
    }

    // ---- instructions ----------------------------------------------------------------------------

    private void begin() {
        put(new Instruction.Load(MemorySize.WORD, false, DATA, CONTEXT, CONTEXT_DATA));
        put(new Instruction.Load(MemorySize.WORD, false, END, CONTEXT, CONTEXT_END));
        put(new Instruction.Alu(true, AluOp.MOV, LENGTH, Operand.register(END)));
        put(new Instruction.Alu(true, AluOp.SUB, LENGTH, Operand.register(DATA)));
        put(move(A, Operand.immediate(0)));
        put(move(X, Operand.immediate(0)));
    }

    private void translate(int at, ClassicInstruction instruction) {
        int code = instruction.code();
        switch (ClassicOpcode.classOf(code)) {
            case ClassicOpcode.LD -> load(instruction);
            case ClassicOpcode.LDX -> loadIndex(instruction);
            case ClassicOpcode.ST -> store(instruction.k(), A);
            case ClassicOpcode.STX -> store(instruction.k(), X);
            case ClassicOpcode.ALU -> arithmetic(instruction);
            case ClassicOpcode.JMP -> jump(at, instruction);
            case ClassicOpcode.RET -> {
                if (code == (ClassicOpcode.RET | ClassicOpcode.K)) {
                    put(move(A, Operand.immediate(instruction.k())));
                }
                put(new Instruction.Exit());
            }
            default ->
                put(
                        code == (ClassicOpcode.MISC | ClassicOpcode.TAX)
                                ? move(X, Operand.register(A))
                                : move(A, Operand.register(X)));
        }
    }

    private void load(ClassicInstruction instruction) {
        int code = instruction.code();
        switch (ClassicOpcode.mode(code)) {
            case ClassicOpcode.IMM -> put(move(A, Operand.immediate(instruction.k())));
            case ClassicOpcode.LEN -> put(move(A, Operand.register(LENGTH)));
            case ClassicOpcode.MEM -> put(scratch(A, instruction.k()));
            case ClassicOpcode.IND -> loadIndirect(instruction);
            default -> {
                if (Ancillary.isAncillary(instruction.k())) {
                    loadAncillary(Ancillary.at(instruction.k()));
                } else {
                    loadFrame(A, instruction.k(), ClassicOpcode.bytes(code));
                }
            }
        }
    }

    private void loadIndex(ClassicInstruction instruction) {
        switch (ClassicOpcode.mode(instruction.code())) {
            case ClassicOpcode.IMM -> put(move(X, Operand.immediate(instruction.k())));
            case ClassicOpcode.LEN -> put(move(X, Operand.register(LENGTH)));
            case ClassicOpcode.MEM -> put(scratch(X, instruction.k()));
            default -> {
                loadFrame(X, instruction.k(), Byte.BYTES); // the length of an IPv4 header
                if (!isEnd(instruction)) {
                    alu(AluOp.AND, X, Operand.immediate(HEADER_LENGTH_MASK));
                    alu(AluOp.LSH, X, Operand.immediate(HEADER_LENGTH_SHIFT));
                }
            }
        }
    }

    /** Frames are as they were on the wire: a tag is among their bytes, and none is beside them. */
    private void loadAncillary(@Nullable Ancillary asked) {
        if (asked == Ancillary.ALU_XOR_X) {
            alu(AluOp.XOR, A, Operand.register(X));
        } else {
            put(move(A, Operand.immediate(0)));
        }
    }

    private void loadFrame(int into, int offset, int bytes) {
        if (Integer.compareUnsigned(offset, MAX_OFFSET - bytes) > 0) {
            jumpTo(NOTHING);
            return;
        }
        put(new Instruction.Alu(true, AluOp.MOV, TEMPORARY, Operand.register(DATA)));
        put(new Instruction.Alu(true, AluOp.ADD, TEMPORARY, Operand.immediate(offset)));
        loadAt(into, TEMPORARY, bytes);
    }

    private void loadIndirect(ClassicInstruction instruction) {
        int bytes = ClassicOpcode.bytes(instruction.code());
        put(move(BEHIND, Operand.register(X)));
        alu(AluOp.ADD, BEHIND, Operand.immediate(instruction.k()));
        branch(true, Condition.GT, BEHIND, Operand.immediate(MAX_OFFSET - bytes), NOTHING);
        put(new Instruction.Alu(true, AluOp.MOV, TEMPORARY, Operand.register(DATA)));
        put(new Instruction.Alu(true, AluOp.ADD, TEMPORARY, Operand.register(BEHIND)));
        loadAt(A, TEMPORARY, bytes);
    }

    private void loadAt(int into, int pointer, int bytes) {
        put(new Instruction.Alu(true, AluOp.MOV, BEHIND, Operand.register(pointer)));
        put(new Instruction.Alu(true, AluOp.ADD, BEHIND, Operand.immediate(bytes)));
        branch(true, Condition.GT, BEHIND, Operand.register(END), NOTHING);
        MemorySize size = switch (bytes) {
            case Byte.BYTES -> MemorySize.BYTE;
            case Short.BYTES -> MemorySize.HALF;
            default -> MemorySize.WORD;
        };
        put(new Instruction.Load(size, false, into, pointer, (short) 0));
        if (bytes > Byte.BYTES) {
            put(new Instruction.ByteSwap(into, Instruction.ByteSwap.Order.BIG, bytes * Byte.SIZE));
        }
    }

    private void store(int word, int from) {
        put(new Instruction.Store(MemorySize.WORD, FRAME_POINTER, scratchOffset(word), Operand.register(from)));
    }

    private static Instruction scratch(int into, int word) {
        return new Instruction.Load(MemorySize.WORD, false, into, FRAME_POINTER, scratchOffset(word));
    }

    private static short scratchOffset(int word) {
        return (short) (-Integer.BYTES * (word + 1));
    }

    private void arithmetic(ClassicInstruction instruction) {
        int operation = ClassicOpcode.operation(instruction.code());
        if (operation == ClassicOpcode.NEG) {
            put(new Instruction.Negate(false, A));
            return;
        }
        boolean usesX = ClassicOpcode.usesX(instruction.code());
        boolean divides = operation == ClassicOpcode.DIV || operation == ClassicOpcode.MOD;
        if (usesX && divides) {
            branch(false, Condition.EQ, X, Operand.immediate(0), NOTHING);
        }
        alu(aluOp(operation), A, usesX ? Operand.register(X) : Operand.immediate(instruction.k()));
    }

    private static AluOp aluOp(int operation) {
        return switch (operation) {
            case ClassicOpcode.ADD -> AluOp.ADD;
            case ClassicOpcode.SUB -> AluOp.SUB;
            case ClassicOpcode.MUL -> AluOp.MUL;
            case ClassicOpcode.DIV -> AluOp.DIV;
            case ClassicOpcode.OR -> AluOp.OR;
            case ClassicOpcode.AND -> AluOp.AND;
            case ClassicOpcode.LSH -> AluOp.LSH;
            case ClassicOpcode.RSH -> AluOp.RSH;
            case ClassicOpcode.MOD -> AluOp.MOD;
            case ClassicOpcode.XOR -> AluOp.XOR;
            default -> throw new IllegalStateException("operation " + operation + " was not checked");
        };
    }

    // ---- jumps -----------------------------------------------------------------------------------

    private void jump(int at, ClassicInstruction instruction) {
        if (ClassicOpcode.isJumpAlways(instruction.code())) {
            goOn(at, instruction.k());
            return;
        }
        int jt = instruction.jt();
        int jf = instruction.jf();
        if (jt == jf) {
            goOn(at, jt);
            return;
        }
        Operand other =
                ClassicOpcode.usesX(instruction.code()) ? Operand.register(X) : Operand.immediate(instruction.k());
        int operation = ClassicOpcode.operation(instruction.code());
        if (jt == 0 && operation != ClassicOpcode.JSET) {
            branch(false, opposite(operation), A, other, at + 1 + jf);
            return;
        }
        branch(false, condition(operation), A, other, at + 1 + jt);
        goOn(at, jf);
    }

    private static Condition condition(int operation) {
        return switch (operation) {
            case ClassicOpcode.JEQ -> Condition.EQ;
            case ClassicOpcode.JGT -> Condition.GT;
            case ClassicOpcode.JGE -> Condition.GE;
            default -> Condition.SET;
        };
    }

    private static Condition opposite(int operation) {
        return switch (operation) {
            case ClassicOpcode.JEQ -> Condition.NE;
            case ClassicOpcode.JGT -> Condition.LE;
            default -> Condition.LT;
        };
    }

    /** Goes on behind some instructions that are passed over. */
    private void goOn(int at, int passedOver) {
        if (passedOver > 0) {
            jumpTo(at + 1 + passedOver);
        }
    }

    private void jumpTo(int target) {
        fixes.add(new Fix(made.size(), target));
        put(new Instruction.Jump(false, 0));
    }

    private void branch(boolean is64, Condition condition, int dst, Operand src, int target) {
        fixes.add(new Fix(made.size(), target));
        put(new Instruction.Branch(is64, condition, dst, src, (short) 0));
    }

    private void alu(AluOp op, int dst, Operand src) {
        put(new Instruction.Alu(false, op, dst, src));
    }

    private static Instruction move(int dst, Operand src) {
        return new Instruction.Alu(false, AluOp.MOV, dst, src);
    }

    private void put(Instruction instruction) {
        made.add(instruction);
    }
}
