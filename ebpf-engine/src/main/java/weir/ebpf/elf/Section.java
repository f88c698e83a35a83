// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.elf;

/**
 * A section with its header, {@code Elf64_Shdr} in {@code uapi/linux/elf.h}.
 *
 * @param index in the table of sections; 0 is no section
 * @param sizeBytes of its contents; without bytes in the file for {@link #NOBITS}
 * @param data empty for {@link #NOBITS}
 */
public record Section(
        int index,
        String name,
        int type,
        long flags,
        long sizeBytes,
        int link,
        int info,
        long entryBytes,
        SectionData data) {
    public static final int PROGBITS = 1;
    public static final int SYMTAB = 2;
    public static final int STRTAB = 3;
    public static final int RELA = 4;
    public static final int NOBITS = 8;
    public static final int REL = 9;

    private static final long EXECINSTR = 4;

    public boolean isCode() {
        return type == PROGBITS && (flags & EXECINSTR) != 0;
    }
}
