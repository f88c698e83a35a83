// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

/** Rule of the verifier that a program breaks, with what usually mends it. */
public enum ViolationKind {
    FORM("the program is well-formed", ""),
    UNREACHABLE("every instruction is reached by some jump", "remove the instructions that nothing jumps to"),
    UNRESOLVED(
            "code that runs names only what exists here",
            "guard it with bpf_core_field_exists(), bpf_core_type_exists() or bpf_ksym_exists()"),
    UNDEFINED_REGISTER(
            "a register is written before it is read",
            "give the variable a value on every path; after a call only r0 and r6 to r9 hold anything"),
    NO_RETURN_VALUE("r0 holds a number at the end", "return an XDP action on every path"),
    RETURN_VALUE("the function returns what its kind may return", "return 0 to go on or 1 to stop, and nothing else"),
    INFINITE_LOOP(
            "every loop ends",
            "let something that the loop's condition tests change on each turn, up to a constant bound"),
    TOO_COMPLEX(
            "the program can be walked within the limits",
            "bound loops lower, move code into global (not static) functions, or use bpf_loop()"),
    NOT_A_POINTER(
            "only pointers are dereferenced",
            "keep the pointer in a variable of pointer type; do not rebuild it from numbers"),
    NULL_POINTER(
            "a pointer that may be null is compared with null before it is used",
            "test it: if (!ptr) return XDP_PASS;"),
    STALE_PACKET(
            "packet pointers are taken anew after a helper moved the frame",
            "read ctx->data and ctx->data_end again and compare again behind the call"),
    PACKET_BOUNDS(
            "bytes of the frame are compared with data_end before they are used",
            "test it first: if ((void *)(ptr + 1) > data_end) return XDP_PASS;"),
    NEGATIVE_OFFSET("an offset is never negative", "use an unsigned index, or test it: if (index >= 0)"),
    UNBOUNDED_OFFSET(
            "an offset has an upper bound",
            "bound it first: index &= SIZE - 1, or if (index >= SIZE) return XDP_PASS;"),
    VALUE_BOUNDS(
            "access stays inside the map's value or the memory given",
            "bound the index so that the last byte of the access lies inside"),
    STACK_BOUNDS("access stays inside the 512 bytes of stack", "make the array larger or bound the index"),
    STACK_UNDEFINED(
            "stack is written before it is read, padding of structures included",
            "set all of it first: struct key key = {}; or __builtin_memset()"),
    MISALIGNED(
            "access to the stack, and atomic access, is aligned to its size",
            "align the variable, or copy byte by byte"),
    CONTEXT("the context is read only, four bytes at a field at a time", "use the fields of struct xdp_md as they are"),
    READ_ONLY("memory that is read only is not written", "use a map that programs may write"),
    WRITE_ONLY("memory that is write only is not read", "use a map that programs may read"),
    ATOMIC_TARGET(
            "atomic operations work on the stack and on values of maps", "copy into the stack, change, copy back"),
    POINTER_ARITHMETIC(
            "pointers are only moved, by adding and subtracting bounded numbers",
            "use pointer + index with a bounded index, and pointers into the same frame to take differences"),
    POINTER_LEAK("addresses do not leave the program", "store an index or an offset instead of a pointer"),
    POINTER_COMPARISON(
            "pointers are compared with null and with pointers",
            "compare packet pointers with data_end in full 64 bits"),
    HELPER_ARGUMENT("a helper gets what it takes", ""),
    HELPER_SIZE(
            "the size given to a helper is bounded and inside the memory given",
            "bound it first: if (size > sizeof(buffer)) return XDP_PASS; and test for 0 where 0 is not taken"),
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
    CALL("a function gets what it takes", ""),
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
