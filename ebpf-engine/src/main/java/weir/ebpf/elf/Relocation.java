// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.elf;

/**
 * A place that depends on a symbol, {@code Elf64_Rel}; the addend stands in the place itself.
 *
 * @param type number of {@code R_BPF_*}, LLVM's BPFRelocs
 * @param at its own offset in the section of relocations, for messages
 */
public record Relocation(long offset, int type, Symbol symbol, long at) {
    /** 64-bit immediate of two slots. */
    public static final int BPF_64_64 = 1;
    /** Call. */
    public static final int BPF_64_32 = 10;

    /** {@code R_BPF_64_64} and so on. */
    public static String typeName(int type) {
        return switch (type) {
            case 0 -> "R_BPF_NONE";
            case BPF_64_64 -> "R_BPF_64_64";
            case 2 -> "R_BPF_64_ABS64";
            case 3 -> "R_BPF_64_ABS32";
            case 4 -> "R_BPF_64_NODYLD32";
            case BPF_64_32 -> "R_BPF_64_32";
            default -> "relocation type " + Integer.toUnsignedString(type);
        };
    }
}
