// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import static weir.ebpf.isa.InstructionLayout.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Instruction.Alu;
import weir.ebpf.isa.Instruction.Atomic;
import weir.ebpf.isa.Instruction.Branch;
import weir.ebpf.isa.Instruction.ByteSwap;
import weir.ebpf.isa.Instruction.Call;
import weir.ebpf.isa.Instruction.CallRegister;
import weir.ebpf.isa.Instruction.Exit;
import weir.ebpf.isa.Instruction.Jump;
import weir.ebpf.isa.Instruction.Load;
import weir.ebpf.isa.Instruction.LoadPacket;
import weir.ebpf.isa.Instruction.LoadWide;
import weir.ebpf.isa.Instruction.MoveSigned;
import weir.ebpf.isa.Instruction.Negate;
import weir.ebpf.isa.Instruction.OrderedAccess;
import weir.ebpf.isa.Instruction.Store;

/**
 * Reads instructions from bytes, little endian. Takes any bytes: what is no instruction of RFC 9669, has a
 * reserved field in use, or names a register that does not exist, is refused.
 *
 * <p>The measure is the kernel ({@code bpf_opcode_in_insntable}, and the reserved fields that {@code
 * check_alu_op}, {@code check_cond_jmp_op} and their like in {@code kernel/bpf/verifier.c} refuse). More is
 * refused in three places, where the kernel ignores a field: the offset of {@code exit}, the second immediate of a
 * function's address, and a kernel function's module (offset of the call).
 *
 * <p>Whether a program makes sense (where jumps lead, a constant shift or division by zero) is left to the
 * verifier.
 */
public final class Decoder {
    private static final @Nullable AluOp[] ALU_OPS = new AluOp[OPERATION_MASK + 1];
    private static final @Nullable Condition[] CONDITIONS = new Condition[OPERATION_MASK + 1];
    private static final MemorySize[] SIZES = new MemorySize[SIZE_MASK + 1];

    static {
        for (AluOp op : AluOp.values()) {
            if (op != AluOp.SDIV && op != AluOp.SMOD) {
                ALU_OPS[operation(op)] = op;
            }
        }
        for (Condition condition : Condition.values()) {
            CONDITIONS[operation(condition)] = condition;
        }
        for (MemorySize size : MemorySize.values()) {
            SIZES[size(size)] = size;
        }
    }

    private final byte[] bytes;
    private final int start;
    private final int slots;

    private int slot;
    private int opcode;
    private int dst;
    private int src;
    private short offset;
    private int immediate;

    private Decoder(byte[] bytes, int start, int slots) {
        this.bytes = bytes;
        this.start = start;
        this.slots = slots;
    }

    /** All of the bytes as instructions. */
    public static Code decode(byte[] bytes) throws MalformedCodeException {
        return decode(bytes, 0, bytes.length);
    }

    /**
     * A slice of the bytes as instructions; slots in messages count from its start.
     *
     * @throws IndexOutOfBoundsException if the slice is not inside the bytes
     */
    public static Code decode(byte[] bytes, int start, int lengthBytes) throws MalformedCodeException {
        Objects.checkFromIndexSize(start, lengthBytes, bytes.length);
        int slots = lengthBytes / SLOT_BYTES;
        if (lengthBytes % SLOT_BYTES != 0) {
            throw new MalformedCodeException(
                    slots, "cut after " + lengthBytes % SLOT_BYTES + " of " + SLOT_BYTES + " bytes");
        }
        return new Decoder(bytes, start, slots).all();
    }

    private Code all() throws MalformedCodeException {
        List<Instruction> all = new ArrayList<>(slots);
        for (slot = 0; slot < slots; slot += all.getLast().slots()) {
            readFields();
            all.add(instruction());
        }
        return Code.of(all);
    }

    private void readFields() {
        int at = start + slot * SLOT_BYTES;
        opcode = opcode(bytes, at);
        dst = destination(bytes, at);
        src = source(bytes, at);
        offset = offset(bytes, at);
        immediate = immediate(bytes, at);
    }

    private Instruction instruction() throws MalformedCodeException {
        if (dst >= Instruction.REGISTERS) {
            throw refusal("destination register " + dst + ": r0 to r10 exist");
        }
        return switch (opcode & CLASS_MASK) {
            case LD -> immediateOrPacketLoad();
            case LDX -> load();
            case ST -> storeImmediate();
            case STX -> storeRegister();
            case JMP, JMP32 -> jump();
            default -> arithmetic();
        };
    }

    private Instruction arithmetic() throws MalformedCodeException {
        boolean is64 = (opcode & CLASS_MASK) == ALU64;
        int operation = opcode & OPERATION_MASK;
        if (operation == NEG) {
            requireNoOperand();
            requireZeroSource();
            requireZeroOffset();
            requireZeroImmediate();
            return new Negate(is64, dst);
        }
        if (operation == END) {
            return byteSwap(is64);
        }
        AluOp op = ALU_OPS[operation];
        if (op == null) {
            throw unknown();
        }
        if (op == AluOp.MOV && hasRegisterOperand() && offset != 0) {
            return moveSigned(is64);
        }
        if (op == AluOp.DIV || op == AluOp.MOD) {
            op = division(op);
        } else {
            requireZeroOffset();
        }
        return new Alu(is64, op, dst, operand());
    }

    private AluOp division(AluOp op) throws MalformedCodeException {
        if (offset == 0) {
            return op;
        }
        if (offset != SIGNED_DIVISION) {
            throw reservedOffset();
        }
        return op == AluOp.DIV ? AluOp.SDIV : AluOp.SMOD;
    }

    private Instruction moveSigned(boolean is64) throws MalformedCodeException {
        boolean known = offset == Byte.SIZE || offset == Short.SIZE || (is64 && offset == Integer.SIZE);
        if (is64 && offset == ADDRESS_SPACE_CAST) {
            throw unsupported("a cast between address spaces (offset " + offset + ")");
        }
        if (!known) {
            throw reservedOffset();
        }
        requireZeroImmediate();
        requireSourceRegister();
        return new MoveSigned(is64, dst, src, offset);
    }

    private Instruction byteSwap(boolean is64) throws MalformedCodeException {
        if (is64) {
            requireNoOperand();
        }
        requireZeroSource();
        requireZeroOffset();
        if (immediate != Short.SIZE && immediate != Integer.SIZE && immediate != Long.SIZE) {
            throw refusal("a byte swap of " + immediate + " bits: 16, 32 and 64 exist");
        }
        ByteSwap.Order order =
                is64 ? ByteSwap.Order.SWAP : hasRegisterOperand() ? ByteSwap.Order.BIG : ByteSwap.Order.LITTLE;
        return new ByteSwap(dst, order, immediate);
    }

    private Instruction jump() throws MalformedCodeException {
        boolean is64 = (opcode & CLASS_MASK) == JMP;
        int operation = opcode & OPERATION_MASK;
        if (operation == JA) {
            return jumpAlways(is64);
        }
        if (is64 && operation == CALL) {
            return call();
        }
        if (is64 && operation == EXIT) {
            requireNoOperand();
            requireZeroDestination();
            requireZeroSource();
            requireZeroOffset();
            requireZeroImmediate();
            return new Exit();
        }
        if (opcode == (JMP | JCOND)) {
            throw unsupported("may_goto");
        }
        Condition condition = CONDITIONS[operation];
        if (condition == null) {
            throw unknown();
        }
        return new Branch(is64, condition, dst, operand(), offset);
    }

    private Instruction jumpAlways(boolean is64) throws MalformedCodeException {
        requireNoOperand();
        requireZeroDestination();
        requireZeroSource();
        if (is64) {
            requireZeroImmediate();
            return new Jump(false, offset);
        }
        requireZeroOffset();
        return new Jump(true, immediate);
    }

    private Instruction call() throws MalformedCodeException {
        if (hasRegisterOperand()) {
            requireZeroSource();
            requireZeroOffset();
            requireZeroImmediate();
            return new CallRegister(dst);
        }
        requireZeroDestination();
        if (src == source(CallKind.KFUNC) && offset != 0) {
            throw unsupported("a kernel function of a module (offset " + offset + ")");
        }
        requireZeroOffset();
        for (CallKind kind : CallKind.values()) {
            if (src == source(kind)) {
                return new Call(kind, immediate);
            }
        }
        throw refusal("reserved source " + src + ": calls have 0 to 2");
    }

    private Instruction immediateOrPacketLoad() throws MalformedCodeException {
        MemorySize size = SIZES[opcode & SIZE_MASK];
        int mode = opcode & MODE_MASK;
        if (mode == MODE_IMM && size == MemorySize.DOUBLE) {
            return loadWide();
        }
        if ((mode != MODE_ABS && mode != MODE_IND) || size == MemorySize.DOUBLE) {
            throw unknown();
        }
        requireZeroDestination();
        requireZeroOffset();
        if (mode == MODE_ABS) {
            requireZeroSource();
            return new LoadPacket(size, LoadPacket.NO_INDEX, immediate);
        }
        requireSourceRegister();
        return new LoadPacket(size, src, immediate);
    }

    private Instruction loadWide() throws MalformedCodeException {
        requireZeroOffset();
        WideKind kind = wideKind();
        if (slot + 1 >= slots) {
            throw refusal("no second slot, which a 64-bit immediate has");
        }
        int next = start + (slot + 1) * SLOT_BYTES;
        if (opcode(bytes, next) != 0
                || destination(bytes, next) != 0
                || source(bytes, next) != 0
                || offset(bytes, next) != 0) {
            throw refusal("a second slot that has more than an immediate: opcode "
                    + hex(opcode(bytes, next)) + ", registers " + destination(bytes, next) + " and "
                    + source(bytes, next) + ", offset " + offset(bytes, next));
        }
        int nextImmediate = immediate(bytes, next);
        if (nextImmediate != 0 && !kind.usesNextImmediate()) {
            throw refusal("reserved second immediate " + nextImmediate + " of " + kind);
        }
        return new LoadWide(dst, kind, immediate, nextImmediate);
    }

    private WideKind wideKind() throws MalformedCodeException {
        for (WideKind kind : WideKind.values()) {
            if (src == source(kind)) {
                return kind;
            }
        }
        throw refusal("reserved source " + src + ": 64-bit immediates have 0 to 6");
    }

    private Instruction load() throws MalformedCodeException {
        MemorySize size = SIZES[opcode & SIZE_MASK];
        int mode = opcode & MODE_MASK;
        boolean signed = mode == MODE_MEMSX;
        if ((mode != MODE_MEM && !signed) || (signed && size == MemorySize.DOUBLE)) {
            throw unknown();
        }
        requireZeroImmediate();
        requireSourceRegister();
        return new Load(size, signed, dst, src, offset);
    }

    private Instruction storeImmediate() throws MalformedCodeException {
        if ((opcode & MODE_MASK) != MODE_MEM) {
            throw unknown();
        }
        requireZeroSource();
        return new Store(SIZES[opcode & SIZE_MASK], dst, offset, Operand.immediate(immediate));
    }

    private Instruction storeRegister() throws MalformedCodeException {
        MemorySize size = SIZES[opcode & SIZE_MASK];
        int mode = opcode & MODE_MASK;
        if (mode != MODE_MEM && mode != MODE_ATOMIC) {
            throw unknown();
        }
        requireSourceRegister();
        if (mode == MODE_ATOMIC) {
            return atomic(size);
        }
        requireZeroImmediate();
        return new Store(size, dst, offset, Operand.register(src));
    }

    private Instruction atomic(MemorySize size) throws MalformedCodeException {
        if (immediate == LOAD_ACQUIRE) {
            return new OrderedAccess(size, true, dst, src, offset);
        }
        if (immediate == STORE_RELEASE) {
            return new OrderedAccess(size, false, src, dst, offset);
        }
        boolean fetch = (immediate & ATOMIC_FETCH) != 0;
        if (size == MemorySize.WORD || size == MemorySize.DOUBLE) {
            for (AtomicOp op : AtomicOp.values()) {
                if (immediate == immediate(op, fetch)) {
                    return new Atomic(size, op, fetch, dst, offset, src);
                }
            }
        }
        throw refusal("unknown atomic operation " + hex(immediate) + " on " + size.bytes() + " bytes");
    }

    private boolean hasRegisterOperand() {
        return (opcode & SOURCE_REGISTER) != 0;
    }

    private Operand operand() throws MalformedCodeException {
        if (hasRegisterOperand()) {
            requireZeroImmediate();
            requireSourceRegister();
            return Operand.register(src);
        }
        requireZeroSource();
        return Operand.immediate(immediate);
    }

    /** For operations that have one form only, the one without {@code SOURCE_REGISTER}. */
    private void requireNoOperand() throws MalformedCodeException {
        if (hasRegisterOperand()) {
            throw unknown();
        }
    }

    private void requireSourceRegister() throws MalformedCodeException {
        if (src >= Instruction.REGISTERS) {
            throw refusal("source register " + src + ": r0 to r10 exist");
        }
    }

    private void requireZeroDestination() throws MalformedCodeException {
        if (dst != 0) {
            throw refusal("reserved destination " + dst);
        }
    }

    private void requireZeroSource() throws MalformedCodeException {
        if (src != 0) {
            throw refusal("reserved source " + src);
        }
    }

    private void requireZeroOffset() throws MalformedCodeException {
        if (offset != 0) {
            throw reservedOffset();
        }
    }

    private void requireZeroImmediate() throws MalformedCodeException {
        if (immediate != 0) {
            throw refusal("reserved immediate " + immediate);
        }
    }

    private MalformedCodeException reservedOffset() {
        return refusal("reserved offset " + offset);
    }

    private MalformedCodeException unknown() {
        return new MalformedCodeException(slot, "unknown opcode " + hex(opcode));
    }

    private MalformedCodeException unsupported(String what) {
        return new MalformedCodeException(slot, "opcode " + hex(opcode) + ": " + what + " is not supported");
    }

    private MalformedCodeException refusal(String rule) {
        return new MalformedCodeException(slot, "opcode " + hex(opcode) + " with " + rule);
    }

    private static String hex(int value) {
        return "0x" + (value >= 0 && value < 0x10 ? "0" : "") + Integer.toHexString(value);
    }
}
