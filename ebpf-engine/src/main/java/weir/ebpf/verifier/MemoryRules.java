// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.verifier.ScalarValue.Precision;
import weir.ebpf.verifier.scalar.Scalar;
import weir.ebpf.verifier.scalar.ScalarArithmetic;

/** Which memory an instruction or a helper may touch: {@code check_mem_access} of {@code kernel/bpf/verifier.c}. */
final class MemoryRules {
    /** Larger offsets and sizes are refused: {@code BPF_MAX_VAR_OFF}. */
    static final long MAX_OFFSET = 1 << 29;

    private final Surroundings surroundings;
    private final StackRules stack;
    private final ContextRules context;

    MemoryRules(Surroundings surroundings) {
        this.surroundings = surroundings;
        stack = new StackRules(surroundings);
        context = new ContextRules(surroundings);
    }

    StackRules stack() {
        return stack;
    }

    /** The value of a register that may be used. */
    Value readable(PathState state, int register) {
        Value value = state.get(register);
        if (value instanceof Undefined undefined) {
            throw surroundings.refuse(
                    state, undefined.kind(), register, "R" + register + " !read_ok", "a register that holds a value");
        }
        return value;
    }

    /** The value of a register that may be copied, compared and calculated with. */
    Value copyable(PathState state, int register) {
        return state.get(register) instanceof Undefined undefined && undefined.isCopied()
                ? undefined
                : readable(state, register);
    }

    private PointerValue base(PathState state, int register) {
        if (state.get(register) instanceof Undefined undefined && undefined.isCopied()) {
            throw surroundings.refuse(
                    state,
                    undefined.kind(),
                    register,
                    "R" + register + " invalid mem access 'scalar'",
                    "a pointer that is still valid");
        }
        if (!(readable(state, register) instanceof PointerValue pointer)) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.NOT_A_POINTER,
                    register,
                    "R" + register + " invalid mem access 'scalar'",
                    "a pointer");
        }
        if (pointer.orNull()) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.NULL_POINTER,
                    register,
                    "R" + register + " invalid mem access '" + pointer.kind().text() + "_or_null'",
                    "a pointer that was compared with null");
        }
        return pointer;
    }

    void load(PathState state, Instruction.Load load) {
        PointerValue base = base(state, load.base());
        surroundings.facts().pointer(state, base);
        int bytes = load.size().bytes();
        Value value = loaded(state, load.base(), base, load.offset(), bytes, load.signed());
        context.checkSameKind(state, load.base(), base);
        if (load.signed() && value instanceof ScalarValue number) {
            value = ScalarValue.from(ScalarArithmetic.truncate(bytes, true, number.range()), number, null);
        }
        set(state, load.dst(), value);
    }

    /** Puts what was loaded, if it can be read at all. */
    private void set(PathState state, int register, Value value) {
        if (value instanceof Undefined undefined && !undefined.isCopied()) {
            throw surroundings.refuse(
                    state,
                    undefined.kind(),
                    "R" + register + " !read_ok",
                    "a value on the stack that may be read",
                    "the stack holds " + undefined.why());
        }
        state.set(register, value);
    }

    private Value loaded(PathState state, int register, PointerValue base, int offset, int bytes, boolean isSigned) {
        return switch (base.kind()) {
            case STACK -> stack.load(state, register, base, offset, bytes);
            case CONTEXT -> context.load(state, register, base, offset, bytes, isSigned);
            default -> {
                check(state, register, base, offset, bytes, false);
                MapReference map = base.map();
                Long known = map == null ? null : constantAt(base, map.spec(), offset, bytes);
                yield known == null
                        ? ScalarValue.of(Scalar.zeroExtended(bytes * Byte.SIZE))
                        : ScalarValue.constant(known);
            }
        };
    }

    /** Bytes of global data that nobody can change; null where they are not known. */
    private static @Nullable Long constantAt(PointerValue base, MapSpec map, int offset, int bytes) {
        boolean isConstant = base.kind() == PointerKind.MAP_VALUE
                && base.isFixed()
                && map.frozen()
                && map.type() == MapType.ARRAY
                && map.maxEntries() == 1
                && (map.flags() & MapFlags.RDONLY_PROG) != 0;
        if (!isConstant) {
            return null;
        }
        int at = (int) base.fixedOffset() + offset;
        long number = 0;
        for (MapSpec.Entry entry : map.contents()) {
            if (entry instanceof MapSpec.Entry.Data(Bytes content)) {
                for (int i = Math.min(bytes, content.length() - at) - 1; i >= 0; i--) {
                    number = number << Byte.SIZE | Byte.toUnsignedInt(content.at(at + i));
                }
            }
        }
        return number;
    }

    void store(PathState state, Instruction.Store store) {
        PointerValue base = base(state, store.base());
        surroundings.facts().pointer(state, base);
        Value value = switch (store.src()) {
            case Operand.Immediate immediate -> ScalarValue.constant(immediate.value());
            case Operand.Register source ->
                base.kind() == PointerKind.STACK ? linked(state, source.number()) : readable(state, source.number());
        };
        storeValue(state, store.base(), base, store.offset(), store.size().bytes(), value);
    }

    /** What is learned about a number later holds for its spilled copy, too. */
    private Value linked(PathState state, int register) {
        Value value = copyable(state, register);
        if (!(value instanceof ScalarValue number)
                || number.group() != ScalarValue.ALONE
                || number.range().isConstant()) {
            return value;
        }
        ScalarValue original = number.grouped(surroundings.newId(), 0);
        state.set(register, original);
        return original;
    }

    private void storeValue(PathState state, int register, PointerValue base, int offset, int bytes, Value value) {
        if (base.kind() == PointerKind.STACK) {
            stack.store(state, register, base, offset, bytes, value);
            return;
        }
        if (base.kind() == PointerKind.CONTEXT) {
            context.store(state, register, base, offset, bytes, value);
            return;
        }
        check(state, register, base, offset, bytes, true);
        if (!(value instanceof ScalarValue)) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.POINTER_LEAK,
                    "R" + register + " leaks addr into " + (base.kind() == PointerKind.MAP_VALUE ? "map" : "mem"),
                    "a number",
                    Description.of(value));
        }
        if (base.kind().isPacketMemory()) {
            surroundings.facts().writesPacket();
        }
    }

    /** Checks an access to memory outside stack and context. */
    private void check(PathState state, int register, PointerValue base, int offset, long bytes, boolean isWrite) {
        switch (base.kind()) {
            case PACKET, PACKET_META -> checkPacket(state, register, base, offset, bytes);
            case MAP_VALUE -> {
                checkMapFlags(state, register, base, isWrite);
                checkRegion(state, register, base, offset, bytes);
                checkLockUntouched(state, register, base, offset, bytes);
            }
            case MAP_KEY -> {
                if (isWrite) {
                    throw readOnly(state, register, "write to change key R" + register + " not allowed");
                }
                checkRegion(state, register, base, offset, bytes);
            }
            case RECORD, MEMORY -> checkRegion(state, register, base, offset, bytes);
            default ->
                throw surroundings.refuse(
                        state,
                        ViolationKind.NOT_A_POINTER,
                        register,
                        "R" + register + " invalid mem access '" + base.kind().text() + '\'',
                        "a pointer to memory that the program may use");
        }
    }

    private Refusal readOnly(PathState state, int register, String message) {
        return surroundings.refuse(state, ViolationKind.READ_ONLY, register, message, "memory that may be written");
    }

    private void checkMapFlags(PathState state, int register, PointerValue base, boolean isWrite) {
        MapReference map = base.map();
        int flags = map == null ? 0 : map.spec().flags();
        boolean isOfTargets = map != null
                && switch (map.spec().type()) {
                    case DEVMAP, DEVMAP_HASH, XSKMAP -> true;
                    default -> false;
                };
        if (isWrite && (isOfTargets || (flags & MapFlags.RDONLY_PROG) != 0)) {
            throw readOnly(state, register, "write into map forbidden");
        }
        if (!isWrite && (flags & MapFlags.WRONLY_PROG) != 0) {
            throw surroundings.refuse(
                    state, ViolationKind.WRITE_ONLY, register, "read from map forbidden", "memory that may be read");
        }
    }

    private void checkPacket(PathState state, int register, PointerValue base, int offset, long bytes) {
        checkNotNegative(state, register, base, base.variable().smin());
        long from = base.offset() + (long) offset;
        if (from < 0 || from + bytes > base.bytes()) {
            throw surroundings.refuse(
                    state,
                    from < 0 ? ViolationKind.NEGATIVE_OFFSET : ViolationKind.PACKET_BOUNDS,
                    register,
                    "invalid access to packet, off=" + from + " size=" + bytes + ", R" + register + "(id=" + base.id()
                            + ",off=" + from + ",r=" + base.bytes() + "): R" + register
                            + " offset is outside of the packet",
                    packetNeed(state, base, from, bytes));
        }
    }

    private static String packetNeed(PathState state, PointerValue base, long from, long bytes) {
        if (from < 0) {
            return "an offset of 0 or more: " + span(from, bytes) + " lies before "
                    + base.kind().words();
        }
        return span(from, bytes) + (base.isFixed() ? "" : " behind the variable part") + " compared with "
                + (base.kind() == PointerKind.PACKET ? "data_end" : "data") + " before"
                + (state.comparedOutdated
                        ? "; a compare with a pointer from before a helper moved the frame counts for nothing"
                        : "");
    }

    private void checkNotNegative(PathState state, int register, PointerValue base, long smallest) {
        if (smallest < 0) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.NEGATIVE_OFFSET,
                    register,
                    "R" + register + " min value is negative, either use unsigned index or do a if (index >=0) check.",
                    "an offset into " + base.kind().words() + " that is never negative");
        }
    }

    private void checkRegion(PathState state, int register, PointerValue base, int offset, long bytes) {
        Scalar variable = base.variable();
        long fixed = base.offset() + (long) offset;
        boolean isFar = variable.smin() < -MAX_OFFSET || variable.smin() > MAX_OFFSET;
        checkNotNegative(state, register, base, isFar ? variable.smin() : variable.smin() + fixed);
        if (isFar || variable.smin() + fixed + bytes > base.bytes()) {
            throw outside(state, register, base, "min", isFar ? 0 : variable.smin() + fixed, bytes);
        }
        if (Long.compareUnsigned(variable.umax(), MAX_OFFSET) >= 0) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.UNBOUNDED_OFFSET,
                    register,
                    "R" + register + " unbounded memory access, make sure to bounds check any such access",
                    "an offset that leaves the access inside " + span(0, base.bytes()));
        }
        if (variable.umax() + fixed + bytes > base.bytes()) {
            throw outside(state, register, base, "max", variable.umax() + fixed, bytes);
        }
    }

    private Refusal outside(PathState state, int register, PointerValue base, String which, long offset, long bytes) {
        String of = base.map() == null ? "" : " of map " + base.map().spec().name();
        return surroundings.refuse(
                state,
                ViolationKind.VALUE_BOUNDS,
                register,
                "invalid access to " + base.kind().words() + of + ", size=" + base.bytes() + " off=" + offset
                        + " access=" + bytes + ": R" + register + ' ' + which
                        + " value is outside of the allowed memory range",
                "an access inside " + span(0, base.bytes()) + "; it touches " + span(offset, bytes));
    }

    /** Bytes in words. */
    private static String span(long from, long bytes) {
        return bytes == 1 ? "byte " + from : bytes < 1 ? "no byte" : "bytes " + from + " to " + (from + bytes - 1);
    }

    private void checkLockUntouched(PathState state, int register, PointerValue base, int offset, long bytes) {
        int lock = base.map() == null ? MapSpec.NO_SPIN_LOCK : base.map().spec().spinLockOffset();
        if (lock == MapSpec.NO_SPIN_LOCK) {
            return;
        }
        long from = base.offset() + (long) offset + base.variable().smin();
        long to = base.offset() + (long) offset + base.variable().umax() + bytes;
        if (from < lock + Integer.BYTES && lock < to) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.LOCK_ACCESS,
                    register,
                    "bpf_spin_lock cannot be accessed directly by load/store",
                    "access beside the lock, bytes " + lock + " to " + (lock + Integer.BYTES - 1));
        }
    }

    /** Reads and writes at once. */
    void atomic(PathState state, Instruction.Atomic atomic) {
        int bytes = atomic.size().bytes();
        ScalarValue operand = number(state, atomic.src());
        if (atomic.op() == AtomicOp.CMPXCHG) {
            number(state, 0);
        }
        PointerValue base = atomicBase(state, atomic.base(), atomic.offset(), bytes);
        ScalarValue old = ScalarValue.of(Scalar.zeroExtended(bytes * Byte.SIZE));
        if (base.kind() == PointerKind.STACK) {
            Value before = stack.load(state, atomic.base(), base, atomic.offset(), bytes);
            if (!(before instanceof ScalarValue number)) {
                throw surroundings.refuse(
                        state,
                        ViolationKind.POINTER_LEAK,
                        "R" + atomic.base() + " leaks an address from the stack",
                        "a number on the stack",
                        "the stack holds " + before.text());
            }
            old = number;
            stack.store(
                    state,
                    atomic.base(),
                    base,
                    atomic.offset(),
                    bytes,
                    ScalarValue.of(Scalar.zeroExtended(bytes * Byte.SIZE)));
        } else {
            check(state, atomic.base(), base, atomic.offset(), bytes, false);
            storeValue(state, atomic.base(), base, atomic.offset(), bytes, operand);
        }
        if (atomic.fetch()) {
            state.set(atomic.op() == AtomicOp.CMPXCHG ? 0 : atomic.src(), old);
        }
    }

    private PointerValue atomicBase(PathState state, int register, int offset, int bytes) {
        PointerValue base = base(state, register);
        boolean isTarget = switch (base.kind()) {
            case STACK, MAP_VALUE, RECORD, MEMORY -> true;
            default -> false;
        };
        if (!isTarget) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.ATOMIC_TARGET,
                    register,
                    "BPF_ATOMIC stores into R" + register + ' ' + base.kind().text() + " is not allowed",
                    "a pointer to the stack or to a map's value");
        }
        boolean isAligned = base.variable().bits().isAligned(bytes) && (base.offset() + offset) % bytes == 0;
        if (!isAligned) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.MISALIGNED,
                    register,
                    "misaligned value access off " + (base.offset() + offset) + " size " + bytes,
                    "an offset that is a multiple of " + bytes);
        }
        if (base.kind() == PointerKind.MEMORY) {
            surroundings.alignment().needs(state.frame(0).function, bytes, state.slot);
        }
        surroundings.facts().pointer(state, base);
        return base;
    }

    /** Load-acquire and store-release. */
    void ordered(PathState state, Instruction.OrderedAccess access) {
        int bytes = access.size().bytes();
        if (access.acquire()) {
            PointerValue base = atomicBase(state, access.base(), access.offset(), bytes);
            Value value = loaded(state, access.base(), base, access.offset(), bytes, false);
            set(state, access.register(), value);
        } else {
            Value value = readable(state, access.register());
            PointerValue base = atomicBase(state, access.base(), access.offset(), bytes);
            storeValue(state, access.base(), base, access.offset(), bytes, value);
        }
    }

    /** A register that must hold a number. */
    ScalarValue number(PathState state, int register) {
        if (readable(state, register) instanceof ScalarValue number) {
            return number;
        }
        throw surroundings.refuse(
                state, ViolationKind.POINTER_LEAK, register, "R" + register + " leaks addr into mem", "a number");
    }

    /** How a helper uses memory. */
    enum Use {
        READ,
        WRITE,
        READ_AND_WRITE
    }

    /** Checks {@code bytes} of memory that a helper or a function is given. */
    void region(PathState state, int register, PointerValue base, long bytes, Use use) {
        if (base.orNull()) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.NULL_POINTER,
                    register,
                    "R" + register + " type=" + base.kind().text() + "_or_null expected=fp, pkt, map_value, mem",
                    "a pointer that was compared with null");
        }
        if (base.kind() == PointerKind.STACK) {
            switch (use) {
                case READ -> stack.read(state, register, base, bytes);
                case WRITE -> stack.fill(state, register, base, bytes);
                case READ_AND_WRITE -> stack.readAndWrite(state, register, base, bytes);
            }
            return;
        }
        if (base.kind() == PointerKind.CONTEXT) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.HELPER_ARGUMENT,
                    register,
                    "R" + register + " type=ctx expected=fp, pkt, map_value, mem",
                    "memory");
        }
        if (use != Use.WRITE) {
            check(state, register, base, 0, bytes, false);
        }
        if (use != Use.READ) {
            check(state, register, base, 0, bytes, true);
            if (base.kind().isPacketMemory()) {
                surroundings.facts().writesPacket();
            }
        }
    }

    /** Makes a number precise that something was proved by. */
    static void require(Value value) {
        if (value instanceof ScalarValue number) {
            number.require(Precision.NEEDED);
        }
    }
}
