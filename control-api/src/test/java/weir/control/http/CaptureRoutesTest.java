// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import weir.control.metrics.PrometheusText;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.core.Switch;
import weir.core.memory.MemoryEndpoint;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** {@code /v1/captures} of a daemon. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class CaptureRoutesTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root"));

    @TempDir
    private Path folder;

    private ObservedDaemon daemon;
    private Switch sw;

    @BeforeEach
    void start() throws Exception {
        daemon = new ObservedDaemon(folder);
        sw = daemon.create("sw0");
    }

    @AfterEach
    void end() {
        daemon.close();
    }

    private StreamingClient.Answer capture(String fields) throws IOException {
        return daemon.begin("/v1/captures", fields);
    }

    private JsonNode list() throws IOException {
        try (StreamingClient.Answer answer = daemon.http().get("/v1/captures")) {
            assertEquals(200, answer.status());
            return answer.json().get("captures");
        }
    }

    private void delete(String id, int status) throws IOException {
        try (StreamingClient.Answer answer = daemon.http().delete("/v1/captures/" + id)) {
            assertEquals(status, answer.status());
        }
    }

    private PrometheusText metrics() throws IOException {
        try (StreamingClient.Answer answer = daemon.http().get("/metrics")) {
            return PrometheusText.parse(answer.text());
        }
    }

    private static int frames(InputStream in) throws IOException {
        int frames = 0;
        try (CaptureReader reader = CaptureReader.open(in)) {
            for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                frames++;
            }
        }
        return frames;
    }

    private static String tshark(Path file, String... more) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of("tshark", "-r", file.toString()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", command));
        return text;
    }

    @Test
    @RequiresFeature(Feature.TSHARK)
    void aStreamHasWhatTheCountersCountWithDropsAndReasons() throws Exception {
        MemoryEndpoint a = daemon.attach(sw, "a").endpoint();
        daemon.attach(sw, "b");
        Path file = folder.resolve("stream.pcapng");
        try (StreamingClient.Answer answer = capture("\"drops\":\"also\",\"snap_bytes\":80,\"direction\":\"in\"")) {
            assertEquals(200, answer.status());
            assertEquals("application/x-pcapng", answer.header("Content-Type"));
            ObservedDaemon.send(a, Frames.untagged(Frames.station(2), Frames.station(1), 100, 1));
            ObservedDaemon.send(a, Frames.untagged(Frames.station(1), Frames.station(1), 64, 2)); // to itself: hairpin
            Law.eventually(
                    "both came in and one was dropped",
                    () -> sw.total().drops().values().stream().anyMatch(frames -> frames > 0));
            delete("1", 200);
            Files.copy(answer.body(), file);
        }
        String fields = tshark(
                file,
                "-T",
                "fields",
                "-E",
                "separator=|",
                "-e",
                "frame.interface_name",
                "-e",
                "frame.len",
                "-e",
                "frame.cap_len",
                "-e",
                "frame.comment",
                "-Y",
                "eth.src == 02:00:00:00:00:01");
        assertEquals(
                List.of("a|100|80|", "a|64|64|", "a|64|64|dropped: hairpin"),
                fields.lines().toList());
    }

    @Test
    void aStreamEndsAfterAsManyFramesAsWereAskedFor() throws Exception {
        try (StreamingClient.Answer answer = capture("\"frames\":100")) {
            daemon.talk(sw);
            assertEquals(100, frames(answer.body()));
        }
        Law.eventually("it is over", () -> isOver());
        daemon.silence(sw);
    }

    private boolean isOver() throws IOException {
        return list().isEmpty();
    }

    @Test
    void aStreamEndsAfterItsTime() throws Exception {
        long since = System.nanoTime();
        try (StreamingClient.Answer answer = capture("\"seconds\":1")) {
            answer.body().readAllBytes();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        assertTrue(millis >= 1_000 && millis < 60_000, () -> millis + " ms");
    }

    @Test
    @Tag("full")
    @RequiresFeature(Feature.TSHARK)
    void aQuietStreamOutlivesTheTimeAfterWhichConnectionsAreClosed() throws Exception {
        MemoryEndpoint a = daemon.attach(sw, "a").endpoint();
        Path file = folder.resolve("quiet.pcapng");
        try (StreamingClient.Answer answer = capture("\"port\":\"a\",\"direction\":\"in\",\"frames\":1")) {
            TimeUnit.SECONDS.sleep(40);
            ObservedDaemon.send(a, Frames.untagged(Frames.station(2), Frames.station(1), 100, 1));
            Files.copy(answer.body(), file);
        }
        assertEquals(1, tshark(file).lines().count());
    }

    @Test
    void aStreamEndsWithItsSwitch() throws Exception {
        try (StreamingClient.Answer answer = capture("")) {
            daemon.plane().change(now -> now.without("sw0"), ChangeOptions.DEFAULT);
            assertEquals(0, frames(answer.body()));
        }
        Law.eventually("it is over", this::isOver);
    }

    @Test
    void aClientThatDoesNotReadLosesFramesAndOneThatGoesEndsItsCapture() throws Exception {
        try (StreamingClient.Answer answer = capture("")) {
            assertEquals(200, answer.status());
            daemon.talk(sw);
            Law.eventually("frames are lost", TimeUnit.SECONDS.toNanos(90), () -> lost() > 10_000);
            JsonNode running = list().get("1");
            long captured = running.get("captured").longValue();
            long delivered = running.get("delivered").longValue();
            long perFrame = 60 + 32; // at least, with its block
            long buffers =
                    (4 << 20) + (1 << 20); // the capture's, and all between it and the client's end of the socket
            assertTrue((captured - delivered) * perFrame < buffers, running::toString);
            assertTrue(delivered * perFrame < buffers, running::toString);
        }
        Law.eventually("it is over", this::isOver);
        daemon.silence(sw);
        assertEquals(0, metrics().sum("weir_switch_captures"));
        assertTrue(metrics().sum("weir_switch_capture_lost_packets_total") > 10_000, "what was lost is still counted");
    }

    private long lost() {
        return (long) lostMetric();
    }

    private double lostMetric() {
        try {
            return metrics().sum("weir_switch_capture_lost_packets_total");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @RequiresFeature(Feature.TSHARK)
    void aFileHasAsManyFramesAsItsCaptureDelivered() throws Exception {
        try (StreamingClient.Answer answer = capture("\"file\":\"all.pcapng\",\"drops\":\"also\"")) {
            assertEquals(201, answer.status());
            assertEquals(1, answer.json().get("id").intValue());
        }
        daemon.talk(sw);
        Law.eventually(
                "some frames", TimeUnit.SECONDS.toNanos(60), () -> sw.total().received() > 2_000);
        daemon.silence(sw);
        delete("1", 200);
        JsonNode ended = list().get("1");
        assertEquals("ended", ended.get("end").stringValue());
        Path file = daemon.captures().resolve("all.pcapng");
        assertEquals(file.toString(), ended.get("file").stringValue());
        long delivered = ended.get("delivered").longValue();
        assertEquals(ended.get("captured").longValue(), delivered);
        assertTrue(delivered > 2_000, ended::toString);
        assertEquals(
                delivered,
                tshark(file, "-T", "fields", "-e", "frame.number").lines().count());
        delete("1", 404);
        try (StreamingClient.Answer again = capture("\"file\":\"all.pcapng\"")) {
            assertEquals(409, again.status());
            assertEquals("conflict", again.json().get("code").stringValue());
        }
    }

    @Test
    void aRingKeepsTheLastFiles() throws Exception {
        try (StreamingClient.Answer answer = capture("\"file\":\"ring.pcapng\",\"files\":3,\"file_bytes\":8192")) {
            assertEquals(201, answer.status());
        }
        daemon.talk(sw);
        Law.eventually(
                "some frames", TimeUnit.SECONDS.toNanos(60), () -> sw.total().received() > 2_000);
        daemon.silence(sw);
        delete("1", 200);
        List<Path> files;
        try (var all = Files.list(daemon.captures())) {
            files = all.sorted().toList();
        }
        assertEquals(3, files.size(), files::toString);
        for (Path file : files) {
            assertTrue(Files.size(file) <= 8192, file::toString);
            assertTrue(frames(Files.newInputStream(file)) > 0, file::toString);
        }
        try (StreamingClient.Answer again = capture("\"file\":\"ring.pcapng\",\"files\":3")) {
            assertEquals(409, again.status(), "files of another ring are not overwritten");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"cbpf\":\"" + ObservedDaemon.FROM_STATION_1 + "\"}",
                "object",
            })
    void aFilterChoosesFrames(String filter) throws Exception {
        MemoryEndpoint a = daemon.attach(sw, "a").endpoint();
        String given = filter;
        boolean isAll = filter.equals("object");
        if (isAll) { // passes everything
            String digest =
                    daemon.plane().objects().put(Files.readAllBytes(ROOT.resolve("examples/programs/counters.o")));
            given = "{\"object\":\"" + digest + "\"}";
        }
        try (StreamingClient.Answer answer =
                capture("\"port\":\"a\",\"direction\":\"in\",\"frames\":3,\"filter\":" + given)) {
            assertEquals(200, answer.status());
            for (int i = 0; i < 3; i++) {
                ObservedDaemon.send(a, Frames.untagged(Frames.station(2), Frames.station(3), 60, i));
                ObservedDaemon.send(a, Frames.untagged(Frames.station(2), Frames.station(1), 60, i));
            }
            int fromOne = 0;
            try (CaptureReader reader = CaptureReader.open(answer.body())) {
                for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                    fromOne += frame.bytes()[11] == 1 ? 1 : 0;
                }
            }
            assertEquals(isAll ? 1 : 3, fromOne);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|400|/switch",
                "[]|400|''",
                "{\"switch\":\"sw0\",\"file\":\"../x\"}|400|/file",
                "{\"switch\":\"sw0\",\"file\":\"/tmp/x\"}|400|/file",
                "{\"switch\":\"sw0\",\"file\":\".hidden\"}|400|/file",
                "{\"switch\":\"sw0\",\"file\":\"a\\u0000b\"}|400|/file",
                "{\"switch\":\"sw0\",\"files\":3}|400|/file",
                "{\"switch\":\"sw0\",\"file\":\"x\",\"files\":0}|400|/files",
                "{\"switch\":\"sw0\",\"file\":\"x\",\"file_bytes\":1}|400|/file_bytes",
                "{\"switch\":\"sw0\",\"snap_bytes\":0}|400|/snap_bytes",
                "{\"switch\":\"sw0\",\"drops\":\"some\"}|400|/drops",
                "{\"switch\":\"sw0\",\"dropz\":\"also\"}|400|/dropz",
                "{\"switch\":\"sw0\",\"filter\":{}}|400|/filter",
                "{\"switch\":\"sw0\",\"filter\":{\"cbpf\":\"1\\n6 0 0\"}}|422|/filter",
                "{\"switch\":\"sw0\",\"filter\":{\"object\":\"sha256:abc\"}}|400|''",
                "{\"switch\":\"sw1\"}|404|''",
                "{\"switch\":\"sw0\",\"port\":\"web\"}|404|''",
                "{\"switch\":|400|''",
            })
    void refusesWhatMakesNoSense(String body, int status, String pointer) throws Exception {
        try (StreamingClient.Answer answer = daemon.http().post("/v1/captures", body)) {
            String text = answer.text();
            assertEquals(status, answer.status(), text);
            assertEquals("application/problem+json", answer.header("Content-Type"));
            JsonNode problem = Answers.JSON.readTree(text);
            if (!pointer.isEmpty()) {
                assertEquals(pointer, problem.at("/errors/0/pointer").stringValue(), text);
            }
        }
        assertTrue(list().isEmpty());
        assertFalse(Files.exists(daemon.captures()));
    }
}
