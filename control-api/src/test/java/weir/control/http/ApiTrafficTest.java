// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.control.http.UnixHttp.Answer;
import weir.control.machine.ChildProcess;
import weir.core.testing.Law;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What the API shows of frames that flow: learned addresses, counters, maps, shadow runs; and a real interface. */
@RequiresFeature(Feature.LINUX)
class ApiTrafficTest {
    private static final int FRAME_BYTES = 60;
    private static final int FRAMES = 200;

    @TempDir
    private Path folder;

    /** Frames from 02:00:00:00:00:0N to everybody, in the framing of {@code unix:} ports. */
    private static void sendFrames(SocketChannel channel, int frames) throws IOException {
        for (int i = 0; i < frames; i++) {
            ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES + FRAME_BYTES);
            buffer.putInt(FRAME_BYTES)
                    .put(new byte[] {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, (byte) (1 + i % 4), 8, 0});
            channel.write(buffer.clear());
        }
    }

    private static JsonNode get(RunningDaemon daemon, String path) throws IOException {
        Answer answer = daemon.send("GET", path, "");
        assertEquals(200, answer.status(), answer.body());
        return RunningDaemon.json(answer);
    }

    private static void await(RunningDaemon daemon, String path, Predicate<JsonNode> condition) {
        Law.eventually(path, () -> condition.test(get(daemon, path)));
    }

    @Test
    void showsWhatFramesDo() throws IOException, InterruptedException, ExecutionException {
        Path socket = folder.resolve("p.sock");
        try (RunningDaemon daemon = new RunningDaemon(folder);
                ExecutorService threads = Executors.newSingleThreadExecutor();
                SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            Answer created = daemon.send(
                    "POST",
                    "/v1/switches",
                    "{\"name\":\"sw0\",\"program\":{\"object\":\"" + daemon.digest("drop_port")
                            + "\"},\"ports\":{\"p\":\"unix:" + socket + "\",\"n\":\"null:n\"}}");
            assertEquals(201, created.status(), created.body());
            peer.connect(UnixDomainSocketAddress.of(socket));
            sendFrames(peer, FRAMES);
            await(
                    daemon,
                    "/v1/switches/sw0/stats",
                    stats -> stats.at("/ports/n/transmitted").asLong(0) >= FRAMES);
            await(
                    daemon,
                    "/v1/programs/sw0/stats",
                    stats -> stats.path("frames").asLong(0) >= FRAMES);
            assertEquals(
                    4, get(daemon, "/v1/switches/sw0/fdb?port=p").path("count").asInt());
            assertEquals(
                    4,
                    get(daemon, "/v1/switches").at("/switches/sw0/fdb_entries").asInt());

            Future<Answer> shadow = threads.submit(() -> daemon.send(
                    "POST",
                    "/v1/switches/sw0/program/shadow?frames=50&seconds=20",
                    "{\"object\":\"" + daemon.digest("nologic") + "\"}"));
            Law.eventually("the shadow run is over", TimeUnit.SECONDS.toNanos(60), () -> {
                sendFrames(peer, 10);
                return shadow.isDone();
            });
            assertEquals(200, shadow.get().status(), shadow.get().body());
            assertEquals(50, RunningDaemon.json(shadow.get()).path("frames").asInt());

            Answer flushed = daemon.send("DELETE", "/v1/switches/sw0/fdb?port=p", "");
            assertEquals("{\"flushed\":4}", flushed.body());
        }
    }

    @Test
    void linksForATimeGiveWayToConfiguredOnes() throws IOException {
        try (RunningDaemon daemon = new RunningDaemon(folder)) {
            daemon.send(
                    "POST",
                    "/v1/switches",
                    "{\"name\":\"sw0\",\"ports\":{\"a\":{\"spec\":\"null:a\",\"link\":\"loss:1%\"}}}");
            Answer set = daemon.send("PUT", "/v1/links/sw0/a", "{\"settings\":\"loss:9%,for:1h\"}");
            assertTrue(RunningDaemon.json(set).path("left_ns").asLong(0) > 0, set.body());
            assertTrue(
                    get(daemon, "/v1/links/sw0/a").path("settings").asString().startsWith("loss:9%"));
            Answer brief = daemon.send("PUT", "/v1/links/sw0/a", "{\"settings\":\"loss:8%,for:100ms\"}");
            assertEquals(200, brief.status(), brief.body());
            await(
                    daemon,
                    "/v1/links/sw0/a",
                    link -> link.path("settings").asString().startsWith("loss:1%"));
        }
    }

    @Test
    @RequiresFeature({Feature.NETNS, Feature.TUN})
    void attachesAnInterfaceInANamespaceOfItsOwnOnce() throws IOException, InterruptedException {
        String name = "weir-api-" + ProcessHandle.current().pid();
        ChildProcess.run(List.of("ip", "netns", "add", name), 60, TimeUnit.SECONDS);
        try (RunningDaemon daemon = new RunningDaemon(folder)) {
            String spec = "{\"spec\":\"tap:t1?netns=/run/netns/" + name + "\"}";
            daemon.send("POST", "/v1/switches", "{\"name\":\"sw0\"}");
            daemon.send("POST", "/v1/switches", "{\"name\":\"sw1\"}");
            Answer attached = daemon.send("POST", "/v1/switches/sw0/ports", spec);
            assertEquals(201, attached.status(), attached.body());
            Answer again = daemon.send("POST", "/v1/switches/sw1/ports", spec);
            assertEquals(409, again.status(), again.body());
            assertTrue(again.body().contains("attached already as sw0:t1"), again.body());
            assertEquals(
                    204, daemon.send("DELETE", "/v1/switches/sw0/ports/t1", "").status());
            assertEquals(
                    201, daemon.send("POST", "/v1/switches/sw1/ports", spec).status());
        } finally {
            ChildProcess.run(List.of("ip", "netns", "del", name), 60, TimeUnit.SECONDS);
        }
        assertTrue(Files.notExists(Path.of("/run/netns", name)));
    }
}
