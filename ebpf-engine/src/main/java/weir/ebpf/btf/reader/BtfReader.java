// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.reader;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.elf.SectionData;
import weir.ebpf.elf.StringTable;

/**
 * Reads a section {@code .BTF}: header, types, strings; {@code Documentation/bpf/btf.rst} and {@code
 * uapi/linux/btf.h}.
 */
public final class BtfReader {
    private static final int HEADER_BYTES = 24;
    private static final int TYPE_BYTES = 12;
    private static final String KINDS = "INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST,"
            + " RESTRICT, FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64";

    private final SectionData section;
    private final SectionData data;
    private final int typesAt;
    private final StringTable strings;
    private final List<BtfType> types = new ArrayList<>();
    /** Behind the record that is read now. */
    private int at;

    private BtfReader(SectionData section) throws ObjectFileException {
        this.section = section;
        checkMagic(section, "BTF");
        long headerBytes = section.u32(4);
        if (headerBytes < HEADER_BYTES) {
            throw section.fail(4, "a BTF header has at least 24 bytes, not " + headerBytes);
        }
        typesAt = checkedStart(headerBytes, section.u32(8), section.u32(12));
        data = section.part(typesAt, section.u32(12));
        int stringsAt = checkedStart(headerBytes, section.u32(16), section.u32(20));
        strings = new StringTable(section.part(stringsAt, section.u32(20)));
    }

    /** Types and their strings; line information names more strings. */
    public record Result(Btf btf, StringTable strings) {}

    public static Result read(SectionData section) throws ObjectFileException {
        BtfReader reader = new BtfReader(section);
        reader.types.add(new BtfType.VoidType());
        while (reader.at < reader.data.length()) {
            reader.types.add(reader.readType());
        }
        BtfCheck.check(reader.types, reader.section);
        return new Result(new Btf(reader.types), reader.strings);
    }

    /** Refuses what is no BTF, is another version, or has the other byte order. */
    static void checkMagic(SectionData section, String what) throws ObjectFileException {
        int magic = section.u16(0);
        if (magic == 0x9feb) {
            throw section.fail(0, "big endian " + what + " is not supported");
        }
        if (magic != 0xeb9f) {
            throw section.fail(0, what + " begins with 0xeb9f, not 0x" + Integer.toHexString(magic));
        }
        if (section.u8(2) != 1) {
            throw section.fail(2, what + " version " + section.u8(2) + " is not supported; 1 is");
        }
    }

    private int checkedStart(long headerBytes, long offset, long length) throws ObjectFileException {
        long start = headerBytes + offset;
        if (start + length > section.length()) {
            throw section.fail(
                    0,
                    "the header names bytes " + start + " to " + (start + length) + ", the section has "
                            + section.length());
        }
        return (int) start;
    }

    private ObjectFileException fail(int offset, String rule) {
        return section.fail((long) typesAt + offset, "type " + types.size() + ": " + rule);
    }

    private BtfType readType() throws ObjectFileException {
        int start = at;
        if (data.length() - start < TYPE_BYTES) {
            throw fail(start, "a type has at least 12 bytes, " + (data.length() - start) + " are left");
        }
        String name = strings.at(data.u32(start));
        int info = data.i32(start + 4);
        int kind = (info >>> 24) & 0x1f;
        int count = info & 0xffff;
        boolean flag = info < 0;
        int word = data.i32(start + 8);
        at = start + TYPE_BYTES;
        return switch (kind) {
            case 1 -> readInt(name, size(word));
            case 2 -> new BtfType.Pointer(word);
            case 3 -> new BtfType.Array(word(), word(), Integer.toUnsignedLong(word()));
            case 4, 5 -> new BtfType.Struct(name, kind == 5, Integer.toUnsignedLong(word), readMembers(count, flag));
            case 6, 19 ->
                new BtfType.Enumeration(name, size(word), flag, kind == 19, readEnumerators(count, flag, kind == 19));
            case 7 -> new BtfType.Forward(name, flag);
            case 8 -> new BtfType.Typedef(name, word);
            case 9 -> new BtfType.Modifier("", BtfType.Modifier.Kind.VOLATILE, word);
            case 10 -> new BtfType.Modifier("", BtfType.Modifier.Kind.CONST, word);
            case 11 -> new BtfType.Modifier("", BtfType.Modifier.Kind.RESTRICT, word);
            case 12 -> new BtfType.Function(name, word, count);
            case 13 -> new BtfType.Prototype(word, readParameters(count));
            case 14 -> new BtfType.Variable(name, word, word());
            case 15 -> new BtfType.DataSection(name, Integer.toUnsignedLong(word), readPlaced(count));
            case 16 -> new BtfType.FloatingPoint(name, size(word));
            case 17 -> new BtfType.DeclarationTag(name, word, word());
            case 18 -> new BtfType.Modifier(name, BtfType.Modifier.Kind.TYPE_TAG, word);
            default -> throw fail(start + 4, "kind " + kind + " is not supported; supported are " + KINDS);
        };
    }

    private int word() throws ObjectFileException {
        int value = data.i32(at);
        at += 4;
        return value;
    }

    private int size(int word) throws ObjectFileException {
        if (word < 1 || word > 16) {
            throw fail(at - 4, "the size of a number is 1 to 16 bytes, not " + Integer.toUnsignedString(word));
        }
        return word;
    }

    private BtfType readInt(String name, int sizeBytes) throws ObjectFileException {
        int encoding = word();
        int bits = encoding & 0xff;
        int bitOffset = (encoding >>> 16) & 0xff;
        if (bits + bitOffset > sizeBytes * 8) {
            throw fail(at - 4, bits + " bits from bit " + bitOffset + " do not fit " + sizeBytes + " bytes");
        }
        return new BtfType.Int(
                name,
                sizeBytes,
                (encoding & (1 << 24)) != 0,
                (encoding & (2 << 24)) != 0,
                (encoding & (4 << 24)) != 0,
                bitOffset,
                bits);
    }

    private void need(int count, int bytesEach) throws ObjectFileException {
        if ((long) count * bytesEach > data.length() - at) {
            throw fail(at, count + " entries of " + bytesEach + " bytes, " + (data.length() - at) + " bytes are left");
        }
    }

    private List<BtfType.Member> readMembers(int count, boolean withBits) throws ObjectFileException {
        need(count, 12);
        List<BtfType.Member> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String name = strings.at(Integer.toUnsignedLong(word()));
            int type = word();
            int offset = word();
            members.add(
                    withBits
                            ? new BtfType.Member(name, type, offset & 0xffffff, offset >>> 24)
                            : new BtfType.Member(name, type, Integer.toUnsignedLong(offset), 0));
        }
        return List.copyOf(members);
    }

    private List<BtfType.Enumerator> readEnumerators(int count, boolean signed, boolean is64)
            throws ObjectFileException {
        need(count, is64 ? 12 : 8);
        List<BtfType.Enumerator> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String name = strings.at(Integer.toUnsignedLong(word()));
            int low = word();
            long value;
            if (is64) {
                value = ((long) word() << 32) | Integer.toUnsignedLong(low);
            } else {
                value = signed ? low : Integer.toUnsignedLong(low);
            }
            values.add(new BtfType.Enumerator(name, value));
        }
        return List.copyOf(values);
    }

    private List<BtfType.Parameter> readParameters(int count) throws ObjectFileException {
        need(count, 8);
        List<BtfType.Parameter> parameters = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parameters.add(new BtfType.Parameter(strings.at(Integer.toUnsignedLong(word())), word()));
        }
        return List.copyOf(parameters);
    }

    private List<BtfType.Placed> readPlaced(int count) throws ObjectFileException {
        need(count, 12);
        List<BtfType.Placed> placed = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            placed.add(new BtfType.Placed(word(), Integer.toUnsignedLong(word()), Integer.toUnsignedLong(word())));
        }
        return List.copyOf(placed);
    }
}
