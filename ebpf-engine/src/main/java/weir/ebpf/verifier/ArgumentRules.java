// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Argument;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.verifier.MemoryRules.Use;
import weir.ebpf.verifier.scalar.Scalar;

/** What helpers are given: {@code check_func_arg} of {@code kernel/bpf/verifier.c}. */
final class ArgumentRules {
    private final Surroundings surroundings;
    private final MemoryRules memory;
    private final ContextRules context;

    ArgumentRules(Surroundings surroundings, MemoryRules memory) {
        this.surroundings = surroundings;
        this.memory = memory;
        context = new ContextRules(surroundings);
    }

    /** What the arguments of one call told. */
    static final class Given {
        private @Nullable MapReference map;
        private @Nullable PointerValue key;
        private @Nullable PointerValue callback;
        private @Nullable PointerValue lock;
        private int returnedBytes;

        @Nullable
        MapReference map() {
            return map;
        }

        @Nullable
        PointerValue key() {
            return key;
        }

        @Nullable
        PointerValue callback() {
            return callback;
        }

        @Nullable
        PointerValue lock() {
            return lock;
        }

        int returnedBytes() {
            return returnedBytes;
        }
    }

    Given check(PathState state, Helper helper) {
        Given given = new Given();
        for (int i = 0; i < helper.arguments().size(); i++) {
            check(state, helper, i, given);
        }
        return given;
    }

    private void check(PathState state, Helper helper, int index, Given given) {
        int register = index + 1;
        Argument argument = helper.arguments().get(index);
        Value value = memory.readable(state, register);
        switch (argument.kind()) {
            case SCALAR -> checkNumber(state, register, value);
            case MAP -> given.map = map(state, register, value);
            case MAP_KEY -> given.key = mapMemory(state, helper, register, given, true, Use.READ);
            case MAP_VALUE -> mapMemory(state, helper, register, given, false, Use.READ);
            case MAP_VALUE_OUT -> mapMemory(state, helper, register, given, false, peekUse(given));
            // Checked with the size, which is in the next register.
            case MEMORY, MEMORY_OR_NULL, MEMORY_IN_OUT, MEMORY_OUT, MEMORY_OUT_OR_NULL -> {}
            case SIZE, SIZE_OR_ZERO -> sized(state, helper, index);
            case RETURNED_SIZE -> given.returnedBytes = constantSize(state, register, value);
            case CONTEXT ->
                context.checkUnmoved(state, register, pointer(state, register, value, PointerKind.CONTEXT, "ctx"));
            case CALLBACK -> given.callback = pointer(state, register, value, PointerKind.FUNCTION, "func");
            case STACK_OR_NULL -> stackOrNull(state, register, value);
            case RECORD -> released(state, register, value);
            case SPIN_LOCK -> given.lock = lock(state, helper, register, value);
            case CONST_STRING -> constantText(state, register, value);
            case FIXED_MEMORY -> fixed(state, helper, register, argument.bytes());
        }
    }

    /** A bloom filter looks for the value; a queue or stack hands one out. */
    private static Use peekUse(Given given) {
        return given.map != null && given.map.spec().type() == MapType.BLOOM_FILTER ? Use.READ : Use.WRITE;
    }

    private void checkNumber(PathState state, int register, Value value) {
        if (value instanceof PointerValue) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.POINTER_LEAK,
                    register,
                    "R" + register + " leaks addr into helper function",
                    "a number");
        }
    }

    private Refusal wrongType(PathState state, int register, Value value, String expected) {
        String type = switch (value) {
            case Undefined _ -> "undefined";
            case ScalarValue _ -> "scalar";
            case PointerValue pointer -> pointer.kind().text() + (pointer.orNull() ? "_or_null" : "");
        };
        boolean isUnchecked = value instanceof PointerValue pointer && pointer.orNull();
        return surroundings.refuse(
                state,
                isUnchecked ? ViolationKind.NULL_POINTER : ViolationKind.HELPER_ARGUMENT,
                register,
                "R" + register + " type=" + type + " expected=" + expected,
                (isUnchecked ? "compared with null before, " : "") + Description.ofTypes(expected));
    }

    private PointerValue pointer(PathState state, int register, Value value, PointerKind kind, String expected) {
        if (value instanceof PointerValue pointer && pointer.kind() == kind && !pointer.orNull()) {
            return pointer;
        }
        throw wrongType(state, register, value, expected);
    }

    private MapReference map(PathState state, int register, Value value) {
        MapReference map =
                pointer(state, register, value, PointerKind.MAP, "map_ptr").map();
        if (map == null) {
            throw new IllegalStateException("map pointer without map");
        }
        return map;
    }

    private @Nullable PointerValue mapMemory(
            PathState state, Helper helper, int register, Given given, boolean isKey, Use use) {
        MapReference map = given.map;
        if (map == null) {
            throw new IllegalStateException(helper.name() + " takes a key or value before its map");
        }
        // Otherwise sizes mean nothing; which types the helper takes is checked behind all arguments.
        PointerValue base = memoryPointer(state, helper, register);
        int bytes = isKey ? map.spec().keyBytes() : map.spec().valueBytes();
        memory.region(state, register, base, bytes, use);
        return base;
    }

    private PointerValue memoryPointer(PathState state, Helper helper, int register) {
        Value value = memory.readable(state, register);
        if (!(value instanceof PointerValue pointer)) {
            throw wrongType(state, register, value, "fp, pkt, pkt_meta, map_key, map_value, mem");
        }
        if (pointer.kind().isPacketMemory() && !helper.has(Helper.Flag.TAKES_PACKET)) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.HELPER_ARGUMENT,
                    register,
                    "helper access to the packet is not allowed",
                    "memory outside the frame; copy it to the stack first");
        }
        return pointer;
    }

    /** Memory and, behind it, its size: {@code check_mem_size_reg}. */
    private void sized(PathState state, Helper helper, int index) {
        int register = index;
        int sizeRegister = index + 1;
        Argument.Kind kind = helper.arguments().get(index - 1).kind();
        boolean mayBeZero = helper.arguments().get(index).kind() == Argument.Kind.SIZE_OR_ZERO;
        ScalarValue size = size(state, sizeRegister, mayBeZero);
        long bytes = size.range().umax();
        if (isNullAllowed(kind) && memory.readable(state, register) instanceof ScalarValue pointer && pointer.is(0)) {
            MemoryRules.require(pointer);
            if (bytes != 0) {
                throw wrongType(state, register, pointer, "fp, pkt, pkt_meta, map_value, mem");
            }
            return;
        }
        PointerValue base = memoryPointer(state, helper, register);
        // Nothing is touched then, but it has to be a pointer to memory all the same.
        if (bytes == 0 && base.orNull() && isNullAllowed(kind)) {
            return;
        }
        memory.region(state, register, base, bytes, use(kind, size.range()));
    }

    private static boolean isNullAllowed(Argument.Kind kind) {
        return kind == Argument.Kind.MEMORY_OR_NULL || kind == Argument.Kind.MEMORY_OUT_OR_NULL;
    }

    /** What is filled up to a size that varies must hold something before. */
    private static Use use(Argument.Kind kind, Scalar size) {
        return switch (kind) {
            case MEMORY_OUT, MEMORY_OUT_OR_NULL -> size.isConstant() ? Use.WRITE : Use.READ_AND_WRITE;
            case MEMORY_IN_OUT -> Use.READ_AND_WRITE;
            default -> Use.READ;
        };
    }

    private ScalarValue size(PathState state, int register, boolean mayBeZero) {
        if (!(memory.readable(state, register) instanceof ScalarValue size)) {
            throw wrongType(state, register, state.get(register), "scalar");
        }
        Scalar range = size.range();
        String message = null;
        if (range.smin() < 0) {
            message = "R" + register + " min value is negative, either use unsigned or 'var &= const'";
        } else if (range.umin() == 0 && !mayBeZero) {
            message = "R" + register + " invalid zero-sized read: u64=[" + range.umin() + ',' + range.umax() + ']';
        } else if (Long.compareUnsigned(range.umax(), MemoryRules.MAX_OFFSET) >= 0) {
            message = "R" + register + " unbounded memory access, use 'var &= const' or 'if (var < const)'";
        }
        if (message != null) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.HELPER_SIZE,
                    register,
                    message,
                    "a size from " + (mayBeZero ? 0 : 1) + " to that of the memory");
        }
        MemoryRules.require(size);
        return size;
    }

    /** The helper takes 32 bits of it; a ring that is smaller gives null. */
    private int constantSize(PathState state, int register, Value value) {
        if (value instanceof ScalarValue size && size.range().isConstant()) {
            MemoryRules.require(size);
            return (int) Math.min(Integer.toUnsignedLong((int) size.range().value()), Integer.MAX_VALUE);
        }
        throw surroundings.refuse(
                state,
                ViolationKind.HELPER_SIZE,
                register,
                "R" + register + " is not a known constant",
                "a size that is known when the program is loaded");
    }

    private void stackOrNull(PathState state, int register, Value value) {
        if (value instanceof ScalarValue number && number.is(0)) {
            MemoryRules.require(number);
            return;
        }
        pointer(state, register, value, PointerKind.STACK, "fp");
    }

    private void released(PathState state, int register, Value value) {
        PointerValue record = pointer(state, register, value, PointerKind.RECORD, "ringbuf_mem");
        if (!record.isAtStart()) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.HELPER_ARGUMENT,
                    register,
                    "R" + register + " must have zero offset when passed to release func",
                    "the record as it was reserved");
        }
        state.release(record.reference());
        state.replaceAll(each -> each instanceof PointerValue other && other.reference() == record.reference()
                ? Undefined.RELEASED
                : each);
    }

    private PointerValue lock(PathState state, Helper helper, int register, Value value) {
        PointerValue pointer = pointer(state, register, value, PointerKind.MAP_VALUE, "map_value");
        int offset = pointer.map() == null
                ? MapSpec.NO_SPIN_LOCK
                : pointer.map().spec().spinLockOffset();
        if (offset == MapSpec.NO_SPIN_LOCK || !pointer.isFixed() || pointer.fixedOffset() != offset) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.LOCK,
                    register,
                    offset == MapSpec.NO_SPIN_LOCK
                            ? "map '"
                                    + (pointer.map() == null
                                            ? ""
                                            : pointer.map().spec().name()) + "' has no valid bpf_spin_lock"
                            : "off " + pointer.text() + " doesn't point to 'struct bpf_spin_lock' that is at " + offset,
                    "a pointer to the struct bpf_spin_lock in a map's value");
        }
        if (helper.function() == HelperFunction.SPIN_LOCK && state.lock != null) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.LOCK,
                    "Locking two bpf_spin_locks are not allowed",
                    "no lock held when one is taken",
                    "a lock is held");
        }
        return pointer;
    }

    /** Zero-terminated text in a map that nobody can change: {@code check_reg_const_str}. */
    private void constantText(PathState state, int register, Value value) {
        PointerValue pointer = pointer(state, register, value, PointerKind.MAP_VALUE, "map_value");
        MapSpec map = pointer.map() == null ? null : pointer.map().spec();
        boolean isConstant = map != null
                && pointer.isFixed()
                && map.frozen()
                && (map.flags() & MapFlags.RDONLY_PROG) != 0
                && map.type() == MapType.ARRAY;
        if (!isConstant || map == null || !isTerminated(map, pointer.fixedOffset())) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.HELPER_ARGUMENT,
                    register,
                    "R" + register + " does not point to a readonly map",
                    "a zero-terminated string constant: static const char text[] = \"...\"");
        }
    }

    private static boolean isTerminated(MapSpec map, long from) {
        for (MapSpec.Entry entry : map.contents()) {
            if (entry instanceof MapSpec.Entry.Data(Bytes content)) {
                for (long i = Math.max(from, 0); i < content.length(); i++) {
                    if (content.at((int) i) == 0) {
                        return from >= 0;
                    }
                }
                return from >= 0 && content.length() < map.valueBytes();
            }
        }
        return from >= 0 && from < map.valueBytes();
    }

    private void fixed(PathState state, Helper helper, int register, int bytes) {
        PointerValue base = memoryPointer(state, helper, register);
        boolean isAligned = base.variable().bits().isAligned(bytes) && base.offset() % bytes == 0;
        if (!isAligned) {
            throw surroundings.refuse(
                    state,
                    ViolationKind.MISALIGNED,
                    register,
                    "misaligned access off " + base.offset() + " size " + bytes,
                    "memory aligned to " + bytes + " bytes");
        }
        if (base.kind() == PointerKind.MEMORY) {
            surroundings.alignment().needs(state.frame(0).function, bytes, state.slot);
        }
        memory.region(state, register, base, bytes, Use.READ_AND_WRITE);
    }

    static String name(MapType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    static String names(Set<MapType> types) {
        Collection<MapType> sorted = types.stream().sorted().toList();
        return sorted.stream().map(ArgumentRules::name).collect(Collectors.joining(", "));
    }
}
