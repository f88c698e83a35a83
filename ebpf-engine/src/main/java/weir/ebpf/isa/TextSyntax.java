// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The words that {@link Disassembler} writes and {@link Assembler} reads, as {@code kernel/bpf/disasm.c} has them. */
final class TextSyntax {
    static final String PC = "pc";
    static final String IF = "if";
    static final String GOTO = "goto";
    static final String GOTO_LONG = "gotol";
    static final String CALL = "call";
    static final String CALL_REGISTER = "callx";
    /** What bpftool has for a callback; read only. */
    static final String SUBPROGRAM = "subprog";

    static final String KFUNC = "kfunc";
    static final String EXIT = "exit";
    static final String LOCK = "lock";
    static final String LOAD_ACQUIRE = "load_acquire";
    static final String STORE_RELEASE = "store_release";
    static final String PACKET = "skb";
    static final String WIDE = "ll";
    static final String MAP = "map";
    static final String BY_DESCRIPTOR = "fd";
    static final String BY_INDEX = "idx";
    static final String VARIABLE = "var";
    static final String BY_BTF = "btf";

    private static final Pattern NAME = Pattern.compile("[A-Za-z_.$][A-Za-z0-9_.$]*");
    private static final Pattern REGISTER = Pattern.compile("[rw][0-9]+");
    private static final Set<String> RESERVED = Set.of(
            PC,
            IF,
            GOTO,
            GOTO_LONG,
            CALL,
            CALL_REGISTER,
            KFUNC,
            EXIT,
            LOCK,
            STORE_RELEASE,
            WIDE,
            MAP,
            VARIABLE,
            SUBPROGRAM);

    private TextSyntax() {}

    /** Whether a text can stand for a label, map or function: one word that means nothing else. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches()
                && !RESERVED.contains(text)
                && !REGISTER.matcher(text).matches();
    }

    static @Nullable String nameOrNull(@Nullable String text) {
        return text != null && isName(text) ? text : null;
    }

    static boolean beginsWord(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '$';
    }

    static boolean continuesWord(int c) {
        return beginsWord(c) || (c >= '0' && c <= '9');
    }

    static String symbol(AluOp op) {
        return op.symbol();
    }

    static String symbol(Condition condition) {
        return switch (condition) {
            case EQ -> "==";
            case NE -> "!=";
            case SET -> "&";
            case GT -> ">";
            case GE -> ">=";
            case LT -> "<";
            case LE -> "<=";
            case SGT -> "s>";
            case SGE -> "s>=";
            case SLT -> "s<";
            case SLE -> "s<=";
        };
    }

    /** Of an atomic operation that does not fetch; XCHG and CMPXCHG always do. */
    static String symbol(AtomicOp op) {
        return switch (op) {
            case ADD -> symbol(AluOp.ADD);
            case OR -> symbol(AluOp.OR);
            case AND -> symbol(AluOp.AND);
            case XOR -> symbol(AluOp.XOR);
            case XCHG, CMPXCHG -> throw new IllegalArgumentException(op + " always fetches");
        };
    }

    /** Function that stands for an atomic operation that fetches. */
    static String function(AtomicOp op, MemorySize size) {
        String prefix = size == MemorySize.DOUBLE ? "atomic64_" : "atomic_";
        return prefix
                + switch (op) {
                    case ADD -> "fetch_add";
                    case OR -> "fetch_or";
                    case AND -> "fetch_and";
                    case XOR -> "fetch_xor";
                    case XCHG -> "xchg";
                    case CMPXCHG -> "cmpxchg";
                };
    }

    static String type(MemorySize size, boolean signed) {
        return (signed ? "s" : "u") + size.bytes() * Byte.SIZE;
    }

    static String function(Instruction.ByteSwap.Order order, int bits) {
        return switch (order) {
                    case LITTLE -> "le";
                    case BIG -> "be";
                    case SWAP -> "bswap";
                }
                + bits;
    }
}
