// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

class CaptureWriterTest {
    private static final CaptureInterface FIRST = CaptureInterface.ethernet(0, "first");
    private static final CaptureInterface SECOND = CaptureInterface.ethernet(1, "");
    private static final List<CaptureFrame> FRAMES = List.of(
            CaptureFrame.of(FIRST, 1_767_225_600_123_456_789L, new byte[60]),
            CaptureFrame.of(SECOND, 1_767_225_601_000_000_001L, new byte[61])
                    .withOriginalBytes(1500)
                    .withComment("prog: XDP_PASS")
                    .withXdpAction(2),
            CaptureFrame.of(FIRST, 0, new byte[14]));

    private static byte[] written(boolean isPcapng) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CaptureWriter out =
                isPcapng ? CaptureWriter.pcapng(bytes) : CaptureWriter.pcap(bytes, LinkType.ETHERNET)) {
            for (CaptureFrame frame : FRAMES) {
                out.write(frame);
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void whatIsWrittenAsPcapngIsReadTheSame() throws IOException {
        try (CaptureReader in = CaptureReader.open(new ByteArrayInputStream(written(true)))) {
            for (CaptureFrame expected : FRAMES) {
                CaptureFrame frame = present(in.next());
                assertSame(expected, frame);
                assertEquals(expected.comment(), frame.comment());
                assertEquals(expected.source().name(), frame.source().name());
            }
            assertNull(in.next());
        }
    }

    @Test
    void whatIsWrittenAsPcapIsReadTheSameButForComments() throws IOException {
        try (CaptureReader in = CaptureReader.open(new ByteArrayInputStream(written(false)))) {
            for (CaptureFrame expected : FRAMES) {
                assertSame(expected, present(in.next()));
            }
            assertNull(in.next());
        }
    }

    private static CaptureFrame present(@Nullable CaptureFrame frame) {
        assertNotNull(frame);
        return frame;
    }

    private static void assertSame(CaptureFrame expected, CaptureFrame frame) {
        assertArrayEquals(expected.bytes(), frame.bytes());
        assertEquals(expected.originalBytes(), frame.originalBytes());
        assertEquals(expected.timestampNanos(), frame.timestampNanos());
    }

    @Test
    void writesTheVerdictAsTheFormatHasIt() throws IOException {
        String hex = HexFormat.of().formatHex(written(true));
        // epb_verdict, 9 bytes: Linux eBPF XDP, 64 bits of XDP_PASS, padding
        assertTrue(hex.contains("07000900" + "02" + "0200000000000000" + "000000"), hex);
    }

    @Test
    void refusesAnotherLinkTypeInPcap() throws IOException {
        CaptureFrame other = CaptureFrame.of(new CaptureInterface(0, "", 101, 0), 0, new byte[20]);
        try (CaptureWriter out = CaptureWriter.pcap(new ByteArrayOutputStream(), LinkType.ETHERNET)) {
            assertThrows(IllegalArgumentException.class, () -> out.write(other));
        }
    }

    @Test
    @RequiresFeature(Feature.TCPDUMP)
    void tcpdumpReadsBothFormats(@TempDir Path folder) throws IOException, InterruptedException {
        for (boolean isPcapng : new boolean[] {false, true}) {
            Path file = Files.write(folder.resolve("capture"), written(isPcapng));
            Process tcpdump = new ProcessBuilder("tcpdump", "-nttr", file.toString(), "--nano")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String lines = new String(tcpdump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(tcpdump.waitFor(30, TimeUnit.SECONDS));
            assertEquals(0, tcpdump.exitValue(), lines);
            assertEquals(3, lines.lines().count(), lines);
            assertTrue(lines.startsWith("1767225600.123456789 "), lines);
        }
    }

    @Test
    @RequiresFeature(Feature.TCPDUMP)
    void readsWhatTcpdumpWrites(@TempDir Path folder) throws IOException, InterruptedException {
        Path file = Files.write(folder.resolve("in"), written(true));
        Path copy = folder.resolve("out");
        Process tcpdump = new ProcessBuilder("tcpdump", "-r", file.toString(), "-w", copy.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(tcpdump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, tcpdump.waitFor(), output);
        try (CaptureReader in = CaptureReader.open(Files.newInputStream(copy))) {
            for (CaptureFrame expected : FRAMES) {
                CaptureFrame frame = present(in.next());
                assertArrayEquals(expected.bytes(), frame.bytes());
                assertEquals(expected.originalBytes(), frame.originalBytes());
                assertEquals(expected.timestampNanos() / 1000, frame.timestampNanos() / 1000);
            }
        }
    }
}
