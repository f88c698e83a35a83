// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/** Atomic read-modify-write, RFC 9669 section 5.3. */
public enum AtomicOp {
    ADD,
    OR,
    AND,
    XOR,
    /** Always fetches. */
    XCHG,
    /** Compares with r0 and always loads the old value into r0. */
    CMPXCHG
}
