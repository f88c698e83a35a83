// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.reader;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weir.ebpf.ObjectFileException;
import weir.ebpf.elf.SectionData;
import weir.ebpf.elf.StringTable;

/**
 * What {@code .BTF.ext} says about instructions, by name of their section; offsets are bytes in that
 * section. Layout: {@code Documentation/bpf/btf.rst}, {@code struct btf_ext_header} of libbpf.
 *
 * @param functions which function begins where
 * @param lines in order of offsets, each offset once
 * @param relocations CO-RE relocations
 */
public record BtfExt(
        Map<String, List<FunctionInfo>> functions,
        Map<String, List<LineInfo>> lines,
        Map<String, List<CoreInfo>> relocations) {
    /** What an object without {@code .BTF.ext} has. */
    public static final BtfExt EMPTY = new BtfExt(Map.of(), Map.of(), Map.of());

    private static final int HEADER_BYTES = 24;
    private static final int HEADER_WITH_CORE_BYTES = 32;

    /** {@code struct bpf_func_info}. */
    public record FunctionInfo(int offset, int typeId) {}

    /** {@code struct bpf_line_info}; line and column from 1, column 0 where unknown. */
    public record LineInfo(int offset, String file, String text, int line, int column) {}

    /**
     * {@code struct bpf_core_relo}.
     *
     * @param at its own offset in {@code .BTF.ext}
     */
    public record CoreInfo(int offset, int typeId, String access, int kind, long at) {}

    /** Makes one record of some kind. */
    private interface Reading<T> {
        T read(long at) throws ObjectFileException;

        int offset(T record);
    }

    /**
     * Reads the section.
     *
     * @param strings of {@code .BTF}
     * @param typeCount of {@code .BTF}
     */
    public static BtfExt read(SectionData section, StringTable strings, int typeCount) throws ObjectFileException {
        BtfReader.checkMagic(section, "BTF.ext");
        long headerBytes = section.u32(4);
        if (headerBytes < HEADER_BYTES) {
            throw section.fail(4, "a BTF.ext header has at least 24 bytes, not " + headerBytes);
        }
        Map<String, List<FunctionInfo>> functions = readTable(
                section, headerBytes + section.u32(8), section.u32(12), 8, strings, functions(section, typeCount));
        Map<String, List<LineInfo>> lines = readTable(
                section, headerBytes + section.u32(16), section.u32(20), 16, strings, lines(section, strings));
        lines.values().forEach(BtfExt::keepFirstOfEachOffset);
        Map<String, List<CoreInfo>> relocations = Map.of();
        if (headerBytes >= HEADER_WITH_CORE_BYTES) {
            relocations = readTable(
                    section,
                    headerBytes + section.u32(24),
                    section.u32(28),
                    16,
                    strings,
                    relocations(section, strings, typeCount));
        }
        return new BtfExt(functions, lines, relocations);
    }

    private static Reading<FunctionInfo> functions(SectionData section, int typeCount) {
        return new Reading<>() {
            @Override
            public FunctionInfo read(long at) throws ObjectFileException {
                return new FunctionInfo(section.i32(at), typeId(section, at + 4, typeCount));
            }

            @Override
            public int offset(FunctionInfo info) {
                return info.offset();
            }
        };
    }

    private static Reading<LineInfo> lines(SectionData section, StringTable strings) {
        return new Reading<>() {
            @Override
            public LineInfo read(long at) throws ObjectFileException {
                int position = section.i32(at + 12);
                return new LineInfo(
                        section.i32(at),
                        strings.at(section.u32(at + 4)),
                        strings.beginningAt(section.u32(at + 8)),
                        position >>> 10,
                        position & 0x3ff);
            }

            @Override
            public int offset(LineInfo info) {
                return info.offset();
            }
        };
    }

    private static Reading<CoreInfo> relocations(SectionData section, StringTable strings, int typeCount) {
        return new Reading<>() {
            @Override
            public CoreInfo read(long at) throws ObjectFileException {
                return new CoreInfo(
                        section.i32(at),
                        typeId(section, at + 4, typeCount),
                        strings.at(section.u32(at + 8)),
                        section.i32(at + 12),
                        at);
            }

            @Override
            public int offset(CoreInfo info) {
                return info.offset();
            }
        };
    }

    private static int typeId(SectionData section, long at, int typeCount) throws ObjectFileException {
        long id = section.u32(at);
        if (id >= typeCount) {
            throw section.fail(at, "refers to type " + id + ", there are " + typeCount);
        }
        return (int) id;
    }

    /** {@code rec_size}, then for each section {@code sec_name_off, num_info} and the records. */
    private static <T> Map<String, List<T>> readTable(
            SectionData section, long start, long length, int recordBytes, StringTable strings, Reading<T> reading)
            throws ObjectFileException {
        Map<String, List<T>> bySection = new HashMap<>();
        if (length == 0) {
            return bySection;
        }
        section.part(start, length);
        long end = start + length;
        long size = section.u32(start);
        if (size < recordBytes || size % 4 != 0) {
            throw section.fail(start, "records have at least " + recordBytes + " bytes, not " + size);
        }
        long at = start + 4;
        while (at < end) {
            String name = strings.at(section.u32(at));
            long count = section.u32(at + 4);
            at += 8;
            if (count == 0 || count > (end - at) / size) {
                throw section.fail(at - 4, count + " records of " + size + " bytes, " + (end - at) + " bytes are left");
            }
            List<T> records = bySection.computeIfAbsent(name, each -> new ArrayList<>());
            for (long i = 0; i < count; i++, at += size) {
                T record = reading.read(at);
                if (reading.offset(record) < 0 || reading.offset(record) % 8 != 0) {
                    throw section.fail(
                            at,
                            "instruction at byte " + Integer.toUnsignedString(reading.offset(record)) + " of section "
                                    + SectionData.quote(name) + " is not at a multiple of 8");
                }
                records.add(record);
            }
        }
        for (List<T> records : bySection.values()) {
            records.sort((a, b) -> Integer.compare(reading.offset(a), reading.offset(b)));
        }
        return bySection;
    }

    private static void keepFirstOfEachOffset(List<LineInfo> sorted) {
        List<LineInfo> kept = new ArrayList<>(sorted.size());
        for (LineInfo each : sorted) {
            if (kept.isEmpty() || kept.getLast().offset() != each.offset()) {
                kept.add(each);
            }
        }
        sorted.clear();
        sorted.addAll(kept);
    }
}
