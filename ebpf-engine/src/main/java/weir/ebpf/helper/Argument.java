// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

/**
 * What a helper takes in one register; {@code enum bpf_arg_type}, {@code include/linux/bpf.h}.
 *
 * @param bytes of {@link Kind#FIXED_MEMORY}, 0 for all others
 */
public record Argument(Kind kind, int bytes) {
    /** Kinds of arguments. Memory of a given size is followed by the register that holds the size. */
    public enum Kind {
        /** Anything. */
        SCALAR,
        /** A map, known when the program is loaded, of one of the helper's types. */
        MAP,
        /** Readable key of the map given before. */
        MAP_KEY,
        /** Readable value of the map given before. */
        MAP_VALUE,
        /** Place for a value of the map given before; for a bloom filter a value that it looks for. */
        MAP_VALUE_OUT,
        /** Readable memory. */
        MEMORY,
        /** Readable memory, or null with size 0. */
        MEMORY_OR_NULL,
        /** Memory that the helper reads and writes. */
        MEMORY_IN_OUT,
        /** Memory that the helper fills. */
        MEMORY_OUT,
        /** The same, or null with size 0. */
        MEMORY_OUT_OR_NULL,
        /** Size of the memory before, at least 1. */
        SIZE,
        /** Size of the memory before. */
        SIZE_OR_ZERO,
        /** A number that is known when the program is loaded: size of the memory returned, null where it is no size. */
        RETURNED_SIZE,
        /** The context that the program got. */
        CONTEXT,
        /** A function of the program. */
        CALLBACK,
        /** What the callback is handed: null or a pointer to the stack. */
        STACK_OR_NULL,
        /** A reserved record of a ring buffer, whole; it is gone afterwards. */
        RECORD,
        /** The {@code struct bpf_spin_lock} that the type of a map's value has, {@code MapSpec.spinLockOffset}. */
        SPIN_LOCK,
        /** Zero-terminated text in a map that nobody writes. */
        CONST_STRING,
        /** Memory of {@link #bytes}, aligned, that the helper reads and writes. */
        FIXED_MEMORY
    }

    static Argument of(Kind kind) {
        return new Argument(kind, 0);
    }

    static Argument fixedMemory(int bytes) {
        return new Argument(Kind.FIXED_MEMORY, bytes);
    }
}
