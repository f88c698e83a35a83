// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.program.ContextLayout;
import weir.ebpf.program.Functions;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.RunnableProgram;
import weir.ebpf.run.RunState;

/**
 * A program as the interpreter reads it: arrays by slot instead of records, maps and helpers in place.
 *
 * <p>The second operand is always in a register: an immediate is put into register {@link #IMMEDIATE}
 * first.
 */
final class PreparedCode {
    static final int ALU64 = 0;
    static final int ALU32 = 1;
    static final int NEGATE64 = 2;
    static final int NEGATE32 = 3;
    static final int SIGN64 = 4;
    static final int SIGN32 = 5;
    static final int SWAP = 6;
    static final int CONSTANT = 7;
    static final int LOAD = 8;
    static final int LOAD_SIGNED = 9;
    static final int STORE = 10;
    static final int ATOMIC = 11;
    static final int LOAD_ACQUIRE = 12;
    static final int STORE_RELEASE = 13;
    static final int JUMP = 14;
    static final int BRANCH64 = 15;
    static final int BRANCH32 = 16;
    static final int HELPER = 17;
    static final int CALL = 18;
    static final int CALL_REGISTER = 19;
    static final int EXIT = 20;
    static final int NOTHING = 21;

    /** Register that holds the immediate of the instruction at hand. */
    static final int IMMEDIATE = 11;

    final ProgramSpec spec;
    final ContextLayout context;
    final HelperTable table;
    /** Maps that the code names. */
    final @Nullable EbpfMap[] maps;

    final int[] kinds;
    /** Destination; base of stores and atomics. */
    final int[] targets;
    /** Source; base of loads. */
    final int[] sources;
    /** Offset of a memory access; slot where a jump or call goes. */
    final int[] offsets;
    /** Bytes of a memory access; bits of a swap or sign extension. */
    final int[] widths;

    final long[] immediates;
    final AluOp[] aluOps;
    final Condition[] conditions;
    final AtomicOp[] atomics;
    final Instruction.ByteSwap.Order[] orders;
    final boolean[] fetches;
    final @Nullable Helper[] helpers;
    /** At the slots where functions begin: their number of slots; 0 elsewhere. */
    final int[] functionSlots;

    PreparedCode(RunnableProgram program, HelperTable table, List<EbpfMap> objectMaps) {
        this.spec = program.spec();
        this.context = spec.context();
        this.table = table;
        this.maps = program.facts().maps().stream().map(objectMaps::get).toArray(EbpfMap[]::new);
        Code code = spec.code();
        int slots = code.slots();
        kinds = new int[slots];
        targets = new int[slots];
        sources = new int[slots];
        offsets = new int[slots];
        widths = new int[slots];
        immediates = new long[slots];
        aluOps = filled(new AluOp[slots], AluOp.MOV);
        conditions = filled(new Condition[slots], Condition.EQ);
        atomics = filled(new AtomicOp[slots], AtomicOp.ADD);
        orders = filled(new Instruction.ByteSwap.Order[slots], Instruction.ByteSwap.Order.SWAP);
        fetches = new boolean[slots];
        helpers = new Helper[slots];
        functionSlots = functionSlots(slots);
        Set<Integer> missing = spec.missing();
        for (int slot = 0; slot < slots; slot++) {
            prepare(slot, missing.contains(slot) ? null : code.at(slot), objectMaps);
        }
    }

    int slots() {
        return kinds.length;
    }

    private static <T> T[] filled(T[] array, T value) {
        Arrays.fill(array, value);
        return array;
    }

    private int[] functionSlots(int slots) {
        int[] lengths = new int[slots];
        NavigableSet<Integer> starts = Functions.starts(spec);
        for (int start : starts) {
            Integer next = starts.higher(start);
            lengths[start] = (next == null ? slots : next) - start;
        }
        return lengths;
    }

    private void prepare(int slot, @Nullable Instruction instruction, List<EbpfMap> objectMaps) {
        switch (instruction) {
            case null -> kinds[slot] = NOTHING;
            case Instruction.Alu(boolean is64, AluOp op, int dst, Operand src) -> {
                set(slot, is64 ? ALU64 : ALU32, dst, 0, 0, 0);
                aluOps[slot] = op;
                operand(slot, src);
            }
            case Instruction.Negate(boolean is64, int dst) -> set(slot, is64 ? NEGATE64 : NEGATE32, dst, 0, 0, 0);
            case Instruction.MoveSigned(boolean is64, int dst, int src, int bits) ->
                set(slot, is64 ? SIGN64 : SIGN32, dst, src, 0, bits);
            case Instruction.ByteSwap(int dst, Instruction.ByteSwap.Order order, int bits) -> {
                set(slot, SWAP, dst, 0, 0, bits);
                orders[slot] = order;
            }
            case Instruction.LoadWide load -> {
                set(slot, CONSTANT, load.dst(), 0, 0, 0);
                immediates[slot] = constant(slot, load, objectMaps);
            }
            case Instruction.Load(MemorySize size, boolean signed, int dst, int base, short offset) ->
                set(slot, signed ? LOAD_SIGNED : LOAD, dst, base, offset, size.bytes());
            case Instruction.Store(MemorySize size, int base, short offset, Operand src) -> {
                set(slot, STORE, base, 0, offset, size.bytes());
                operand(slot, src);
            }
            case Instruction.Atomic atomic -> {
                set(
                        slot,
                        ATOMIC,
                        atomic.base(),
                        atomic.src(),
                        atomic.offset(),
                        atomic.size().bytes());
                atomics[slot] = atomic.op();
                fetches[slot] = atomic.fetch();
            }
            case Instruction.OrderedAccess(MemorySize size, boolean acquire, int register, int base, short offset) -> {
                if (acquire) {
                    set(slot, LOAD_ACQUIRE, register, base, offset, size.bytes());
                } else {
                    set(slot, STORE_RELEASE, base, register, offset, size.bytes());
                }
            }
            case Instruction.LoadPacket load -> kinds[slot] = NOTHING;
            case Instruction.Jump jump -> set(slot, JUMP, 0, 0, slot + 1 + jump.offset(), 0);
            case Instruction.Branch branch -> {
                set(slot, branch.is64() ? BRANCH64 : BRANCH32, branch.dst(), 0, slot + 1 + branch.offset(), 0);
                conditions[slot] = branch.condition();
                operand(slot, branch.src());
            }
            case Instruction.Call call -> call(slot, call);
            case Instruction.CallRegister(int register) -> set(slot, CALL_REGISTER, register, 0, 0, 0);
            case Instruction.Exit exit -> kinds[slot] = EXIT;
        }
    }

    private void set(int slot, int kind, int target, int source, int offset, int width) {
        kinds[slot] = kind;
        targets[slot] = target;
        sources[slot] = source;
        offsets[slot] = offset;
        widths[slot] = width;
    }

    private void operand(int slot, Operand operand) {
        switch (operand) {
            case Operand.Register(int number) -> sources[slot] = number;
            case Operand.Immediate(int value) -> {
                sources[slot] = IMMEDIATE;
                immediates[slot] = value;
            }
        }
    }

    private void call(int slot, Instruction.Call call) {
        switch (call.kind()) {
            case HELPER -> {
                kinds[slot] = HELPER;
                helpers[slot] = table.find(call.target());
            }
            case LOCAL -> set(slot, CALL, 0, 0, slot + 1 + call.target(), 0);
            case KFUNC -> kinds[slot] = NOTHING;
        }
    }

    private static long constant(int slot, Instruction.LoadWide load, List<EbpfMap> maps) {
        return switch (load.kind()) {
            case MAP_INDEX -> maps.get(load.immediate()).handle();
            case MAP_INDEX_VALUE ->
                maps.get(load.immediate()).directAddress() + Integer.toUnsignedLong(load.nextImmediate());
            case FUNCTION -> RunState.FUNCTION_TAG + slot + 1 + load.immediate();
            case VALUE, MAP_FD, MAP_FD_VALUE, VARIABLE -> load.value();
        };
    }
}
