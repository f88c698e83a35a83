// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.core.Switch;
import weir.core.memory.MemoryEndpoint;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.ebpf.ObjectFile;

/** {@code /v1/traces} of a daemon. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class TraceRoutesTest {
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

    private StreamingClient.Answer trace(String fields) throws IOException {
        return daemon.begin("/v1/traces", fields);
    }

    private JsonNode list() throws IOException {
        try (StreamingClient.Answer answer = daemon.http().get("/v1/traces")) {
            assertEquals(200, answer.status());
            JsonNode json = answer.json();
            RunningDaemon.API.checkSchema("Traces", json);
            return json.get("traces");
        }
    }

    private boolean isOver() throws IOException {
        return list().isEmpty();
    }

    /** All lines to the end, each as the document says: frames, then the trace. */
    private static List<JsonNode> lines(StreamingClient.Answer answer) throws IOException {
        assertEquals(200, answer.status());
        assertEquals("application/x-ndjson", answer.header("Content-Type"));
        List<JsonNode> lines = new ArrayList<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (!line.isEmpty()) {
                JsonNode json = Answers.JSON.readTree(line);
                JsonNode each = json.has("frame") ? json : json.path("trace");
                RunningDaemon.API.checkSchema(json.has("frame") ? "TracedFrame" : "Trace", each);
                lines.add(each);
            }
        }
        return lines;
    }

    @Test
    void aStreamTellsOfEachFrameAndOfTheTraceAtItsEnd() throws Exception {
        MemoryEndpoint a = daemon.attach(sw, "a").endpoint();
        daemon.attach(sw, "b");
        sw.programs()
                .load(
                        ProgramPlace.onSwitch(),
                        ObjectFile.parse(Files.readAllBytes(ROOT.resolve("examples/programs/drop_port.o"))),
                        ProgramOptions.DEFAULT.withWarmUp(Duration.ZERO));
        try (StreamingClient.Answer answer = trace("\"frames\":2")) {
            ObservedDaemon.send(
                    a,
                    Frames.untagged(Frames.station(2), Frames.station(1), 100, 1),
                    Frames.untagged(Frames.station(1), Frames.station(1), 64, 2)); // to itself: hairpin
            List<JsonNode> lines = lines(answer);
            assertEquals(3, lines.size());
            JsonNode first = lines.getFirst();
            assertEquals("a", first.get("port").asString());
            assertEquals(
                    "02:00:00:00:00:01 > 02:00:00:00:00:02, type 0x88b5",
                    first.get("headers").asString());
            assertEquals("flooded", first.get("verdict").asString());
            assertEquals("XDP_PASS", first.at("/programs/0/action").asString());
            assertTrue(first.at("/programs/0/path/0/place").asString().startsWith("drop_port.c:"), first::toString);
            assertEquals("enqueued", first.at("/egress/0/outcome").asString());
            JsonNode second = lines.get(1);
            assertEquals("dropped", second.get("verdict").asString());
            assertEquals("hairpin", second.get("reason").asString());
            assertEquals(
                    "02:00:00:00:00:01 is at port a itself, where the frame came from",
                    second.get("why").asString());
            assertEquals("all frames are there", lines.getLast().get("end").asString());
            assertEquals(2, lines.getLast().get("traced").asInt());
        }
        Law.eventually("it is over", this::isOver);
    }

    @ParameterizedTest
    @CsvSource({"none, 0", "lines, 1", "instructions, 1"})
    void aPathIsToldAsItIsAskedFor(String path, int least) throws Exception {
        MemoryEndpoint a = daemon.attach(sw, "a").endpoint();
        daemon.attach(sw, "b");
        sw.programs()
                .load(
                        ProgramPlace.onPort("a"),
                        ObjectFile.parse(Files.readAllBytes(ROOT.resolve("examples/programs/drop_port.o"))),
                        ProgramOptions.DEFAULT.withWarmUp(Duration.ZERO));
        try (StreamingClient.Answer answer = trace("\"frames\":1,\"path\":\"" + path + "\",\"port\":\"a\"")) {
            ObservedDaemon.send(a, Frames.untagged(Frames.station(2), Frames.station(1), 100, 1));
            JsonNode program = lines(answer).getFirst().at("/programs/0");
            assertEquals(least == 0, program.get("path").isEmpty(), program::toString);
            assertEquals(least == 0, program.get("instructions").isNull());
            assertEquals("port", program.get("place").asString());
        }
    }

    @Test
    void aFilterAndDropsChooseFrames() throws Exception {
        MemoryEndpoint a = daemon.attach(sw, "a").endpoint();
        daemon.attach(sw, "b");
        try (StreamingClient.Answer answer = trace(
                "\"frames\":1,\"drops_only\":true,\"filter\":{\"cbpf\":\"" + ObservedDaemon.FROM_STATION_1 + "\"}")) {
            ObservedDaemon.send(
                    a, Frames.untagged(Frames.station(3), Frames.station(3), 60, 1)); // dropped, from another
            ObservedDaemon.send(a, Frames.untagged(Frames.station(2), Frames.station(1), 60, 2)); // passes
            ObservedDaemon.send(a, Frames.untagged(Frames.station(1), Frames.station(1), 60, 3));
            List<JsonNode> lines = lines(answer);
            assertEquals(2, lines.size(), lines::toString);
            assertEquals("hairpin", lines.getFirst().get("reason").asString());
            assertEquals(2, lines.getLast().get("matched").asInt());
            assertEquals(1, lines.getLast().get("passed").asInt());
            assertEquals("cbpf", lines.getLast().get("filter").asString());
        }
    }

    @Test
    void aStreamEndsAfterItsTimeOrWithItsSwitchOrWhenSomebodySaysSo() throws Exception {
        try (StreamingClient.Answer answer = trace("\"seconds\":1")) {
            assertEquals("time is over", lines(answer).getLast().get("end").asString());
        }
        try (StreamingClient.Answer answer = trace("")) {
            Law.eventually("it runs", () -> list().has("2"));
            try (StreamingClient.Answer ended = daemon.http().delete("/v1/traces/2")) {
                assertEquals(200, ended.status());
                RunningDaemon.API.checkSchema("Trace", ended.json());
            }
            assertEquals("ended", lines(answer).getLast().get("end").asString());
        }
        try (StreamingClient.Answer again = daemon.http().delete("/v1/traces/2")) {
            assertEquals(404, again.status());
        }
        try (StreamingClient.Answer answer = trace("")) {
            Law.eventually("it runs", () -> list().has("3"));
            daemon.plane().change(now -> now.without("sw0"), ChangeOptions.DEFAULT);
            assertEquals(
                    "the switch is gone", lines(answer).getLast().get("end").asString());
        }
        Law.eventually("it is over", this::isOver);
    }

    @Test
    void aClientThatDoesNotReadLosesFramesAndOneThatGoesEndsItsTrace() throws Exception {
        try (StreamingClient.Answer answer = trace("\"frames\":10000")) {
            assertEquals(200, answer.status());
            daemon.talk(sw);
            Law.eventually(
                    "frames are lost",
                    TimeUnit.SECONDS.toNanos(90),
                    () -> list().path("1").path("lost").asLong(0) > 100);
            JsonNode running = list().get("1");
            assertTrue(running.get("traced").asLong(0) < 10_000, running::toString);
        }
        Law.eventually("it is over", this::isOver);
        daemon.silence(sw);
    }

    @Test
    void thereIsALimitToTracesAndWhatEndsMakesRoom() throws Exception {
        List<StreamingClient.Answer> running = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            running.add(trace(""));
        }
        Law.eventually("all run", () -> list().size() == 8);
        try (StreamingClient.Answer refused = trace("")) {
            assertEquals(409, refused.status());
            assertEquals(
                    "switch sw0 has 8 traces, which is the limit",
                    refused.json().get("title").asString());
        }
        for (StreamingClient.Answer each : running) {
            each.close();
        }
        Law.eventually("all are over", this::isOver);
        try (StreamingClient.Answer again = trace("\"seconds\":1")) {
            assertEquals(1, lines(again).size());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|400|/switch",
                "[]|400|''",
                "{\"switch\":\"sw0\",\"frames\":0}|400|/frames",
                "{\"switch\":\"sw0\",\"frames\":10001}|400|/frames",
                "{\"switch\":\"sw0\",\"frames\":1e99}|400|/frames",
                "{\"switch\":\"sw0\",\"frames\":\"20\"}|400|/frames",
                "{\"switch\":\"sw0\",\"seconds\":-1}|400|/seconds",
                "{\"switch\":\"sw0\",\"path\":\"all\"}|400|/path",
                "{\"switch\":\"sw0\",\"drops_only\":1}|400|/drops_only",
                "{\"switch\":\"sw0\",\"drops\":true}|400|/drops",
                "{\"switch\":\"sw0\",\"filter\":{}}|400|/filter",
                "{\"switch\":\"sw0\",\"filter\":{\"cbpf\":\"1\\n6 0 0\"}}|422|/filter",
                "{\"switch\":\"sw0\",\"filter\":{\"object\":\"sha256:abc\"}}|400|''",
                "{\"switch\":\"sw1\"}|404|''",
                "{\"switch\":\"sw0\",\"port\":\"web\"}|404|''",
                "{\"switch\":|400|''",
            })
    void refusesWhatMakesNoSense(String body, int status, String pointer) throws Exception {
        try (StreamingClient.Answer answer = daemon.http().post("/v1/traces", body)) {
            String text = answer.text();
            assertEquals(status, answer.status(), text);
            assertEquals("application/problem+json", answer.header("Content-Type"));
            JsonNode problem = Answers.JSON.readTree(text);
            if (!pointer.isEmpty()) {
                assertEquals(pointer, problem.at("/errors/0/pointer").stringValue(), text);
            }
        }
        assertTrue(list().isEmpty());
    }
}
