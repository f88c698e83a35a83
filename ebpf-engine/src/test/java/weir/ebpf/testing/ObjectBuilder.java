// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import weir.ebpf.map.Bytes;

/** Writes ELF objects that no compiler would: as large, and with as many of everything, as a test wants. */
public final class ObjectBuilder {
    /** {@code SHT_PROGBITS}. */
    public static final int CONTENTS = 1;

    /** {@code SHT_NOBITS}: has a size and no bytes. */
    public static final int ZEROS = 8;

    /** Flags of a section of code, {@code SHF_ALLOC | SHF_EXECINSTR}. */
    public static final int CODE = 2 | 4;

    /** Flags of a section of data, {@code SHF_ALLOC | SHF_WRITE}. */
    public static final int DATA = 2 | 1;

    private static final int HEADER_BYTES = 64;
    private static final int SYMTAB = 2;
    private static final int STRTAB = 3;
    private static final int REL = 9;
    private static final int GLOBAL_FUNCTION = 1 << 4 | 2;
    private static final int GLOBAL_OBJECT = 1 << 4 | 1;
    private static final int R_BPF_64_64 = 1;
    private static final int R_BPF_64_32 = 10;

    private record Part(String name, int type, int flags, Bytes bytes, long size, int link, int info, int entryBytes) {}

    private final List<Part> parts = new ArrayList<>();
    private final ByteArrayOutputStream symbols = new ByteArrayOutputStream();
    private final ByteArrayOutputStream names = new ByteArrayOutputStream();
    private int symbolCount = 1;

    public ObjectBuilder() {
        symbols.writeBytes(new byte[24]);
        names.write(0);
    }

    /** A section with bytes; returns its number. */
    public int section(String name, int flags, byte[] bytes) {
        parts.add(new Part(name, CONTENTS, flags, Bytes.of(bytes), bytes.length, 0, 0, 0));
        return parts.size();
    }

    /** A section of zeros that are not in the file; returns its number. */
    public int zeros(String name, long sizeBytes) {
        parts.add(new Part(name, ZEROS, DATA, Bytes.of(new byte[0]), sizeBytes, 0, 0, 0));
        return parts.size();
    }

    /** A global function; returns the number of its symbol. */
    public int function(String name, int section, long at, long sizeBytes) {
        return symbol(name, GLOBAL_FUNCTION, section, at, sizeBytes);
    }

    /** A global variable; returns the number of its symbol. */
    public int variable(String name, int section, long at, long sizeBytes) {
        return symbol(name, GLOBAL_OBJECT, section, at, sizeBytes);
    }

    private int symbol(String name, int info, int section, long at, long sizeBytes) {
        byte[] symbol = new byte[24];
        little(symbol)
                .putInt(names.size())
                .put((byte) info)
                .put((byte) 0)
                .putShort((short) section)
                .putLong(at)
                .putLong(sizeBytes);
        symbols.writeBytes(symbol);
        names.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        names.write(0);
        return symbolCount++;
    }

    /** The same relocation {@code times} times: a call at byte {@code at} goes to a function. */
    public void calls(int section, long at, int symbol, int times) {
        relocations(section, at, symbol, R_BPF_64_32, times);
    }

    /** The same relocation {@code times} times: a 64-bit immediate at byte {@code at} is a map. */
    public void maps(int section, long at, int symbol, int times) {
        relocations(section, at, symbol, R_BPF_64_64, times);
    }

    private void relocations(int section, long at, int symbol, int type, int times) {
        byte[] entries = new byte[16 * times];
        ByteBuffer bytes = little(entries);
        for (int i = 0; i < times; i++) {
            bytes.putLong(at).putLong((long) symbol << 32 | type);
        }
        parts.add(new Part(".rel", REL, 0, Bytes.of(entries), entries.length, -1, section, 16));
    }

    /** The file. */
    public byte[] build() {
        List<Part> all = new ArrayList<>(parts);
        int symbolTable = all.size() + 1;
        all.add(new Part(
                ".symtab", SYMTAB, 0, Bytes.of(symbols.toByteArray()), symbols.size(), symbolTable + 1, 1, 24));
        all.add(new Part(".strtab", STRTAB, 0, Bytes.of(names.toByteArray()), names.size(), 0, 0, 0));
        ByteArrayOutputStream sectionNames = new ByteArrayOutputStream();
        sectionNames.write(0);
        List<Integer> nameOffsets = new ArrayList<>();
        for (Part part : all) {
            nameOffsets.add(sectionNames.size());
            sectionNames.writeBytes(part.name().getBytes(StandardCharsets.US_ASCII));
            sectionNames.write(0);
        }
        nameOffsets.add(0);
        all.add(new Part("", STRTAB, 0, Bytes.of(sectionNames.toByteArray()), sectionNames.size(), 0, 0, 0));
        int bytes = all.stream().mapToInt(part -> part.bytes().length()).sum();
        byte[] image = new byte[HEADER_BYTES + bytes + HEADER_BYTES * (all.size() + 1)];
        ByteBuffer file = little(image);
        header(file, HEADER_BYTES + bytes, all.size() + 1);
        file.position(HEADER_BYTES);
        all.forEach(part -> file.put(part.bytes().toArray()));
        file.position(file.position() + HEADER_BYTES);
        long at = HEADER_BYTES;
        for (int i = 0; i < all.size(); i++) {
            Part part = all.get(i);
            int link = part.link() < 0 ? symbolTable : part.link();
            file.putInt(nameOffsets.get(i)).putInt(part.type()).putLong(part.flags());
            file.putLong(0).putLong(at).putLong(part.size());
            file.putInt(link).putInt(part.info()).putLong(8).putLong(part.entryBytes());
            at += part.bytes().length();
        }
        return image;
    }

    private static void header(ByteBuffer file, int sectionTable, int sections) {
        file.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
        file.putShort((short) 1).putShort((short) 247).putInt(1).putLong(0).putLong(0);
        file.putLong(sectionTable).putInt(0).putShort((short) HEADER_BYTES).putShort((short) 0);
        file.putShort((short) 0).putShort((short) HEADER_BYTES);
        file.putShort((short) sections).putShort((short) (sections - 1));
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
