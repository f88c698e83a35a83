// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.core.capture.Capture;
import weir.core.capture.CaptureDrops;
import weir.core.capture.CaptureSettings;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Law;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Captures of a switch as Wireshark's tools read them. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class CaptureSinkTest {
    private static final byte[] A_TO_B = Frames.untagged(Frames.station(2), Frames.station(1), 60, 1);
    private static final byte[] B_TO_A = Frames.untagged(Frames.station(1), Frames.station(2), 100, 2);
    private static final byte[] TO_ITSELF = Frames.untagged(Frames.station(1), Frames.station(1), 64, 3);

    @TempDir
    private Path folder;

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(false).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + errors);
        return text;
    }

    private static void talk(HandDrivenSwitch hand) {
        hand.sendAndSettle("a", A_TO_B);
        hand.sendAndSettle("b", B_TO_A);
        hand.sendAndSettle("a", TO_ITSELF);
        hand.portNames().forEach(hand::received);
    }

    @Test
    @RequiresFeature(Feature.TSHARK)
    void isReadByWiresharkWithPortDirectionAndReason() throws Exception {
        Path file = folder.resolve("all.pcapng");
        CaptureSettings settings =
                CaptureSettings.ALL.withDrops(CaptureDrops.ALSO).withSnapBytes(80);
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            try (Capture _ = hand.sw().capture(settings, CaptureSink.to(file, settings.snapBytes()))) {
                talk(hand);
            }
        }
        String fields = output(
                "tshark",
                "-r",
                file.toString(),
                "-T",
                "fields",
                "-E",
                "separator=|",
                "-e",
                "frame.interface_name",
                "-e",
                "frame.packet_flags_direction",
                "-e",
                "frame.len",
                "-e",
                "frame.cap_len",
                "-e",
                "frame.comment");
        assertEquals(
                List.of(
                        "a|0x1|60|60|",
                        "b|0x2|60|60|",
                        "b|0x1|100|80|",
                        "a|0x2|100|80|",
                        "a|0x1|64|64|",
                        "a|0x1|64|64|dropped: hairpin"),
                fields.lines().map(line -> line.replace("0x0000000", "0x")).toList());
        String infos = output("capinfos", file.toString());
        assertTrue(infos.contains("Number of packets:   6"), infos);
        assertTrue(infos.contains("Name = a") && infos.contains("Name = b"), infos);
        assertTrue(infos.contains("Capture length = 80"), infos);
        assertTrue(infos.contains("Time precision = nanoseconds (9)"), infos);
        assertTrue(infos.contains("Number of stat entries = 1"), infos);
    }

    @Test
    void aStreamIsFlushedWhileTheCaptureGoesOn() throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b");
                Capture _ = hand.sw().capture(CaptureSettings.ALL, CaptureSink.to(stream, 0))) {
            Law.eventually("the header is there", () -> stream.size() > 0);
            long shortest = Long.MAX_VALUE; // a busy machine may make some late, but not all
            for (int i = 0; i < 10 && shortest >= 2_000; i++) {
                int before = stream.size();
                long since = System.nanoTime();
                talk(hand);
                Law.eventually("frames are there", () -> stream.size() > before);
                shortest = Math.min(shortest, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since));
            }
            assertTrue(shortest < 2_000, shortest + " ms at best");
        }
    }

    @Test
    void aRingKeepsTheLastFilesWithEveryFrameOnce() throws Exception {
        int rounds = 400;
        long maxBytes = 8192;
        RingFiles ring = new RingFiles(folder.resolve("ring.pcapng"), 3, maxBytes);
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b");
                Capture _ = hand.sw().capture(CaptureSettings.ALL.withPort("a"), CaptureSink.to(ring, 0))) {
            for (int i = 0; i < rounds; i++) {
                talk(hand);
            }
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        assertEquals(3, files.size(), files::toString);
        assertTrue(files.getFirst().getFileName().toString().matches("ring_\\d{5}\\.pcapng"), files::toString);
        List<CaptureFrame> frames = new ArrayList<>();
        for (Path file : files) {
            assertTrue(Files.size(file) <= maxBytes, () -> file + " is larger than " + maxBytes);
            try (CaptureReader reader = CaptureReader.open(Files.newInputStream(file))) {
                for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                    assertEquals("a", frame.source().name());
                    frames.add(frame);
                }
            }
        }
        byte[][] round = {A_TO_B, B_TO_A, TO_ITSELF};
        for (int i = 1; i <= frames.size(); i++) { // backwards: the last file ends with the last round
            assertArrayEquals(
                    round[round.length - 1 - (i - 1) % round.length],
                    frames.get(frames.size() - i).bytes());
        }
        assertTrue(frames.size() > 50, frames.size() + " frames");
    }
}
