// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.counter.DropReason;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;
import weir.ports.testing.Netns;
import weir.ports.testing.QueueDriver;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Ports on files; one queue, driven step by step. */
@RequiresFeature(Feature.LINUX)
@Timeout(600)
class CapturePortTest {
    private static final long MILLIS = 60_000;
    private static final long STEP_NANOS = 50_000_000;
    /** A busy machine may make some of them late, but not all. */
    private static final int TRIES = 20;

    @TempDir
    private Path folder;

    private static byte[] frame(int number) {
        return Frames.untagged(Frames.station(1), Frames.station(2), 60 + number % 1000, number);
    }

    /** A capture of so many frames, 50 ms apart. */
    private Path capture(int frames) throws IOException {
        byte[][] records = new byte[frames][];
        for (int i = 0; i < frames; i++) {
            records[i] = Captures.record(1_000_000_000L + i * STEP_NANOS, frame(i));
        }
        return Files.write(folder.resolve("in.pcap"), Captures.pcap(records));
    }

    private static QueueDriver drive(CapturePort port) throws PortException {
        return new QueueDriver(port.queues().getFirst());
    }

    /** Everything that comes until the port is gone. */
    private static List<byte[]> receiveAll(QueueDriver driver) {
        List<byte[]> frames = new ArrayList<>();
        Waiting.within(MILLIS, () -> {
            boolean gone = driver.states().contains(PortState.GONE);
            List<byte[]> more = driver.receive(64);
            frames.addAll(more);
            return gone && more.isEmpty();
        });
        return frames;
    }

    // ---- replay ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, 1000", "3, 1000", "2, 20000"})
    void replaysEveryFrameInOrderSoManyTimes(int loops, int frames) throws Exception {
        CapturePort port = CapturePort.open("pcap:" + capture(frames) + "?speed=max&loops=" + loops);
        List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < loops * frames; i++) {
            expected.add(frame(i % frames));
        }
        try (QueueDriver driver = drive(port)) {
            List<byte[]> got = receiveAll(driver);
            assertEquals(expected.size(), got.size());
            for (int i = 0; i < got.size(); i++) {
                assertTrue(Arrays.equals(expected.get(i), got.get(i)), "frame " + i);
            }
            assertEquals(List.of(String.format("replay ended after %,d frames", expected.size())), driver.causes());
        }
        port.close();
    }

    @ParameterizedTest
    @CsvSource({"original, 200", "2x, 100", "0.5x, 400"})
    void keepsToTheTimesOfTheFile(String speed, long millis) throws Exception {
        Path file = capture(5);
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < TRIES && shortest >= millis * 3 / 2; i++) {
            CapturePort port = CapturePort.open("pcap:" + file + "?speed=" + speed);
            Waiting.sleep(100); // nothing begins before it is attached
            long start = System.nanoTime();
            try (QueueDriver driver = drive(port)) {
                List<byte[]> got = receiveAll(driver);
                long took = (System.nanoTime() - start) / 1_000_000;
                assertEquals(5, got.size());
                assertTrue(took >= millis, "took " + took + " ms");
                shortest = Math.min(shortest, took);
            }
            port.close();
        }
        assertTrue(shortest < millis * 3 / 2, "took " + shortest + " ms at best");
    }

    @Test
    void endsWhenDetachedInTheMiddle() throws Exception {
        CapturePort port = CapturePort.open("pcap:" + capture(10_000) + "?loops=0");
        try (QueueDriver driver = drive(port)) {
            Waiting.within(MILLIS, () -> !driver.receive(64).isEmpty());
        }
        long start = System.nanoTime();
        port.close();
        long seconds = (System.nanoTime() - start) / 1_000_000_000L;
        assertTrue(seconds < 60, "of 500 s it took " + seconds + " to end");
        Waiting.within(MILLIS, () -> !isAlive("weir-replay"));
    }

    private static boolean isAlive(String thread) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.getName().equals(thread));
    }

    @Test
    void goesOnBehindFramesThatAPortCannotTake() throws Exception {
        Path file = Files.write(
                folder.resolve("in.pcap"),
                Captures.pcap(
                        Captures.record(0, frame(1)),
                        Captures.record(0, new byte[0]),
                        Captures.record(0, new byte[67_137]),
                        Captures.record(0, new byte[262_144]),
                        Captures.record(0, new byte[67_136]),
                        Captures.record(0, frame(2))));
        CapturePort port = CapturePort.open("pcap:" + file);
        try (QueueDriver driver = drive(port)) {
            Frames.assertSameOrder(List.of(frame(1), new byte[67_136], frame(2)), receiveAll(driver), "received");
            assertEquals(
                    Map.of(DropReason.RUNT, 1L, DropReason.OVERSIZE, 2L),
                    driver.counters().ingressDrops());
        }
        port.close();
    }

    static Stream<Arguments> broken() {
        byte[] two = Captures.pcap(Captures.record(0, frame(0)), Captures.record(0, frame(1)));
        byte[] long3 = Captures.record(0, frame(2));
        long3[10] = 0x7f; // 8 MiB
        return Stream.of(
                Arguments.of(
                        "cut in a frame",
                        Arrays.copyOf(two, two.length - 1),
                        1,
                        "byte 116: the file ends inside a frame: 60 of 61 bytes are there"),
                Arguments.of(
                        "cut in a record's header",
                        Arrays.copyOf(two, 24 + 16 + 60 + 7),
                        1,
                        "byte 100: the file ends inside a record header: 7 of 16 bytes are there"),
                Arguments.of(
                        "absurd length",
                        concat(two, long3),
                        2,
                        "byte 177: frame of 8323134 bytes; at most 262144 are read"),
                Arguments.of(
                        "Wi-Fi",
                        Captures.pcapOf(105, Captures.record(0, frame(0))),
                        0,
                        "frames of link type IEEE802_11 (Wi-Fi), number 105; a port takes Ethernet frames"));
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void aFileThatBreaksOffIsTheEndOfThePort(String what, byte[] file, int whole, String cause) throws Exception {
        Path in = Files.write(folder.resolve("in.pcap"), file);
        CapturePort port = CapturePort.open("pcap:" + in + "?speed=max&loops=3");
        try (QueueDriver driver = drive(port)) {
            assertEquals(whole, receiveAll(driver).size(), what);
            assertEquals(List.of("\"" + in + "\": " + cause), driver.causes());
            assertEquals(PortState.GONE, port.state());
            driver.transmit(frame(1));
            assertEquals(1, driver.counters().transmitted(), "swallowed all the same");
        }
        port.close();
    }

    static Stream<Arguments> unopenable() {
        return Stream.of(
                Arguments.of("empty", "", "byte 0: the file is empty; a capture without frames still has a header"),
                Arguments.of("gzip", "1f8b0800", "byte 0: the file is compressed with gzip; decompress it first"),
                Arguments.of("text", "68656c6c6f", "byte 0: neither pcap nor pcapng: it begins with 68 65 6c 6c"),
                Arguments.of(
                        "half a header",
                        "4d3cb2a10200",
                        "byte 4: the file ends inside a file header: 2 of 20 bytes are there"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unopenable")
    void saysWhyAFileCannotBeReplayed(String what, String hex, String cause) throws Exception {
        Path in = Files.write(folder.resolve("in.pcap"), HexFormat.of().parseHex(hex));
        PortException refused = assertThrows(PortException.class, () -> CapturePort.open("pcap:" + in), what);
        assertEquals("cannot replay \"" + in + "\": " + cause, refused.getMessage());
    }

    @Test
    void saysWhichFileIsWrong() throws Exception {
        Path in = capture(1);
        Path pipe = folder.resolve("pipe");
        Netns.exec("mkfifo", pipe.toString());
        Map<String, String> causes = Map.of(
                "pcap:" + folder + "/none", "cannot replay \"" + folder + "/none\": there is no such file or folder",
                "pcap:" + in + "," + folder + "/no/out",
                        "cannot write \"" + folder + "/no/out\": there is no such file or folder",
                "pcap:" + in + ",/dev/full", "cannot write \"/dev/full\": No space left on device",
                "pcap:" + in + "," + in, "\"pcap:" + in + "," + in + "\" reads and writes one file",
                "pcap:" + pipe + "?loops=2",
                        "cannot replay \"" + pipe
                                + "\": it is no regular file and can be read only once: leave loops out");
        causes.forEach((spec, cause) -> assertEquals(
                cause,
                assertThrows(PortException.class, () -> CapturePort.open(spec)).getMessage()));
    }

    // ---- recording ------------------------------------------------------------------------------

    private static List<CaptureFrame> read(Path file) throws IOException {
        List<CaptureFrame> frames = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(new BufferedInputStream(Files.newInputStream(file)))) {
            for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                frames.add(frame);
            }
        }
        return frames;
    }

    @ParameterizedTest
    @CsvSource({"out.pcap", "out.pcapng"})
    void writesEveryFrameWithItsTimeBeforeItIsClosed(String name) throws Exception {
        Path out = folder.resolve(name);
        CapturePort port = CapturePort.open("pcap:," + out);
        List<byte[]> sent = new ArrayList<>();
        long before = System.currentTimeMillis() * 1_000_000;
        try (QueueDriver driver = drive(port)) {
            for (int i = 0; i < 500; i++) {
                sent.add(frame(i));
                driver.transmit(frame(i));
            }
            assertEquals(500, driver.counters().transmitted());
        }
        port.close();
        List<CaptureFrame> written = read(out);
        Frames.assertSameOrder(sent, written.stream().map(CaptureFrame::bytes).toList(), "written");
        long last = before;
        for (CaptureFrame each : written) {
            assertTrue(each.timestampNanos() >= last - 1_000_000, "times do not run backwards");
            last = each.timestampNanos();
        }
        assertTrue(written.stream().anyMatch(each -> each.timestampNanos() % 1000 != 0), "nanoseconds");
        assertEquals(0, port.peerDropped());
        Waiting.within(MILLIS, () -> !isAlive("weir-record"));
    }

    @Test
    @RequiresFeature(Feature.TCPDUMP)
    void tcpdumpReadsWhatIsWritten() throws Exception {
        Path out = folder.resolve("out.pcap");
        CapturePort port = CapturePort.open("pcap:," + out);
        try (QueueDriver driver = drive(port)) {
            driver.transmit(frame(0), frame(14));
        }
        port.close();
        List<String> lines = Netns.exec("tcpdump", "-enn", "--nano", "-tt", "-r", out.toString())
                .lines()
                .filter(line -> line.contains("02:00:00:00:00:02 > 02:00:00:00:00:01"))
                .toList();
        assertEquals(2, lines.size());
        assertTrue(lines.getFirst().matches("[0-9]{10}\\.[0-9]{9} .*length 60:.*"), lines.getFirst());
        assertTrue(lines.getLast().contains("length 74:"), lines.getLast());
    }

    /** Nobody reads the pipe, so that the thread hangs in write(2): the worker must not. */
    @Test
    void aFileThatHangsCostsFramesButNoTime() throws Exception {
        Path pipe = folder.resolve("pipe");
        Netns.exec("mkfifo", pipe.toString());
        try (RandomAccessFile holder = new RandomAccessFile(pipe.toFile(), "rw")) {
            CapturePort port = CapturePort.open("pcap:," + pipe);
            int slow = 0; // when the machine gave the worker nothing, not because of the file
            try (QueueDriver driver = drive(port)) {
                for (int i = 0; i < 20_000; i++) {
                    long start = System.nanoTime();
                    driver.transmit(frame(i));
                    slow += System.nanoTime() - start > 1_000_000_000L ? 1 : 0;
                }
                assertEquals(
                        List.of(DropReason.QUEUE_FULL),
                        List.copyOf(driver.counters().egressDrops().keySet()));
                long accepted = driver.counters().transmitted();
                assertTrue(accepted >= 2_000 && accepted < 20_000, "bounded: " + accepted);
            }
            assertTrue(slow < 20, "the worker waited " + slow + " times");
            Thread drain = Thread.ofPlatform().daemon(true).start(() -> drain(holder));
            port.close();
            assertTrue(drain.isAlive());
        }
    }

    private static void drain(RandomAccessFile pipe) {
        byte[] into = new byte[1 << 16];
        try {
            while (pipe.read(into) >= 0) {
                // thrown away
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    /** A reader that goes is a full disk: writes fail. */
    @Test
    void aFileThatFailsTakesThePortDown() throws Exception {
        Path pipe = folder.resolve("pipe");
        Netns.exec("mkfifo", pipe.toString());
        RandomAccessFile holder = new RandomAccessFile(pipe.toFile(), "rw");
        CapturePort port = CapturePort.open("pcap:," + pipe);
        try (QueueDriver driver = drive(port)) {
            holder.close();
            Waiting.within(MILLIS, () -> {
                driver.transmit(frame(1));
                return port.state() == PortState.DOWN;
            });
            List<String> causes = List.of("cannot write \"" + pipe + "\": Broken pipe");
            Waiting.within(MILLIS, () -> driver.causes().equals(causes)); // told after it is so
            driver.transmit(frame(2));
            assertTrue(driver.counters().egressDrops().getOrDefault(DropReason.IO_ERROR, 0L) >= 1);
        }
        port.close();
    }
}
