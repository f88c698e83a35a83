// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ContextLayout;

/**
 * What an instruction does to what is known. Notes on the way how the stack is used, and what functions
 * are handed.
 */
final class Flow {
    /** Is told of each call of a function of the program. */
    interface Calls {
        /** Registers 1 to 5 that the function at that slot reads, as bits. */
        int argumentsOf(int function);

        void call(int function, KnownState state);
    }

    private static final int LAST_ARGUMENT = 5;

    private final ContextLayout context;
    private final HelperTable helpers;
    private final List<MapSpec> maps;
    private final boolean movesPacket;
    private final StackUse use;
    private final boolean tracksWords;
    private final Calls calls;

    /**
     * @param context what r1 points to when the program starts
     * @param movesPacket whether any function of the program may move the frame's bounds
     * @param tracksWords whether what is stored to the stack is known when it is loaded; not when pointers
     *     into the stack are out of sight
     */
    Flow(
            ContextLayout context,
            HelperTable helpers,
            List<MapSpec> maps,
            boolean movesPacket,
            StackUse use,
            boolean tracksWords,
            Calls calls) {
        this.context = context;
        this.helpers = helpers;
        this.maps = maps;
        this.movesPacket = movesPacket;
        this.use = use;
        this.tracksWords = tracksWords;
        this.calls = calls;
    }

    /** Changes the state to what is known behind the instruction. */
    void step(int slot, Instruction instruction, KnownState state) {
        switch (instruction) {
            case Instruction.Alu alu -> alu(slot, alu, state);
            case Instruction.Negate(boolean is64, int dst) -> change(state, dst);
            case Instruction.MoveSigned(boolean is64, int dst, int src, int bits) ->
                state.setRegister(dst, lost(state.register(src)));
            case Instruction.ByteSwap(int dst, Instruction.ByteSwap.Order order, int bits) -> change(state, dst);
            case Instruction.LoadWide wide -> state.setRegister(wide.dst(), wide(slot, wide));
            case Instruction.Load load -> state.setRegister(load.dst(), load(load, state));
            case Instruction.Store store -> store(store, state);
            case Instruction.Atomic atomic -> atomic(atomic, state);
            case Instruction.OrderedAccess access -> ordered(access, state);
            case Instruction.Call call -> call(slot, call, state);
            case Instruction.CallRegister call -> callAnything(state);
            case Instruction.Jump jump -> {}
            case Instruction.Branch branch -> {}
            case Instruction.Exit exit -> {}
            case Instruction.LoadPacket load -> {}
        }
    }

    // ---- arithmetic ----------------------------------------------------------------------------------

    private void change(KnownState state, int register) {
        state.setRegister(register, lost(state.register(register)));
    }

    /** What is left of a value after an operation that nobody follows. */
    private Known lost(Known known) {
        if (known.mayBeStack()) {
            use.escape();
            return Known.maybeStack();
        }
        return Known.anything();
    }

    private void alu(int slot, Instruction.Alu alu, KnownState state) {
        Known a = state.register(alu.dst());
        Known b = operand(alu.src(), state);
        Known result = alu.is64() ? alu64(slot, alu.op(), a, b, state) : alu32(alu.op(), a, b);
        state.setRegister(alu.dst(), result);
    }

    private static Known operand(Operand operand, KnownState state) {
        return switch (operand) {
            case Operand.Register(int number) -> state.register(number);
            case Operand.Immediate(int value) -> new Known.Constant(value);
        };
    }

    private Known alu32(AluOp op, Known a, Known b) {
        if (b instanceof Known.Constant(long y)) {
            if (op == AluOp.MOV) {
                return new Known.Constant(Arithmetic.zeroExtend((int) y));
            }
            if (a instanceof Known.Constant(long x)) {
                return new Known.Constant(Arithmetic.zeroExtend(Arithmetic.alu32(op, (int) x, (int) y)));
            }
        }
        Known left = op == AluOp.MOV ? Known.anything() : lost(a);
        Known right = lost(b);
        return left.mayBeStack() ? left : right;
    }

    private Known alu64(int slot, AluOp op, Known a, Known b, KnownState state) {
        if (op == AluOp.MOV) {
            return b;
        }
        if (b instanceof Known.Constant(long y)) {
            if (a instanceof Known.Constant(long x)) {
                return new Known.Constant(Arithmetic.alu64(op, x, y));
            }
            if (op == AluOp.ADD || op == AluOp.SUB) {
                return moved(a, op == AluOp.ADD ? y : -y);
            }
        }
        if (op == AluOp.ADD && a instanceof Known.Constant(long x)) {
            return moved(b, x);
        }
        Known left = lost(a);
        Known right = lost(b);
        if (left.mayBeStack() || right.mayBeStack()) {
            return Known.maybeStack();
        }
        return op == AluOp.ADD || op == AluOp.SUB ? somewhere(slot, op, a, b, state) : Known.anything();
    }

    private Known moved(Known pointer, long bytes) {
        Known moved = pointer.plus(bytes);
        if (moved instanceof Known.MaybeStack) {
            use.escape();
        }
        return moved;
    }

    /** A pointer and something unknown, or two pointers. */
    private static Known somewhere(int slot, AluOp op, Known a, Known b, KnownState state) {
        boolean isDifference = op == AluOp.SUB && isPointer(a) && isPointer(b);
        Known base = isPointer(a) || op == AluOp.SUB ? a : b;
        if (isDifference) {
            return Known.anything();
        }
        return switch (base) {
            case Known.Packet packet -> {
                int origin = Known.Packet.by(slot);
                state.forgetOrigin(origin);
                yield new Known.Packet(origin, 0);
            }
            case Known.MapValue(int map, int offset) -> new Known.InMapValue(map);
            case Known.InMapValue in -> in;
            case Known.Global(int map, int offset) -> new Known.InGlobal(map);
            case Known.InGlobal in -> in;
            case Known.InRecord in -> in;
            default -> Known.anything();
        };
    }

    private static boolean isPointer(Known known) {
        return known instanceof Known.Packet
                || known instanceof Known.PacketEnd
                || known instanceof Known.MapValue
                || known instanceof Known.InMapValue
                || known instanceof Known.Global
                || known instanceof Known.InGlobal
                || known instanceof Known.InRecord;
    }

    private static Known wide(int slot, Instruction.LoadWide wide) {
        return switch (wide.kind()) {
            case MAP_INDEX -> new Known.Map(wide.immediate());
            case MAP_INDEX_VALUE -> new Known.Global(wide.immediate(), wide.nextImmediate());
            case FUNCTION -> new Known.Function(slot + 1 + wide.immediate());
            case VALUE, MAP_FD, MAP_FD_VALUE, VARIABLE -> new Known.Constant(wide.value());
        };
    }

    // ---- memory --------------------------------------------------------------------------------------

    private Known load(Instruction.Load load, KnownState state) {
        Known base = state.register(load.base());
        int bytes = load.size().bytes();
        return switch (base) {
            case Known.Context(int offset) -> field(offset + load.offset(), load);
            case Known.Stack(int offset) -> {
                use.access(offset + load.offset(), bytes);
                yield word(offset + load.offset(), bytes, state);
            }
            case Known.MaybeStack stack -> {
                use.escape();
                yield Known.anything();
            }
            default -> Known.anything();
        };
    }

    private Known field(int offset, Instruction.Load load) {
        return switch (context.loaded(offset, load.size().bytes(), load.signed())) {
            case DATA -> new Known.Packet(Known.Packet.DATA, 0);
            case DATA_END -> Known.packetEnd();
            case DATA_META -> new Known.Packet(Known.Packet.META, 0);
            case null, default -> Known.anything();
        };
    }

    private Known word(int offset, int bytes, KnownState state) {
        if (!tracksWords || !StackUse.isInFrame(offset, bytes)) {
            return Known.anything();
        }
        if (bytes == StackUse.WORD_BYTES && offset % StackUse.WORD_BYTES == 0) {
            return state.word(StackUse.wordOf(offset));
        }
        lookInto(StackUse.wordsOf(offset, bytes), state);
        return Known.anything();
    }

    /** Something else than a whole load or store sees what words hold. */
    private void lookInto(long words, KnownState state) {
        for (long rest = words; rest != 0; rest &= rest - 1) {
            if (state.word(Long.numberOfTrailingZeros(rest)).mayBeStack()) {
                use.escape();
            }
        }
    }

    private void store(Instruction.Store store, KnownState state) {
        Known value = operand(store.src(), state);
        Known base = state.register(store.base());
        int bytes = store.size().bytes();
        if (base instanceof Known.Stack(int at)) {
            int offset = at + store.offset();
            use.access(offset, bytes);
            boolean isWhole = bytes == StackUse.WORD_BYTES && offset % StackUse.WORD_BYTES == 0;
            if (value.mayBeStack() && (!isWhole || value instanceof Known.MaybeStack)) {
                use.escape();
            }
            overwrite(offset, bytes, isWhole ? value : Known.anything(), state);
            return;
        }
        if (value.mayBeStack() || base.mayBeStack()) {
            use.escape();
        }
    }

    private void overwrite(int offset, int bytes, Known value, KnownState state) {
        if (!StackUse.isInFrame(offset, bytes)) {
            return;
        }
        long words = StackUse.wordsOf(offset, bytes);
        if (bytes < StackUse.WORD_BYTES || offset % StackUse.WORD_BYTES != 0) {
            lookInto(words, state);
        }
        setWords(words, tracksWords ? value : Known.anything(), state);
    }

    private static void setWords(long words, Known value, KnownState state) {
        for (long rest = words; rest != 0; rest &= rest - 1) {
            state.setWord(Long.numberOfTrailingZeros(rest), value);
        }
    }

    private void atomic(Instruction.Atomic atomic, KnownState state) {
        int bytes = atomic.size().bytes();
        if (state.register(atomic.src()).mayBeStack()) {
            use.escape();
        }
        touchInMemory(state.register(atomic.base()), atomic.offset(), bytes, state);
        if (atomic.op() == AtomicOp.CMPXCHG) {
            change(state, 0);
        } else if (atomic.fetch()) {
            change(state, atomic.src());
        }
    }

    private void ordered(Instruction.OrderedAccess access, KnownState state) {
        touchInMemory(
                state.register(access.base()), access.offset(), access.size().bytes(), state);
        if (access.acquire()) {
            state.setRegister(access.register(), Known.anything());
        } else if (state.register(access.register()).mayBeStack()) {
            use.escape();
        }
    }

    private void touchInMemory(Known base, int displacement, int bytes, KnownState state) {
        if (base instanceof Known.Stack(int at)) {
            int offset = at + displacement;
            use.accessInMemory(offset, bytes);
            if (StackUse.isInFrame(offset, bytes)) {
                lookInto(StackUse.wordsOf(offset, bytes), state);
                setWords(StackUse.wordsOf(offset, bytes), Known.anything(), state);
            }
        } else if (base.mayBeStack()) {
            use.escape();
        }
    }

    // ---- calls ---------------------------------------------------------------------------------------

    private void call(int slot, Instruction.Call call, KnownState state) {
        if (call.kind() == CallKind.LOCAL) {
            callFunction(slot + 1 + call.target(), state);
            return;
        }
        Helper helper = call.kind() == CallKind.HELPER ? helpers.find(call.target()) : null;
        if (helper == null) {
            callAnything(state);
            return;
        }
        HelperSite site = HelperSite.of(helper, state, maps);
        if (site.leaksStack()) {
            use.escape();
        }
        for (StackRange range : site.ranges()) {
            lend(range, state);
        }
        if (helper.has(Helper.Flag.MOVES_PACKET) || (helper.function().isControlFlow() && movesPacket)) {
            state.forgetPacket();
        }
        state.setRegister(0, result(site));
    }

    private void lend(StackRange range, KnownState state) {
        use.lend(range);
        long words = StackUse.wordsOf(range.offset(), range.bytes());
        lookInto(words, state);
        if (range.isWritten()) {
            setWords(words, Known.anything(), state);
        }
    }

    private Known result(HelperSite site) {
        return switch (site.helper().returns()) {
            case MAP_VALUE_OR_NULL ->
                site.map() != HelperSite.NO_MAP
                                && site.isMapTaken()
                                && !maps.get(site.map()).type().isMapInMap()
                        ? new Known.MapValue(site.map(), 0)
                        : Known.anything();
            case RECORD_OR_NULL -> Known.inRecord();
            case SCALAR, NOTHING -> Known.anything();
        };
    }

    private void callFunction(int function, KnownState state) {
        int read = calls.argumentsOf(function);
        for (int i = 1; i <= LAST_ARGUMENT; i++) {
            if (((read >>> i) & 1) != 0 && state.register(i).mayBeStack()) {
                use.escape();
            }
        }
        calls.call(function, state);
        state.setRegister(0, Known.anything());
        if (movesPacket) {
            state.forgetPacket();
        }
    }

    private void callAnything(KnownState state) {
        for (int i = 1; i <= LAST_ARGUMENT; i++) {
            if (state.register(i).mayBeStack()) {
                use.escape();
            }
        }
        state.setRegister(0, Known.anything());
        state.forgetPacket();
    }

    // ---- branches ------------------------------------------------------------------------------------

    /** Adds what a comparison with the frame's end shows on one of its ways. */
    static void branch(Instruction.Branch branch, boolean isTaken, KnownState state) {
        if (!branch.is64() || !(branch.src() instanceof Operand.Register(int src))) {
            return;
        }
        Known left = state.register(branch.dst());
        Known right = state.register(src);
        Condition shown = isTaken ? branch.condition() : opposite(branch.condition());
        if (shown == null) {
            return;
        }
        boolean isBelow = shown == Condition.LT || shown == Condition.LE;
        boolean isAbove = shown == Condition.GT || shown == Condition.GE;
        if (isBelow && left instanceof Known.Packet packet && right instanceof Known.PacketEnd) {
            show(packet, state);
        } else if (isAbove && right instanceof Known.Packet packet && left instanceof Known.PacketEnd) {
            show(packet, state);
        }
    }

    private static void show(Known.Packet packet, KnownState state) {
        if (packet.origin() != Known.Packet.UNKNOWN_ORIGIN && packet.offset() > 0) {
            state.showInFrame(packet.origin(), packet.offset());
        }
    }

    private static @Nullable Condition opposite(Condition condition) {
        return switch (condition) {
            case GT -> Condition.LE;
            case GE -> Condition.LT;
            case LT -> Condition.GE;
            case LE -> Condition.GT;
            default -> null;
        };
    }
}
