// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/** Two-operand arithmetic, RFC 9669 section 4.1. The signed divisions are the variants with offset 1. */
public enum AluOp {
    ADD("+="),
    SUB("-="),
    MUL("*="),
    /** Unsigned; by zero gives 0. */
    DIV("/="),
    /** Signed, rounds towards zero; by zero gives 0, MIN / -1 gives MIN. */
    SDIV("s/="),
    /** Unsigned; by zero leaves the dividend. */
    MOD("%="),
    /** Signed, takes the dividend's sign; by zero leaves the dividend, MIN % -1 gives 0. */
    SMOD("s%="),
    OR("|="),
    AND("&="),
    XOR("^="),
    /** Shift left; the count is taken modulo the width. */
    LSH("<<="),
    /** Logical shift right; the count is taken modulo the width. */
    RSH(">>="),
    /** Arithmetic shift right; the count is taken modulo the width. */
    ARSH("s>>="),
    MOV("=");

    private final String symbol;

    AluOp(String symbol) {
        this.symbol = symbol;
    }

    /** As the text form writes it, {@code kernel/bpf/disasm.c}. */
    public String symbol() {
        return symbol;
    }
}
