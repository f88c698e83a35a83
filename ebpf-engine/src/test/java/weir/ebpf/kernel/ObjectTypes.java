// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import weir.ebpf.ObjectFileException;
import weir.ebpf.elf.ElfFile;
import weir.ebpf.elf.Symbol;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.SourceLine;
import weir.ebpf.program.Subprogram;

/**
 * An object file's own {@code .BTF} in the kernel, with what a loader has to fill in: clang leaves the
 * sizes of data sections and the places of their variables at 0. The lines of C of the programs are
 * appended to its strings, so that the verifier's log names them. {@code Documentation/bpf/btf.rst}.
 */
final class ObjectTypes implements AutoCloseable {
    /** {@code struct bpf_line_info}: insn_off, file_name_off, line_off, line_col, all u32. */
    static final int LINE_INFO_BYTES = 16;

    private static final int COLUMN_BITS = 10;

    // struct btf_header: hdr_len 4, type_off 8, type_len 12, str_off 16, str_len 20
    private static final int HEADER_BYTES = 24;

    // struct btf_type: name_off 0, info 4, size or type 8; struct btf_var_secinfo: type 0, offset 4, size 8
    private static final int TYPE_BYTES = 12;
    private static final int SIZE = 8;
    private static final int INFO = 4;
    private static final int KIND_SHIFT = 24;
    private static final int KIND_MASK = 31;
    private static final int COUNT_MASK = 0xffff;
    private static final int KIND_FUNC = 12;
    private static final int KIND_VAR = 14;
    private static final int KIND_DATASEC = 15;
    private static final int DATASEC_ENTRY_BYTES = 12;

    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final Map<String, Integer> offsets = new HashMap<>();
    private final int fd;

    private ObjectTypes(byte[] file, List<ProgramSpec> programs) throws ObjectFileException {
        ElfFile elf = ElfFile.parse(file);
        var section = elf.section(".BTF").orElseThrow().data();
        ByteBuffer blob = ByteBuffer.wrap(section.copy(0, section.length())).order(ByteOrder.LITTLE_ENDIAN);
        int header = blob.getInt(4);
        ByteBuffer types = blob.slice(header + blob.getInt(8), blob.getInt(12)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] text = new byte[blob.getInt(20)];
        blob.get(header + blob.getInt(16), text);
        strings.writeBytes(text);
        placeVariables(types, elf);
        makeHiddenFunctionsStatic(types, elf);
        for (ProgramSpec program : programs) {
            program.lines().forEach(line -> {
                offset(line.file());
                offset(line.text());
            });
        }
        fd = load(types);
    }

    static ObjectTypes load(byte[] file, List<ProgramSpec> programs) throws ObjectFileException {
        return new ObjectTypes(file, programs);
    }

    int fd() {
        return fd;
    }

    /** {@code struct bpf_line_info} of each line. */
    byte[] lineInfo(ProgramSpec program) {
        ByteBuffer info =
                ByteBuffer.allocate(LINE_INFO_BYTES * program.lines().size()).order(ByteOrder.LITTLE_ENDIAN);
        for (SourceLine line : program.lines()) {
            info.putInt(line.slot()).putInt(offset(line.file())).putInt(offset(line.text()));
            info.putInt(line.line() << COLUMN_BITS | line.column());
        }
        return info.array();
    }

    /** {@code struct bpf_func_info} of each function. */
    static byte[] functionInfo(ProgramSpec program) {
        ByteBuffer info = ByteBuffer.allocate(ProgramAttributes.FUNC_INFO_BYTES
                        * program.subprograms().size())
                .order(ByteOrder.LITTLE_ENDIAN);
        for (Subprogram each : program.subprograms()) {
            info.putInt(each.slot()).putInt(each.typeId());
        }
        return info.array();
    }

    @Override
    public void close() {
        BpfSyscall.close(fd);
    }

    private int offset(String text) {
        return offsets.computeIfAbsent(text, added -> {
            int at = strings.size();
            strings.writeBytes(added.getBytes(StandardCharsets.UTF_8));
            strings.write(0);
            return at;
        });
    }

    private String stringAt(int offset) {
        byte[] all = strings.toByteArray();
        int end = offset;
        while (all[end] != 0) {
            end++;
        }
        return new String(all, offset, end - offset, StandardCharsets.UTF_8);
    }

    /** Walks over {@code struct btf_type} and what follows each. */
    private void placeVariables(ByteBuffer types, ElfFile elf) {
        Map<Integer, Integer> nameOfVariable = new HashMap<>();
        int at = 0;
        for (int id = 1; at < types.limit(); id++) {
            int info = types.getInt(at + INFO);
            int kind = info >>> KIND_SHIFT & KIND_MASK;
            int count = info & COUNT_MASK;
            if (kind == KIND_VAR) {
                nameOfVariable.put(id, types.getInt(at));
            }
            at += TYPE_BYTES + bytesBehind(kind, count);
        }
        for (at = 0; at < types.limit(); ) {
            int info = types.getInt(at + INFO);
            int kind = info >>> KIND_SHIFT & KIND_MASK;
            int count = info & COUNT_MASK;
            if (kind == KIND_DATASEC) {
                String name = stringAt(types.getInt(at));
                types.putInt(at + SIZE, (int) elf.section(name).orElseThrow().sizeBytes());
                for (int i = 0; i < count; i++) {
                    int entry = at + TYPE_BYTES + i * DATASEC_ENTRY_BYTES;
                    String variable = stringAt(nameOfVariable.getOrDefault(types.getInt(entry), 0));
                    types.putInt(entry + 4, (int) symbol(elf, variable).value());
                }
            }
            at += TYPE_BYTES + bytesBehind(kind, count);
        }
    }

    /** What is hidden is no function that the kernel verifies by itself: libbpf's {@code mark_btf_static}. */
    private void makeHiddenFunctionsStatic(ByteBuffer types, ElfFile elf) {
        Set<String> hidden = elf.symbols().stream()
                .filter(Symbol::isHidden)
                .map(Symbol::name)
                .collect(Collectors.toSet());
        for (int at = 0; at < types.limit(); ) {
            int info = types.getInt(at + INFO);
            int kind = info >>> KIND_SHIFT & KIND_MASK;
            if (kind == KIND_FUNC && hidden.contains(stringAt(types.getInt(at)))) {
                types.putInt(at + INFO, KIND_FUNC << KIND_SHIFT);
            }
            at += TYPE_BYTES + bytesBehind(kind, info & COUNT_MASK);
        }
    }

    private static Symbol symbol(ElfFile elf, String name) {
        return elf.symbols().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no symbol " + name));
    }

    /** Bytes behind a {@code struct btf_type}, {@code uapi/linux/btf.h}. */
    private static int bytesBehind(int kind, int count) {
        return switch (kind) {
            case 1, 14, 17 -> 4; // INT, VAR, DECL_TAG
            case 3 -> 12; // ARRAY
            case 4, 5, 15, 19 -> 12 * count; // STRUCT, UNION, DATASEC, ENUM64
            case 6, 13 -> 8 * count; // ENUM, FUNC_PROTO
            default -> 0;
        };
    }

    private int load(ByteBuffer types) {
        byte[] text = strings.toByteArray();
        byte[] typeBytes = new byte[types.limit()];
        types.get(0, typeBytes);
        ByteBuffer all = ByteBuffer.allocate(HEADER_BYTES + typeBytes.length + text.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        all.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(HEADER_BYTES);
        all.putInt(0).putInt(typeBytes.length).putInt(typeBytes.length).putInt(text.length);
        all.put(typeBytes).put(text);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(all.capacity(), 8);
            MemorySegment.copy(all.array(), 0, bytes, JAVA_BYTE, 0, all.capacity());
            MemorySegment log = arena.allocate(1 << 16);
            MemorySegment attributes = arena.allocate(ProgramAttributes.BTF_BYTES, 8);
            attributes.set(JAVA_LONG, ProgramAttributes.BTF, bytes.address());
            attributes.set(JAVA_INT, ProgramAttributes.BTF_SIZE, all.capacity());
            int result = BpfSyscall.call(BpfSyscall.BTF_LOAD, attributes);
            if (result >= 0) {
                return result;
            }
            attributes.set(JAVA_LONG, ProgramAttributes.BTF_LOG_BUF, log.address());
            attributes.set(JAVA_INT, ProgramAttributes.BTF_LOG_SIZE, (int) log.byteSize());
            attributes.set(JAVA_INT, ProgramAttributes.BTF_LOG_LEVEL, 1);
            BpfSyscall.call(BpfSyscall.BTF_LOAD, attributes);
            throw new IllegalStateException("BPF_BTF_LOAD: errno " + -result + "\n" + log.getString(0));
        }
    }
}
