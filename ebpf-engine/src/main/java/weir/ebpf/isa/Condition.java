// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/** Comparison of a conditional jump, RFC 9669 section 4.3. */
public enum Condition {
    EQ,
    NE,
    /** Any bit of the second operand is set in the first. */
    SET,
    /** Unsigned greater. */
    GT,
    /** Unsigned greater or equal. */
    GE,
    /** Unsigned less. */
    LT,
    /** Unsigned less or equal. */
    LE,
    /** Signed greater. */
    SGT,
    /** Signed greater or equal. */
    SGE,
    /** Signed less. */
    SLT,
    /** Signed less or equal. */
    SLE
}
