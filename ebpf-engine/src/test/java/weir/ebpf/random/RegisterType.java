// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

/** What a register or a spilled stack slot holds, as far as the generator knows. */
sealed interface RegisterType {
    Unset UNSET = new Unset();
    Scalar SCALAR = new Scalar();
    Context CONTEXT = new Context();
    PacketEnd PACKET_END = new PacketEnd();

    /** Not to be read. */
    record Unset() implements RegisterType {}

    /** A number that is the same in every run with the same input. */
    record Scalar() implements RegisterType {}

    /** {@code struct xdp_md *}. */
    record Context() implements RegisterType {}

    /** {@code data_end}. */
    record PacketEnd() implements RegisterType {}

    /** Packet pointer with so many bytes behind it that are known to be there. */
    record Packet(int bytes) implements RegisterType {}

    /** Pointer to so many bytes of memory that is no packet, 8-byte aligned or not. */
    record Region(Kind kind, int bytes, boolean aligned) implements RegisterType {
        boolean writable() {
            return kind != Kind.MAP_KEY && kind != Kind.READ_ONLY;
        }
    }

    /** What memory a {@link Region} is. */
    enum Kind {
        /** Array or global data: the place stays the same for ever. */
        ARRAY_VALUE,
        /** Hash or trie: the place may be another element's after any update or delete. */
        HASH_VALUE,
        /** The stack of a caller. */
        CALLER_STACK,
        /** Key that {@code bpf_for_each_map_elem} hands to its callback. */
        MAP_KEY,
        /** A frozen map. */
        READ_ONLY
    }

    /** What is known where two paths meet. */
    static RegisterType meet(RegisterType one, RegisterType other) {
        if (one.equals(other)) {
            return one;
        }
        if (one instanceof Packet a && other instanceof Packet b) {
            return new Packet(Math.min(a.bytes, b.bytes));
        }
        if (one instanceof Region a && other instanceof Region b && a.kind == b.kind) {
            return new Region(a.kind, Math.min(a.bytes, b.bytes), a.aligned && b.aligned);
        }
        return UNSET;
    }
}
