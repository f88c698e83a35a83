// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/** Files are written down by hand, so that reader and writer are not each other's only witness. */
class CaptureReaderTest {
    private static final String LITTLE_HEADER = "d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000";
    private static final String BIG_HEADER = "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001";
    private static final String NANOS_HEADER = "4d3cb2a1 0200 0400 00000000 00000000 00000400 01000000";

    /** Second 1, microsecond or nanosecond 2, 3 of 5 bytes. */
    private static final String LITTLE_RECORD = "01000000 02000000 03000000 05000000 aabbcc";

    private static final String BIG_RECORD = "00000001 00000002 00000003 00000005 aabbcc";

    private static final String SECTION = "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000";
    private static final String BIG_SECTION = "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c";
    private static final String INTERFACE = "01000000 14000000 0100 0000 00000000 14000000";
    private static final String BIG_INTERFACE = "00000001 00000014 0001 0000 00000000 00000014";

    /** Interface 0, 1,000,002 ticks, 3 of 5 bytes. */
    private static final String PACKET =
            "06000000 24000000 00000000 00000000 42420f00 03000000 05000000 aabbcc00 24000000";

    private static byte[] bytes(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
    }

    private static List<CaptureFrame> read(byte[] file) throws IOException {
        List<CaptureFrame> frames = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(new ByteArrayInputStream(file))) {
            for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                frames.add(frame);
            }
        }
        return frames;
    }

    private static void assertFrame(CaptureFrame frame, long timestampNanos) {
        assertArrayEquals(bytes("aabbcc"), frame.bytes());
        assertEquals(5, frame.originalBytes());
        assertEquals(timestampNanos, frame.timestampNanos());
        assertEquals(LinkType.ETHERNET, frame.source().linkType());
    }

    @Test
    void readsPcapOfBothByteOrdersAndResolutions() throws IOException {
        assertFrame(read(bytes(LITTLE_HEADER, LITTLE_RECORD)).getFirst(), 1_000_002_000L);
        assertFrame(read(bytes(BIG_HEADER, BIG_RECORD)).getFirst(), 1_000_002_000L);
        assertFrame(read(bytes(NANOS_HEADER, LITTLE_RECORD)).getFirst(), 1_000_000_002L);
        assertEquals(2, read(bytes(LITTLE_HEADER, LITTLE_RECORD, LITTLE_RECORD)).size());
        assertEquals(List.of(), read(bytes(LITTLE_HEADER)));
    }

    @Test
    void readsPcapngOfBothByteOrders() throws IOException {
        assertFrame(read(bytes(SECTION, INTERFACE, PACKET)).getFirst(), 1_000_002_000L);
        String bigPacket = "00000006 00000024 00000000 00000000 000f4242 00000003 00000005 aabbcc00 00000024";
        assertFrame(read(bytes(BIG_SECTION, BIG_INTERFACE, bigPacket)).getFirst(), 1_000_002_000L);
        assertEquals(List.of(), read(bytes(SECTION)));
    }

    @Test
    void numbersInterfacesOverAllSections() throws IOException {
        List<CaptureFrame> frames = read(bytes(SECTION, INTERFACE, INTERFACE, PACKET, SECTION, INTERFACE, PACKET));
        assertEquals(0, frames.get(0).source().index());
        assertEquals(2, frames.get(1).source().index());
    }

    @Test
    void readsSimpleAndObsoletePacketBlocks() throws IOException {
        String simple = "03000000 14000000 03000000 aabbcc00 14000000";
        assertArrayEquals(
                bytes("aabbcc"),
                read(bytes(SECTION, INTERFACE, simple)).getFirst().bytes());
        String obsolete = "02000000 24000000 0000 0700 00000000 42420f00 03000000 05000000 aabbcc00 24000000";
        assertFrame(read(bytes(SECTION, INTERFACE, obsolete)).getFirst(), 1_000_002_000L);
    }

    @Test
    void readsOptionsAndPassesOverOtherBlocks() throws IOException {
        String named = "01000000 30000000 0100 0000 00000000" // name "eth0", nanoseconds, offset 10 s
                + "0200 0400 65746830 0900 0100 09000000 0e00 0800 0a00000000000000 30000000";
        String custom = "ad0b0000 10000000 00000000 10000000";
        String commented = "06000000 30000000 00000000 00000000 05000000 03000000 03000000 aabbcc00"
                + "0100 0200 68690000 00000000 30000000";
        CaptureFrame frame = read(bytes(SECTION, named, custom, commented)).getFirst();
        assertEquals("eth0", frame.source().name());
        assertEquals(10_000_000_005L, frame.timestampNanos());
        assertEquals("hi", frame.comment());
    }

    @Test
    void cutsOffChecksums() throws IOException {
        String header = "d4c3b2a1 0200 0400 00000000 00000000 00000400 01000024"; // 2 words of checksum
        CaptureFrame frame = read(bytes(header, "00000000 00000000 06000000 06000000 aabb01020304"))
                .getFirst();
        assertArrayEquals(bytes("aabb"), frame.bytes());
        assertEquals(2, frame.originalBytes());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "''                                | byte 0: the file is empty; a capture without frames still has a header",
                "d4c3                              | byte 0: the file ends inside a file header: 2 of 4 bytes are there",
                "00112233                          | byte 0: neither pcap nor pcapng: it begins with 00 11 22 33",
                "1f8b0800                          | byte 0: the file is compressed with gzip; decompress it first",
                "7f454c46                          | byte 0: this is an ELF file, not a capture",
                "d4c3b2a10300040000000000000000000000040001000000 | byte 4: version 3.4 of pcap; 2.4 is read",
            })
    void namesWhatIsNoCapture(String hex, String message) {
        byte[] file = bytes(hex.replace("'", ""));
        assertEquals(
                message, assertThrows(CaptureException.class, () -> read(file)).getMessage());
    }

    @Test
    void namesWhatBreaksTheFormat() {
        assertFails(
                "byte 24: the file ends inside a record header: 4 of 16 bytes are there", LITTLE_HEADER, "01000000");
        assertFails(
                "byte 40: the file ends inside a frame: 1 of 3 bytes are there",
                LITTLE_HEADER,
                "01000000 02000000 03000000 05000000 aa");
        assertFails(
                "byte 24: frame of 4294967295 bytes; at most 262144 are read",
                LITTLE_HEADER,
                "01000000 02000000 ffffffff ffffffff");
        assertFails("byte 28: frame of interface 0; the section has described 0 so far", SECTION, PACKET);
        assertFails(
                "byte 48: frame of 9 bytes in a block that has room for 4",
                SECTION,
                INTERFACE,
                "06000000 24000000 00000000 00000000 00000000 09000000 09000000 aabbcc00 24000000");
        assertFails(
                "byte 48: packet block: its length is 36 at the start and 37 at the end",
                SECTION,
                INTERFACE,
                PACKET.substring(0, PACKET.length() - 8) + "25000000");
        assertFails(
                "byte 28: interface description of 2147483644 bytes; at most 1048576 are read",
                SECTION,
                "01000000 fcffff7f 0100");
        assertFails(
                "byte 28: block of type 0x5 of 13 bytes; needed is a multiple of 4, at least 12",
                SECTION,
                "05000000 0d000000");
        assertFails(
                "byte 0: the byte order of the section is 0x11223344, not 0x1a2b3c4d", "0a0d0d0a 1c000000 11223344");
    }

    private static void assertFails(String message, String... hex) {
        assertEquals(
                message,
                assertThrows(CaptureException.class, () -> read(bytes(hex))).getMessage());
    }

    /** Ticks since 1970, resolution, nanoseconds. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 0, 1000000000",
        "7, 6, 0, 7000",
        "7, 9, 0, 7",
        "1234, 12, 0, 1",
        "-1, 12, 0, 18446744073709551",
        "-1, 127, 0, 0",
        "-1, 0, 0, 9223372036854775807",
        "1, 128, 0, 1000000000",
        "3, 129, 0, 1500000000",
        "-1, 192, 0, 999999999",
        "-1, 255, 0, 0",
        "-1, 128, 0, 9223372036854775807",
        "1, 9, -1, -999999999",
        "1, 9, 9223372036854775807, 9223372036854775807",
        "0, 9, -9223372036854775808, -9223372036854775808",
    })
    void countsTimeInEveryResolution(long ticks, int code, long offsetSeconds, long nanos) {
        assertEquals(nanos, new TimeResolution(code, offsetSeconds).nanos(ticks));
    }

    /** Whatever the bytes: frames, or the named exception, and no array larger than a block. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void survivesDamagedFiles(boolean isPcapng) throws IOException {
        byte[] whole = isPcapng
                ? bytes(SECTION, INTERFACE, PACKET, PACKET, SECTION, INTERFACE, PACKET)
                : bytes(LITTLE_HEADER, LITTLE_RECORD, LITTLE_RECORD, LITTLE_RECORD);
        for (int length = 0; length < whole.length; length++) {
            readAnything(Arrays.copyOf(whole, length));
        }
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int refused = 0;
        int runs = RunSize.of(20_000, 2_000_000);
        for (int run = 0; run < runs; run++) {
            byte[] damaged = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                refused += readAnything(damaged) ? 0 : 1;
            } catch (IOException | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ", run " + run + ": " + HexFormat.of().formatHex(damaged), e);
            }
        }
        assertTrue(refused > runs / 10, "only " + refused + " refused; seed " + seed);
    }

    private static boolean readAnything(byte[] file) throws IOException {
        try {
            read(file);
            return true;
        } catch (CaptureException e) {
            return false;
        }
    }

    @Test
    @RequiresFeature(Feature.SHARED_DATA)
    void readsAFileOfAnotherTool() throws IOException {
        List<CaptureFrame> frames =
                read(Files.readAllBytes(Feature.sharedData().resolve("conformance/xdp/packets.pcap")));
        assertEquals(28, frames.size());
        assertTrue(frames.stream().allMatch(frame -> frame.bytes().length == frame.originalBytes()));
    }
}
