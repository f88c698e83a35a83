// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.elf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import weir.ebpf.ObjectFileException;

/**
 * A relocatable ELF64 file for BPF, little endian, read once and checked as a whole: sections lie inside
 * the file and do not overlap, so whatever is taken from them is bounded by the file's size.
 *
 * <p>Layout: {@code uapi/linux/elf.h}, {@code Elf64_Ehdr}, {@code Elf64_Shdr}, {@code Elf64_Sym}, {@code Elf64_Rel}.
 *
 * @param sections by index; the one with index 0 is empty
 * @param relocationSections sections of relocations, by the index of the section they are for
 */
public record ElfFile(List<Section> sections, List<Symbol> symbols, Map<Integer, List<Section>> relocationSections) {
    private static final int HEADER_BYTES = 64;
    private static final int SECTION_HEADER_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int RELOCATION_BYTES = 16;
    private static final int EM_NONE = 0;
    private static final int EM_BPF = 247;
    private static final String FILE = "ELF header";

    public static ElfFile parse(byte[] file) throws ObjectFileException {
        SectionData header = SectionData.of(FILE, file);
        checkHeader(header);
        List<Section> sections = readSections(header, file);
        checkNoOverlap(sections);
        Map<Integer, List<Section>> relocationSections = new HashMap<>();
        for (Section section : sections) {
            if (section.type() == Section.REL || section.type() == Section.RELA) {
                relocationSections
                        .computeIfAbsent(section.info(), index -> new ArrayList<>())
                        .add(section);
            }
        }
        return new ElfFile(List.copyOf(sections), readSymbols(sections), relocationSections);
    }

    /** The first section of that name. */
    public Optional<Section> section(String name) {
        return sections.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /** Relocations of a section, in the order of the file. */
    public List<Relocation> relocations(Section target) throws ObjectFileException {
        List<Relocation> all = new ArrayList<>();
        for (Section section : relocationSections.getOrDefault(target.index(), List.of())) {
            if (section.type() == Section.RELA) {
                throw section.data()
                        .fail(0, "relocations with addend (SHT_RELA) are not supported; BPF objects have SHT_REL");
            }
            readRelocations(section, all);
        }
        return all;
    }

    private static void checkHeader(SectionData header) throws ObjectFileException {
        if (header.length() < 4 || header.i32(0) != 0x464c457f) {
            throw new ObjectFileException("not an ELF file: it does not begin with 7f 45 4c 46");
        }
        if (header.length() < HEADER_BYTES) {
            throw header.fail(0, "an ELF64 header has 64 bytes, the file " + header.length());
        }
        if (header.u8(4) != 2) {
            throw header.fail(4, "class " + header.u8(4) + " is not supported; BPF objects are ELF64 (2)");
        }
        if (header.u8(5) == 2) {
            throw header.fail(5, "big endian objects are not supported; compile with --target=bpfel");
        }
        if (header.u8(5) != 1) {
            throw header.fail(5, "byte order " + header.u8(5) + " does not exist; little endian is 1");
        }
        if (header.u16(16) != 1) {
            throw header.fail(16, "type " + header.u16(16) + " is not supported; BPF objects are relocatable (1)");
        }
        int machine = header.u16(18);
        if (machine != EM_BPF && machine != EM_NONE) {
            throw header.fail(18, "machine " + machine + " is not BPF (247)");
        }
    }

    private static List<Section> readSections(SectionData header, byte[] file) throws ObjectFileException {
        long tableOffset = header.i64(40);
        long count = header.u16(60);
        long namesIndex = header.u16(62);
        if (tableOffset == 0) {
            throw header.fail(40, "the file has no sections");
        }
        if (header.u16(58) != SECTION_HEADER_BYTES) {
            throw header.fail(58, "section headers have " + header.u16(58) + " bytes, not 64");
        }
        if (tableOffset < HEADER_BYTES || tableOffset > file.length - SECTION_HEADER_BYTES) {
            throw header.fail(
                    40,
                    "section headers begin at 0x" + Long.toHexString(tableOffset) + ", the file has " + file.length
                            + " bytes");
        }
        SectionData first = header.part(tableOffset, SECTION_HEADER_BYTES);
        count = count == 0 ? first.i64(32) : count;
        namesIndex = namesIndex == 0xffff ? first.u32(40) : namesIndex;
        if (count < 1 || count > (file.length - tableOffset) / SECTION_HEADER_BYTES) {
            throw header.fail(
                    60,
                    count + " section headers at 0x" + Long.toHexString(tableOffset) + " do not fit a file of "
                            + file.length + " bytes");
        }
        SectionData table =
                SectionData.within("section headers", file, (int) tableOffset, (int) count * SECTION_HEADER_BYTES);
        StringTable names = sectionNames(table, file, namesIndex, count);
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sections.add(readSection(table, file, i, names));
        }
        return sections;
    }

    private static StringTable sectionNames(SectionData table, byte[] file, long index, long count)
            throws ObjectFileException {
        if (index < 1 || index >= count) {
            throw SectionData.failIn(FILE, 62, "names of sections are in section " + index + ", there are " + count);
        }
        int at = (int) index * SECTION_HEADER_BYTES;
        if (table.i32(at + 4) != Section.STRTAB) {
            throw table.fail(
                    at + 4,
                    "section " + index + " holds the names, but has type " + table.i32(at + 4) + ", not STRTAB (3)");
        }
        return new StringTable(contents(table, file, at, "names of sections", Section.STRTAB));
    }

    private static Section readSection(SectionData table, byte[] file, int index, StringTable names)
            throws ObjectFileException {
        int at = index * SECTION_HEADER_BYTES;
        if (index == 0) {
            return new Section(0, "", 0, 0, 0, 0, 0, 0, SectionData.of("", new byte[0]));
        }
        int type = table.i32(at + 4);
        String name = type == 0 ? "" : names.at(table.u32(at));
        long size = table.i64(at + 32);
        if (size < 0) {
            throw table.fail(at + 32, "section " + index + " has the size 0x" + Long.toHexString(size));
        }
        return new Section(
                index,
                name,
                type,
                table.i64(at + 8),
                type == 0 ? 0 : size,
                table.i32(at + 40),
                table.i32(at + 44),
                table.i64(at + 56),
                contents(table, file, at, name, type));
    }

    private static SectionData contents(SectionData table, byte[] file, int at, String name, int type)
            throws ObjectFileException {
        long offset = table.i64(at + 24);
        long size = table.i64(at + 32);
        if (type == Section.NOBITS || type == 0 || size == 0) {
            return SectionData.of(name, new byte[0]);
        }
        if (offset < HEADER_BYTES || size < 0 || offset > file.length || size > file.length - offset) {
            throw table.fail(
                    at + 24,
                    "section " + SectionData.quote(name) + " at 0x" + Long.toHexString(offset) + " with 0x"
                            + Long.toHexString(size) + " bytes is not inside the file of 0x"
                            + Integer.toHexString(file.length) + " bytes");
        }
        return SectionData.within(name, file, (int) offset, (int) size);
    }

    private static void checkNoOverlap(List<Section> sections) throws ObjectFileException {
        List<Section> inFile = new ArrayList<>();
        for (Section section : sections) {
            if (section.data().length() > 0) {
                inFile.add(section);
            }
        }
        inFile.sort(Comparator.comparingInt(section -> section.data().fileOffset()));
        for (int i = 1; i < inFile.size(); i++) {
            Section before = inFile.get(i - 1);
            Section section = inFile.get(i);
            if (before.data().fileOffset() + before.data().length()
                    > section.data().fileOffset()) {
                throw section.data()
                        .fail(
                                0,
                                "the section overlaps section " + SectionData.quote(before.name()) + " at 0x"
                                        + Integer.toHexString(section.data().fileOffset()) + " of the file");
            }
        }
    }

    private static List<Symbol> readSymbols(List<Section> sections) throws ObjectFileException {
        List<Symbol> symbols = new ArrayList<>();
        for (Section section : sections) {
            if (section.type() != Section.SYMTAB) {
                continue;
            }
            if (!symbols.isEmpty()) {
                throw section.data().fail(0, "the file has more than one table of symbols");
            }
            StringTable names = new StringTable(stringsOf(section, sections));
            int count = entries(section, SYMBOL_BYTES);
            for (int i = 0; i < count; i++) {
                symbols.add(readSymbol(section.data(), i * SYMBOL_BYTES, names, sections));
            }
        }
        return List.copyOf(symbols);
    }

    private static Symbol readSymbol(SectionData data, int at, StringTable names, List<Section> sections)
            throws ObjectFileException {
        int info = data.u8(at + 4);
        int section = data.u16(at + 6);
        if (section >= sections.size() && section < Symbol.RESERVED) {
            throw data.fail(at + 6, "a symbol is in section " + section + ", there are " + sections.size());
        }
        int type = info & 0xf;
        String name = names.at(data.u32(at));
        if (type == Symbol.SECTION && name.isEmpty() && section < Symbol.RESERVED) {
            name = sections.get(section).name();
        }
        return new Symbol(name, type, info >>> 4, data.u8(at + 5) & 3, section, data.i64(at + 8), data.i64(at + 16));
    }

    private static SectionData stringsOf(Section table, List<Section> sections) throws ObjectFileException {
        int link = table.link();
        if (link < 1 || link >= sections.size() || sections.get(link).type() != Section.STRTAB) {
            throw table.data()
                    .fail(
                            0,
                            "the names of the symbols are in section " + Integer.toUnsignedString(link)
                                    + ", which is no table of strings");
        }
        return sections.get(link).data();
    }

    private static int entries(Section section, int bytes) throws ObjectFileException {
        if (section.entryBytes() != bytes || section.data().length() % bytes != 0) {
            throw section.data()
                    .fail(
                            0,
                            "entries have " + bytes + " bytes, the header says "
                                    + Long.toUnsignedString(section.entryBytes()) + " and the section has "
                                    + section.data().length());
        }
        return section.data().length() / bytes;
    }

    private void readRelocations(Section section, List<Relocation> into) throws ObjectFileException {
        SectionData data = section.data();
        if (section.link() < 0
                || section.link() >= sections.size()
                || sections.get(section.link()).type() != Section.SYMTAB) {
            throw data.fail(
                    0,
                    "its symbols are in section " + Integer.toUnsignedString(section.link())
                            + ", which is no table of symbols");
        }
        int count = entries(section, RELOCATION_BYTES);
        for (int i = 0; i < count; i++) {
            int at = i * RELOCATION_BYTES;
            long symbol = data.u32(at + 12);
            if (symbol >= symbols.size()) {
                throw data.fail(at + 12, "a relocation names symbol " + symbol + ", there are " + symbols.size());
            }
            into.add(new Relocation(data.i64(at), data.i32(at + 8), symbols.get((int) symbol), at));
        }
    }
}
