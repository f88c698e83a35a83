// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.ebpf.elf.ElfFile;
import weir.ebpf.testing.TestObjects;

/** What users are told about objects that cannot be read. */
class ObjectFileErrorTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            0  | 1 | 0   | not an ELF file: it does not begin with 7f 45 4c 46
            4  | 1 | 1   | section "ELF header" offset 0x4: class 1 is not supported; BPF objects are ELF64 (2)
            5  | 1 | 2   | section "ELF header" offset 0x5: big endian objects are not supported; compile with --target=bpfel
            16 | 2 | 3   | section "ELF header" offset 0x10: type 3 is not supported; BPF objects are relocatable (1)
            18 | 2 | 62  | section "ELF header" offset 0x12: machine 62 is not BPF (247)
            58 | 2 | 40  | section "ELF header" offset 0x3a: section headers have 40 bytes, not 64
            40 | 8 | -9  | section "ELF header" offset 0x28: section headers begin at 0xfffffffffffffff7, the file has 8568 bytes
            60 | 2 | 999 | section "ELF header" offset 0x3c: 999 section headers at 0x1a78 do not fit a file of 8568 bytes
            62 | 2 | 98  | section "ELF header" offset 0x3e: names of sections are in section 98, there are 28
            """)
    void namesWhatIsWrongInTheHeader(int offset, int width, int value, String message) {
        byte[] object = TestObjects.bytes("bridge");
        put(object, offset, width, value);
        String expected = message.replace("8568", "" + object.length)
                .replace(
                        "0x1a78",
                        "0x"
                                + Long.toHexString(ByteBuffer.wrap(object)
                                        .order(ByteOrder.LITTLE_ENDIAN)
                                        .getLong(40)));
        assertEquals(expected.replace("are 28", "are " + sections("bridge")), message(object));
    }

    @Test
    void listsMapTypesThatAreSupported() {
        byte[] object = TestObjects.bytes("legacy_maps");
        put(object, place("legacy_maps", "maps") + 20, 4, 26);
        assertEquals(
                "section \"maps\" offset 0x14: map \"routes\" has type 26, which is not supported; supported are"
                        + " HASH (1), ARRAY (2), PROG_ARRAY (3), PERF_EVENT_ARRAY (4), PERCPU_HASH (5), PERCPU_ARRAY (6),"
                        + " LRU_HASH (9), LRU_PERCPU_HASH (10), LPM_TRIE (11), ARRAY_OF_MAPS (12), HASH_OF_MAPS (13),"
                        + " DEVMAP (14), CPUMAP (16), XSKMAP (17), QUEUE (22), STACK (23), DEVMAP_HASH (25),"
                        + " RINGBUF (27), BLOOM_FILTER (30)",
                message(object));
    }

    @Test
    void listsFieldsOfMapsThatAreKnown() {
        byte[] object = TestObjects.bytes("bridge");
        replace(object, "max_entries", "max_xxtries");
        assertEquals(
                "section \".maps\" offset 0x0: map \"fdb\": field \"max_xxtries\" is not known; known are type, key, value,"
                        + " key_size, value_size, max_entries, map_flags, map_extra, numa_node, pinning, values",
                message(object));
    }

    @Test
    void listsRelocationsThatAreSupported() {
        byte[] object = TestObjects.bytes("bridge");
        put(object, place("bridge", ".relxdp") + 8, 4, 2);
        assertEquals(
                "section \"xdp\" offset 0x78: R_BPF_64_ABS64 against \"fdb\" is not supported here; supported in code are"
                        + " R_BPF_64_64 for 64-bit immediates and R_BPF_64_32 for calls",
                message(object).replaceAll("offset 0x[0-9a-f]+", "offset 0x78"));
    }

    @Test
    void namesSectionsThatHoldNoMaps() {
        byte[] object = TestObjects.bytes("bridge");
        replace(object, "\0.maps\0", "\0.mapz\0");
        assertEquals(
                "section \"xdp\": refers to \"fdb\" in section \".mapz\", which is no map and no data; supported sections"
                        + " are .maps, maps, .rodata*, .data*, .bss*",
                message(object).replaceAll(" offset 0x[0-9a-f]+", ""));
    }

    @Test
    void saysWhichInstructionIsNone() {
        byte[] object = TestObjects.bytes("no_symbols");
        put(object, place("no_symbols", "prog") + 8, 1, 0xff);
        assertEquals("section \"prog\" offset 0x0: program \"prog\": slot 1: unknown opcode 0xff", message(object));
    }

    @Test
    void refusesUninitialisedDataWithoutBound() {
        byte[] object = TestObjects.bytes("ringbuf_events");
        int header = header("ringbuf_events", ".bss");
        put(object, header + 32, 8, (16 << 20) + 1);
        assertEquals(
                "section \".bss\" offset 0x0: uninitialised data of 16777217 bytes; at most 16777216 are supported",
                message(object));
    }

    @Test
    void refusesSectionsThatOverlap() {
        byte[] object = TestObjects.bytes("bridge");
        int header = header("bridge", ".BTF.ext");
        put(object, header + 24, 8, place("bridge", ".BTF") + 8);
        assertEquals(
                "section \".BTF.ext\" offset 0x0: the section overlaps section \".BTF\"",
                message(object).replaceAll(" at 0x.*", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            0 | 2 | 0x9feb  | section ".BTF" offset 0x0: big endian BTF is not supported
            0 | 2 | 0x1234  | section ".BTF" offset 0x0: BTF begins with 0xeb9f, not 0x1234
            2 | 1 | 2       | section ".BTF" offset 0x2: BTF version 2 is not supported; 1 is
            4 | 4 | 8       | section ".BTF" offset 0x4: a BTF header has at least 24 bytes, not 8
            """)
    void namesWhatIsWrongInTypes(int offset, int width, String value, String message) {
        byte[] object = TestObjects.bytes("bridge");
        put(object, place("bridge", ".BTF") + offset, width, Integer.decode(value));
        assertEquals(message, message(object));
    }

    @Test
    void refusesTypesThatContainThemselves() {
        byte[] object = TestObjects.bytes("bridge");
        ByteBuffer data = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
        int types = place("bridge", ".BTF") + 24;
        int at = types;
        int id = 0;
        // The first ARRAY becomes an array of itself.
        for (int kind = 0; kind != 3; id++) {
            at += kind == 0 ? 0 : kind == 1 ? 16 : 12;
            kind = (data.getInt(at + 4) >>> 24) & 0x1f;
            assertTrue(kind >= 1 && kind <= 3, "kind " + kind);
        }
        data.putInt(at + 12, id);
        assertEquals(
                "section \".BTF\" offset 0x0: type " + id + ": types nest more than 64 deep, or contain themselves",
                message(object));
    }

    private static String message(byte[] object) {
        return assertThrows(ObjectFileException.class, () -> ObjectFile.parse(object))
                .getMessage();
    }

    private static void put(byte[] object, int at, int width, long value) {
        for (int i = 0; i < width; i++) {
            object[at + i] = (byte) (value >> (8 * i));
        }
    }

    private static void replace(byte[] object, String text, String with) {
        String all = new String(object, StandardCharsets.ISO_8859_1);
        byte[] changed = all.replace(text, with).getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(changed, 0, object, 0, object.length);
    }

    private static int sections(String name) {
        return elf(name).sections().size();
    }

    /** Where the header of a section is in the file. */
    private static int header(String name, String section) {
        long headers = ByteBuffer.wrap(TestObjects.bytes(name))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(40);
        return (int) headers + elf(name).section(section).orElseThrow().index() * 64;
    }

    /** Where the contents of a section are in the file. */
    private static int place(String name, String section) {
        return (int) ByteBuffer.wrap(TestObjects.bytes(name))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(header(name, section) + 24);
    }

    private static ElfFile elf(String name) {
        try {
            return ElfFile.parse(TestObjects.bytes(name));
        } catch (ObjectFileException e) {
            throw new AssertionError(e);
        }
    }
}
