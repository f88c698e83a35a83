// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import weir.ebpf.testing.ObjectBuilder;
import weir.testing.AllocatedBytes;

/** Objects with too much of something: refused by name, or read in bounded time and memory. */
class ObjectSizeTest {
    private static final int SLOT_BYTES = 8;
    private static final long MOV = 0xb7;
    private static final long EXIT = 0x95;
    private static final long LOCAL_CALL = 0x85 | 1L << 12 | 0xffff_ffffL << 32;
    private static final long LD_IMM64 = 0x18;
    private static final int SECONDS = 120;

    private final ObjectBuilder builder = new ObjectBuilder();

    private static byte[] code(long... slots) {
        ByteBuffer bytes = ByteBuffer.allocate(slots.length * SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long slot : slots) {
            bytes.putLong(slot);
        }
        return bytes.array();
    }

    /** {@code r0 = 0} as often as it takes, and {@code exit}. */
    private static byte[] straight(int slots) {
        long[] code = new long[slots];
        Arrays.fill(code, MOV);
        code[slots - 1] = EXIT;
        return code(code);
    }

    private ObjectFile parse() {
        byte[] file = builder.build();
        assertTrue(file.length <= ObjectFile.MAX_BYTES, "bytes=" + file.length);
        return assertTimeout(ofSeconds(SECONDS), () -> ObjectFile.parse(file));
    }

    private String refusal() {
        byte[] file = builder.build();
        long before = AllocatedBytes.now();
        String message = assertTimeout(
                        ofSeconds(SECONDS), () -> assertThrows(ObjectFileException.class, () -> ObjectFile.parse(file)))
                .getMessage();
        assertTrue(AllocatedBytes.now() - before < 300L * file.length + (64 << 20), "allocates too much");
        return message;
    }

    /** Each program gets a copy of the function that it calls: 3,000 x 1,000 instructions out of 10,000. */
    @Test
    void refusesProgramsThatGrowBeyondMeasureByWhatTheyShare() {
        int text = builder.section(".text", ObjectBuilder.CODE, straight(1_000));
        int shared = builder.function("shared", text, 0, 1_000 * SLOT_BYTES);
        for (int i = 0; i < 3_000; i++) {
            int section = builder.section("xdp/" + i, ObjectBuilder.CODE, code(MOV, LOCAL_CALL, EXIT));
            builder.function("p" + i, section, 0, 3 * SLOT_BYTES);
            builder.calls(section, SLOT_BYTES, shared, 1);
        }
        int limit = (3_000 * 3 + 1_000) * 32 + (1 << 16);
        assertTrue(refusal()
                .endsWith("programs with their subprograms have more than " + limit + " instructions together"));
    }

    @Test
    void readsThousandsOfPrograms() {
        for (int i = 0; i < 10_000; i++) {
            int section = builder.section("xdp/" + i, ObjectBuilder.CODE, code(MOV, EXIT));
            builder.function("p" + i, section, 0, 2 * SLOT_BYTES);
        }
        assertEquals(10_000, parse().programs().size());
    }

    /** It is an object; what cannot be is the program. */
    @Test
    void refusesToLoadAProgramOfMoreThanAMillionInstructions() {
        int slots = 1_000_001;
        int section = builder.section("xdp", ObjectBuilder.CODE, straight(slots));
        builder.function("long", section, 0, (long) slots * SLOT_BYTES);
        ObjectFile object = parse();
        LoadException refused = assertThrows(
                LoadException.class, () -> LoadedObject.load(object, LoadOptions.on(new DeterministicHost(1))));
        assertEquals("program long: has 1000001 instructions; needed are 1 to 1000000", refused.getMessage());
    }

    /** {@code struct bpf_map_def}: ARRAY, key 4, value 4, 1 entry, no flags. */
    @Test
    void readsThousandsOfMaps() {
        int count = 100_000;
        ByteBuffer definitions = ByteBuffer.allocate(20 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            definitions.putInt(2).putInt(4).putInt(4).putInt(1).putInt(0);
        }
        int section = builder.section("maps", ObjectBuilder.DATA, definitions.array());
        for (int i = 0; i < count; i++) {
            builder.variable("m" + i, section, 20L * i, 20);
        }
        assertEquals(count, parse().maps().size());
    }

    @Test
    void readsHundredsOfThousandsOfRelocations() {
        ByteBuffer definition = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
        definition.putInt(2).putInt(4).putInt(4).putInt(1);
        int maps = builder.section("maps", ObjectBuilder.DATA, definition.array());
        int map = builder.variable("m", maps, 0, 20);
        int section = builder.section("xdp", ObjectBuilder.CODE, code(LD_IMM64, 0, MOV, EXIT));
        builder.function("p", section, 0, 4 * SLOT_BYTES);
        builder.maps(section, 0, map, 500_000);
        assertEquals(4, parse().programs().getFirst().code().slots());
    }

    @Test
    void refusesRelocationsBehindTheCode() {
        int section = builder.section("xdp", ObjectBuilder.CODE, code(MOV, EXIT));
        int function = builder.function("p", section, 0, 2 * SLOT_BYTES);
        builder.calls(section, Long.MAX_VALUE - 7, function, 1);
        assertEquals(
                "section \"xdp\" offset 0x7ffffffffffffff8: a relocation is for no instruction of the section",
                refusal());
    }

    /** Zeros cost nothing in the file: all sections of them together have a limit. */
    @Test
    void refusesManySectionsOfZerosTogether() {
        for (int i = 0; i < 17; i++) {
            builder.zeros(".bss." + i, 1 << 20);
        }
        assertEquals(
                "section \".bss.16\" offset 0x0: uninitialised data of 17825792 bytes; at most 16777216 are supported",
                refusal());
    }

    @Test
    void refusesASectionOfZerosAsLargeAsNumbersGo() {
        builder.zeros(".bss", Long.MAX_VALUE);
        assertEquals(
                "section \".bss\" offset 0x0: uninitialised data of 9223372036854775807 bytes; at most 16777216 are"
                        + " supported",
                refusal());
    }

    @Test
    void refusesAFileThatIsTooLarge() {
        builder.section("xdp", ObjectBuilder.CODE, straight(ObjectFile.MAX_BYTES / SLOT_BYTES));
        String message = refusal();
        assertTrue(message.endsWith("bytes; object files have at most 16777216"), message);
    }
}
