// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

/** Rule of the verifier that a program breaks, with what usually mends it. */
public enum ViolationKind {
    FORM("the program is well-formed", ""),
    UNREACHABLE(
            "every instruction can be reached",
            "remove the code that nothing leads to; clang does so by itself at -O2"),
    UNRESOLVED(
            "code that runs names only what exists here",
            "guard it with bpf_core_field_exists(), bpf_core_type_exists() or bpf_ksym_exists()"),
    UNDEFINED_REGISTER(
            "a variable (register) has a value before it is read",
            "give the variable a value on every path: int x = 0; after a call only r0 and r6 to r9 hold anything"),
    NO_RETURN_VALUE(
            "r0 holds a number at the end",
            "return a verdict on every path: return XDP_PASS; with VALE-BPF return VALE_BPF_DROP;"),
    RETURN_VALUE("the function returns what its kind may return", "return 0 to go on or 1 to stop, and nothing else"),
    INFINITE_LOOP(
            "every loop ends",
            "give the loop a counter with a constant bound: for (int i = 0; i < 64; i++), or use bpf_loop()"),
    TOO_COMPLEX(
            "the program can be walked within the limits",
            "bound loops lower, move code into global (not static) functions, or use bpf_loop()"),
    NOT_A_POINTER(
            "only pointers are dereferenced",
            "keep the address in a variable of pointer type; what was computed from numbers is no address, and only"
                    + " (void *)(long)ctx->data and ctx->data_end make one"),
    NULL_POINTER(
            "a pointer that may be null is compared with null before it is used",
            "test it first: if (!value) return XDP_PASS;"),
    STALE_PACKET(
            "packet pointers are taken anew after a helper moved the frame",
            "read ctx->data and ctx->data_end again and compare again behind the call"),
    PACKET_BOUNDS(
            "bytes of the frame are compared with data_end before they are used",
            "test the same pointer first, up to its last byte: if ((void *)(ptr + 1) > data_end) return XDP_PASS;"),
    NEGATIVE_OFFSET(
            "an offset is never negative",
            "make the index unsigned, or test both ends: if (index < 0 || index >= SIZE) return XDP_PASS;"),
    UNBOUNDED_OFFSET(
            "an offset has an upper bound",
            "bound the very variable that is used: index &= SIZE - 1; or if (index >= SIZE) return XDP_PASS;"),
    VALUE_BOUNDS(
            "access stays inside the map's value or the memory given",
            "bound the index so that the last byte lies inside: if (index >= sizeof(array) / sizeof(array[0]))"
                    + " return XDP_PASS;"),
    STACK_BOUNDS(
            "access stays inside the 512 bytes of stack",
            "make the variable as large as what is read or written (a helper takes key_size or value_size of the map, or"
                    + " the size it is given), or bound the index below the array's length"),
    STACK_UNDEFINED(
            "stack is written before it is read, padding of structures included",
            "set all of it first: struct key key = {}; or, with padding, __builtin_memset(&key, 0, sizeof(key));"),
    MISALIGNED(
            "access to the stack, and atomic access, is aligned to its size",
            "align the variable: __attribute__((aligned(8))), or copy byte by byte"),
    CONTEXT(
            "fields of the context are read as they are declared, and written only where the type of program has it so",
            "read fields as they are declared: __u32 queue = ctx->rx_queue_index; write to variables of your own"
                    + " (struct vale_bpf_md: ring_nr can be written), and pass ctx on unchanged"),
    READ_ONLY(
            "memory that is read only is not written",
            "write to a map without BPF_F_RDONLY_PROG; const variables (.rodata) stay as they are, without const they"
                    + " can be written"),
    WRITE_ONLY("memory that is write only is not read", "use a map without BPF_F_WRONLY_PROG"),
    ATOMIC_TARGET(
            "atomic operations work on the stack and on values of maps",
            "read, change and write with plain statements; a frame belongs to one CPU at a time"),
    POINTER_ARITHMETIC(
            "pointers are only moved, by adding and subtracting bounded numbers",
            "use pointer + index with a bounded index, and pointers into the same frame to take differences"),
    POINTER_LEAK(
            "addresses do not leave the program",
            "store or return a number (an index, an offset, an XDP action) instead of a pointer"),
    POINTER_COMPARISON(
            "pointers are compared with null and with pointers",
            "compare packet pointers with data_end in full 64 bits: if (ptr + 1 > data_end), without casts to int"),
    HELPER_ARGUMENT(
            "a helper gets what it takes",
            "bpf-helpers(7) has the arguments: &map for a map, &variable for memory, the value that a lookup gave"),
    HELPER_SIZE(
            "the size given to a helper is bounded and inside the memory given",
            "bound it first: if (size == 0 || size > sizeof(buffer)) return XDP_PASS;"),
    MAP_TYPE("a helper gets a map of a type that it works on", "use another helper or another type of map"),
    RELEASED(
            "a record is not used after it was submitted or discarded",
            "write all fields before bpf_ringbuf_submit(), and do not use the pointer afterwards"),
    REFERENCE_LEAK(
            "every reserved record is submitted or discarded on every path",
            "call bpf_ringbuf_submit() or bpf_ringbuf_discard() before each return"),
    LOCK(
            "a spin lock is taken once, and released by its holder before anything else is called",
            "call bpf_spin_unlock() on every path before calls and returns"),
    LOCK_ACCESS(
            "the bytes of a spin lock are touched by bpf_spin_lock() and bpf_spin_unlock() only",
            "leave the lock alone: set the other fields one by one instead of the whole value"),
    CALL(
            "a function gets what it takes",
            "pass what the declaration says, and test pointers for null inside; or make the function static: then it"
                    + " is verified with what its callers pass"),
    CALL_DEPTH("call frames nest at most 8 deep", "inline functions: static __always_inline"),
    STACK_DEPTH(
            "frames of nested calls have at most 512 bytes of stack together",
            "move large variables into a map (per-CPU array)");

    private final String rule;
    private final String suggestion;

    ViolationKind(String rule, String suggestion) {
        this.rule = rule;
        this.suggestion = suggestion;
    }

    /** The rule in words. */
    public String rule() {
        return rule;
    }

    /** What usually mends it, in words of C; empty where it depends. */
    public String suggestion() {
        return suggestion;
    }
}
