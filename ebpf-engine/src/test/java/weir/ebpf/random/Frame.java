// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.SplittableRandom;
import java.util.function.Predicate;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.isa.WideKind;
import weir.ebpf.random.ProgramDraft.Function;
import weir.ebpf.random.ProgramDraft.Role;

/**
 * One function while it is generated: its code so far, what is known here, and what snippets share.
 *
 * <p>Registers 6 to 9 keep their contents over calls and are called stable. A snippet holds the registers
 * it works with, so that none is handed out twice; all are let go when it ends.
 */
final class Frame {
    static final int FRAME_POINTER = 10;
    static final int NONE = -1;
    private static final int FIRST_STABLE = 6;
    private static final int[] TELLING_NUMBERS = {
        0,
        1,
        -1,
        2,
        3,
        7,
        8,
        31,
        32,
        63,
        127,
        128,
        255,
        256,
        -128,
        0x7fff,
        0x8000,
        0xffff,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        Integer.MIN_VALUE + 1
    };

    final ProgramDraft program;
    final Function function;
    final SplittableRandom random;
    final CodeBuilder code;
    /** Frames with this one. */
    final int depth;

    MachineState state;
    /** Register with the context, or NONE. */
    int context = NONE;

    /** Loops around this place. */
    int loops;

    private int nesting;
    private int branches;
    private int locked;
    private int held;
    private int calleeHeight;

    Frame(ProgramDraft program, Function function, int depth, int stackBytes) {
        this.program = program;
        this.function = function;
        this.random = program.draft.random;
        this.code = function.code;
        this.depth = depth;
        this.state = new MachineState(stackBytes);
    }

    void generate(int budget) {
        for (int i = 0; i < function.parameters.size(); i++) {
            state.set(i + 1, function.parameters.get(i));
        }
        if (!function.parameters.isEmpty() && function.parameters.getFirst() instanceof RegisterType.Context) {
            context = FIRST_STABLE + random.nextInt(4);
            move(context, 1);
            lock(context);
        }
        if (function.role == Role.HASH_CALLBACK) {
            CallSnippets.hashCallback(this);
            return;
        }
        if (depth == ProgramDraft.MAX_FRAMES) {
            program.isDescending = false;
        }
        if (program.isDescending && depth > 1) {
            CallSnippets.callStatic(this);
            held = 0;
        }
        body(budget);
        if (program.isTailTarget && function.role == Role.MAIN && random.nextBoolean()) {
            CallSnippets.tailCall(this);
        }
        leave(false);
    }

    int calleeHeight() {
        return calleeHeight;
    }

    void calls(Function callee) {
        calleeHeight = Math.max(calleeHeight, callee.height);
    }

    // ---- snippets -------------------------------------------------------------------------------------

    /** So many snippets one behind the other. */
    void body(int snippets) {
        int heldOutside = held;
        held = 0;
        nesting++;
        for (int i = 0; i < snippets; i++) {
            snippet();
        }
        nesting--;
        held = heldOutside;
    }

    private void snippet() {
        for (int attempt = 0; attempt < 30; attempt++) {
            Construct construct = program.draft.weights.at(random.nextInt(program.draft.weights.total()));
            boolean emitted = Snippets.of(construct).emit(this);
            held = 0;
            if (emitted) {
                program.draft.constructs.add(construct);
                return;
            }
        }
    }

    /** Whether one more body inside of this one is wise: the kernel walks every path. */
    boolean mayNest() {
        if (nesting > 3 || branches > 14) {
            return false;
        }
        branches++;
        return true;
    }

    /** Sets r0 to what the function may return and returns it. */
    void leave(boolean early) {
        boolean callback = function.role == Role.LOOP_CALLBACK || function.role == Role.EACH_CALLBACK;
        if (callback && (early || random.nextInt(4) != 0)) {
            add(new Instruction.Alu(true, AluOp.MOV, 0, Operand.immediate(random.nextInt(8) == 0 ? 1 : 0)));
        } else if (early || (!callback && random.nextInt(4) == 0)) {
            add(new Instruction.Alu(true, AluOp.MOV, 0, Operand.immediate(random.nextInt(6))));
        } else {
            mixInto0();
            if (callback) {
                add(new Instruction.Alu(true, AluOp.AND, 0, Operand.immediate(1)));
            }
        }
        add(new Instruction.Exit());
    }

    private void mixInto0() {
        if (!(state.get(0) instanceof RegisterType.Scalar)) {
            move(0, scalar());
        }
        for (int register = 1; register < 10; register++) {
            if (state.get(register) instanceof RegisterType.Scalar && random.nextBoolean()) {
                add(new Instruction.Alu(true, AluOp.XOR, 0, Operand.register(register)));
                add(new Instruction.Alu(true, AluOp.MUL, 0, Operand.immediate(0x01000193)));
            }
        }
        if (random.nextBoolean()) {
            Instruction fold = new Instruction.Alu(true, AluOp.RSH, 0, Operand.immediate(random.nextInt(33)));
            add(fold);
        }
    }

    // ---- registers ----------------------------------------------------------------------------------

    void lock(int register) {
        locked |= 1 << register;
    }

    void unlock(int register) {
        locked &= ~(1 << register);
    }

    int hold(int register) {
        held |= 1 << register;
        return register;
    }

    /** Whether it may be overwritten at all, held or not. */
    boolean isUnlocked(int register) {
        return (locked >> register & 1) == 0;
    }

    boolean isFree(int register) {
        return ((locked | held) >> register & 1) == 0;
    }

    /** A register to write to; held. What it held is lost once it is written. */
    int free() {
        return hold(pick(0, register -> true));
    }

    /** The same among r6 to r9; NONE if all are taken. */
    int freeStable() {
        int taken = (locked | held) >> FIRST_STABLE & 0xf;
        return taken == 0xf ? NONE : hold(pick(FIRST_STABLE, register -> true));
    }

    private int pick(int first, Predicate<Integer> fits) {
        int chosen = NONE;
        boolean preferUnset = random.nextInt(4) != 0;
        int count = 0;
        for (int register = first; register < 10; register++) {
            if (!isFree(register) || !fits.test(register)) {
                continue;
            }
            boolean unset = state.get(register) instanceof RegisterType.Unset;
            int share = unset && preferUnset ? 8 : state.get(register) instanceof RegisterType.Scalar ? 3 : 1;
            count += share;
            if (random.nextInt(count) < share) {
                chosen = register;
            }
        }
        return chosen;
    }

    /** A register with such contents, from {@code first} on; NONE if there is none. Not held. */
    int find(int first, Predicate<RegisterType> fits) {
        int chosen = NONE;
        int count = 0;
        for (int register = first; register < 10; register++) {
            if (fits.test(state.get(register)) && random.nextInt(++count) == 0) {
                chosen = register;
            }
        }
        return chosen;
    }

    int find(Predicate<RegisterType> fits) {
        return find(0, fits);
    }

    int findStable(Predicate<RegisterType> fits) {
        return find(FIRST_STABLE, fits);
    }

    /** A register with a number; made if there is none. Held. */
    int scalar() {
        int found = find(RegisterType.SCALAR::equals);
        if (found == NONE) {
            found = free();
            moveImmediate(found, immediate());
        }
        return hold(found);
    }

    /** A register to compute in: a number that may be overwritten; made if there is none. Held. */
    int scalarToChange() {
        int count = 0;
        int chosen = NONE;
        for (int register = 0; register < 10; register++) {
            if (state.get(register) instanceof RegisterType.Scalar
                    && isFree(register)
                    && random.nextInt(++count) == 0) {
                chosen = register;
            }
        }
        if (chosen == NONE) {
            chosen = free();
            moveImmediate(chosen, immediate());
        }
        return hold(chosen);
    }

    /** A fresh register with a number from 0 to mask. Held. */
    int bounded(int mask) {
        int source = scalar();
        int target = free();
        move(target, source);
        add(new Instruction.Alu(random.nextBoolean(), AluOp.AND, target, Operand.immediate(mask)));
        return target;
    }

    int immediate() {
        return switch (random.nextInt(4)) {
            case 0 -> TELLING_NUMBERS[random.nextInt(TELLING_NUMBERS.length)];
            case 1 -> random.nextInt(-20, 21);
            case 2 -> 1 << random.nextInt(32);
            default -> random.nextInt();
        };
    }

    /** A number as second operand, in a register or not. */
    Operand operand() {
        return random.nextBoolean() ? Operand.immediate(immediate()) : Operand.register(scalar());
    }

    // ---- code -----------------------------------------------------------------------------------------

    void add(Instruction instruction) {
        code.add(instruction);
    }

    void move(int dst, int src) {
        add(new Instruction.Alu(true, AluOp.MOV, dst, Operand.register(src)));
        state.set(dst, src == FRAME_POINTER ? RegisterType.UNSET : state.get(src));
    }

    void moveImmediate(int dst, int value) {
        add(new Instruction.Alu(random.nextBoolean(), AluOp.MOV, dst, Operand.immediate(value)));
        state.set(dst, RegisterType.SCALAR);
    }

    void addImmediate(int dst, int value) {
        add(new Instruction.Alu(true, AluOp.ADD, dst, Operand.immediate(value)));
    }

    void load(MemorySize size, boolean signed, int dst, int base, int offset, RegisterType type) {
        add(new Instruction.Load(size, signed, dst, base, (short) offset));
        state.set(dst, type);
    }

    void store(MemorySize size, int base, int offset, Operand value) {
        add(new Instruction.Store(size, base, (short) offset, value));
    }

    /** Calls a helper; r0 holds a number then, r1 to r5 nothing. */
    void callHelper(int number) {
        add(new Instruction.Call(CallKind.HELPER, number));
        afterCall();
    }

    void afterCall() {
        for (int register = 1; register <= 5; register++) {
            state.set(register, RegisterType.UNSET);
        }
        state.set(0, RegisterType.SCALAR);
    }

    // ---- arguments: sources are r0 and stable registers, so that filling r1 to r5 destroys none --------

    /** A number, bounded or not, into an argument register. */
    void scalarArgument(int argument, int immediate) {
        int source = random.nextInt(3) == 0 ? argumentScalar() : NONE;
        if (source == NONE) {
            moveImmediate(argument, immediate);
        } else {
            move(argument, source);
        }
    }

    /** r0 or a stable register with a number, or NONE. */
    int argumentScalar() {
        if (state.get(0) instanceof RegisterType.Scalar && random.nextInt(3) == 0) {
            return 0;
        }
        return findStable(RegisterType.SCALAR::equals);
    }

    void mapArgument(int argument, RandomMap map) {
        add(new Instruction.LoadWide(argument, WideKind.MAP_INDEX, program.draft.mapIndex(map), 0));
        state.set(argument, RegisterType.UNSET);
    }

    void dataArgument(int argument, RandomMap map, int offset) {
        int index = program.draft.mapIndex(map);
        add(new Instruction.LoadWide(argument, WideKind.MAP_INDEX_VALUE, index, offset));
        state.set(argument, RegisterType.UNSET);
    }

    void contextArgument() {
        move(1, context);
    }

    void stackArgument(int argument, int offset) {
        move(argument, FRAME_POINTER);
        addImmediate(argument, offset);
    }

    /** Any pointers into the packet are stale. */
    void forgetPacket() {
        state.forget(type -> type instanceof RegisterType.Packet || type instanceof RegisterType.PacketEnd);
    }

    /** Elements of hash maps may have moved. */
    void forgetElements() {
        state.forget(
                type -> type instanceof RegisterType.Region region && region.kind() == RegisterType.Kind.HASH_VALUE);
    }

    // ---- stack -----------------------------------------------------------------------------------------

    /** Offset of a place for so many bytes, aligned to 8; NONE (never an offset) if the frame is too small. */
    int place(int bytes) {
        int slots = (bytes + 7) / 8;
        int all = state.stackBytes() / 8;
        return slots > all ? NONE : -8 * (slots + random.nextInt(all - slots + 1));
    }

    /** A place filled with numbers; NONE if the frame is too small. */
    int filledPlace(int bytes) {
        int offset = place(bytes);
        if (offset != NONE) {
            fill(offset, bytes);
        }
        return offset;
    }

    /** Stores numbers, aligned, so that all these bytes are initialised; uses no register that is held. */
    void fill(int offset, int bytes) {
        int source = find(RegisterType.SCALAR::equals);
        for (int at = 0; at < bytes; ) {
            MemorySize size = atMost(MemorySize.DOUBLE, bytes - at);
            boolean already = state.isInitialised(offset + at, size.bytes()) && random.nextBoolean();
            if (!already) {
                boolean immediate = source == NONE || random.nextBoolean();
                Operand value = immediate ? Operand.immediate(immediate()) : Operand.register(source);
                store(size, FRAME_POINTER, offset + at, value);
                state.storeScalar(offset + at, size.bytes());
            }
            at += size.bytes();
        }
    }

    /** The size, or the largest that fits into so many bytes. */
    static MemorySize atMost(MemorySize size, int bytes) {
        MemorySize fitting = MemorySize.BYTE;
        for (MemorySize each : MemorySize.values()) {
            if (each.bytes() <= bytes && each.bytes() <= size.bytes()) {
                fitting = each;
            }
        }
        return fitting;
    }
}
