// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.testing.RunSize;

class CodecTest {
    /**
     * 2 * (12 * 2 arithmetic + neg), 3 swaps, 2 * 11 * 2 branches, 2 ja, call, callx, exit, 6 legacy loads, lddw, 4 + 3
     * loads, 4 + 4 stores, 4 atomic.
     */
    private static final int OPCODES = 50 + 3 + 44 + 2 + 3 + 6 + 1 + 7 + 8 + 4;

    private static final int[] SPECIAL_OFFSETS = {1, 8, 16, 32, -1};
    private static final int[] SPECIAL_IMMEDIATES = {
        16, 32, 64, 1, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe1, 0xf1, 0x100, 0x110, 0xe0, 0xf0, -1
    };

    @Test
    void readsBackEveryInstructionItWrites() throws MalformedCodeException {
        RandomInstructions source = new RandomInstructions(RandomInstructions.random());
        List<Instruction> all = new ArrayList<>();
        int count = RunSize.of(20_000, 2_000_000);
        for (int i = 0; i < count; i++) {
            all.add(source.next());
        }
        Code code = Code.of(all);

        assertEquals(code, Decoder.decode(Encoder.encode(code)));
        assertEquals(
                Set.of(Instruction.class.getPermittedSubclasses()),
                new HashSet<Class<?>>(all.stream().map(Object::getClass).toList()));
    }

    @Test
    void writesBackTheBytesOfEveryOpcodeThatItReads() {
        RandomGenerator random = RandomInstructions.random();
        int rounds = RunSize.of(600, 10_000);
        int accepted = 0;
        Set<Integer> opcodes = new HashSet<>();
        // Some opcodes are rarely met with fields that may be; they get more rounds.
        for (int round = 0; round < rounds || (opcodes.size() < OPCODES && round < 20 * rounds); round++) {
            for (int opcode = 0; opcode < 256; opcode++) {
                byte[] bytes = likely(random, opcode);
                if (survives(bytes)) {
                    accepted++;
                    opcodes.add(opcode);
                }
            }
        }
        assertTrue(accepted > rounds, "accepted " + accepted);
        assertEquals(OPCODES, opcodes.size());
    }

    @Test
    void throwsNothingElseForAnyBytes() {
        RandomGenerator random = RandomInstructions.random();
        int rounds = RunSize.of(50_000, 5_000_000);
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            survives(bytes);
        }
    }

    @Test
    void refusesEveryCutInsideASlotOrAWideImmediate() throws MalformedCodeException {
        byte[] whole = HexFormat.of().parseHex("18010000efcdab8900000000674523019500000000000000");
        assertEquals(2, Decoder.decode(whole).instructions().size());
        for (int length = 1; length < 16; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(MalformedCodeException.class, () -> Decoder.decode(cut));
        }
    }

    @Test
    void readsASliceWithSlotsCountedFromItsStart() throws MalformedCodeException {
        byte[] bytes = HexFormat.of().parseHex("ffffff9500000000000000b700000001000000ffff");

        Code code = Decoder.decode(bytes, 3, 16);
        assertEquals(
                "[exit, r0 = 1]",
                code.instructions().stream().map(Disassembler::text).toList().toString());
        var failure = assertThrows(MalformedCodeException.class, () -> Decoder.decode(bytes, 3, 17));
        assertEquals(2, failure.slot());
        assertThrows(IndexOutOfBoundsException.class, () -> Decoder.decode(bytes, 3, 19));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0f21000000000000 2f21070000000000  | slot 1: opcode 0x2f with reserved offset 7
                    8c00000000000000                   | slot 0: unknown opcode 0x8c
                    0f12000001000000                   | slot 0: opcode 0x0f with reserved immediate 1
                    0b00000000000000                   | slot 0: unknown opcode 0x0b
                    b70b000000000000                   | slot 0: opcode 0xb7 with destination register 11: r0 to r10 exist
                    bfb0000000000000                   | slot 0: opcode 0xbf with source register 11: r0 to r10 exist
                    bf10010000000000                   | slot 0: opcode 0xbf: a cast between address spaces (offset 1) is not supported
                    bc10200000000000                   | slot 0: opcode 0xbc with reserved offset 32
                    3710020001000000                   | slot 0: opcode 0x37 with reserved offset 2
                    d400000008000000                   | slot 0: opcode 0xd4 with a byte swap of 8 bits: 16, 32 and 64 exist
                    df00000010000000                   | slot 0: unknown opcode 0xdf
                    e500000000000000                   | slot 0: opcode 0xe5: may_goto is not supported
                    0d00000000000000                   | slot 0: unknown opcode 0x0d
                    0600010000000000                   | slot 0: opcode 0x06 with reserved offset 1
                    8520010001000000                   | slot 0: opcode 0x85: a kernel function of a module (offset 1) is not supported
                    8530000001000000                   | slot 0: opcode 0x85 with reserved source 3: calls have 0 to 2
                    8d02000002000000                   | slot 0: opcode 0x8d with reserved immediate 2
                    1870000000000000 0000000000000000  | slot 0: opcode 0x18 with reserved source 7: 64-bit immediates have 0 to 6
                    1810000000000000 0000000001000000  | slot 0: opcode 0x18 with reserved second immediate 1 of MAP_FD
                    1800000000000000                   | slot 0: opcode 0x18 with no second slot, which a 64-bit immediate has
                    1800000000000000 9500000000000000  | slot 0: opcode 0x18 with a second slot that has more than an immediate: opcode 0x95, registers 0 and 0, offset 0
                    3800000000000000                   | slot 0: unknown opcode 0x38
                    2001000000000000                   | slot 0: opcode 0x20 with reserved destination 1
                    9910000000000000                   | slot 0: unknown opcode 0x99
                    d310000000000000                   | slot 0: opcode 0xd3 with unknown atomic operation 0x00 on 1 bytes
                    db100000e0000000                   | slot 0: opcode 0xdb with unknown atomic operation 0xe0 on 8 bytes
                    95000000000000                     | slot 0: cut after 7 of 8 bytes
                    """)
    void saysWhatIsWrong(String hex, String message) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        var failure = assertThrows(MalformedCodeException.class, () -> Decoder.decode(bytes));

        assertEquals(message, failure.getMessage());
    }

    /** Whether the bytes are accepted; if so, they come out again as they were. */
    private static boolean survives(byte[] bytes) {
        try {
            assertArrayEquals(bytes, Encoder.encode(Decoder.decode(bytes)));
            return true;
        } catch (MalformedCodeException refused) {
            return false;
        }
    }

    /** An instruction of that opcode whose other fields have some chance to be right. */
    private static byte[] likely(RandomGenerator random, int opcode) {
        byte[] bytes = new byte[opcode == 0x18 ? 16 : 8];
        int dst = random.nextInt(2) * random.nextInt(16);
        int src = random.nextInt(2) * random.nextInt(16);
        int offset = zeroOr(random, SPECIAL_OFFSETS);
        InstructionLayout.write(bytes, 0, opcode, dst, src, offset, zeroOr(random, SPECIAL_IMMEDIATES));
        if (bytes.length > 8 && random.nextBoolean()) {
            bytes[8 + random.nextInt(8)] = (byte) random.nextInt();
        }
        return bytes;
    }

    private static int zeroOr(RandomGenerator random, int[] special) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt();
            case 1 -> special[random.nextInt(special.length)];
            default -> 0;
        };
    }
}
