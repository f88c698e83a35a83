// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;
import weir.control.http.UnixHttp.Answer;
import weir.control.plane.ControlException;
import weir.control.plane.StateFolder;

/** A daemon with a socket and a state folder of its own; every answer is checked against {@code openapi.yaml}. */
final class RunningDaemon implements AutoCloseable {
    static final OpenApi API = OpenApi.load();

    private static final Path EXAMPLES =
            Path.of(System.getProperty("weir.root")).resolve("examples/programs");
    private static final JsonMapper JSON = new JsonMapper();

    private final Daemon daemon;
    private final UnixHttp http;
    private final Map<String, String> digests = new LinkedHashMap<>();

    RunningDaemon(Path folder) throws IOException {
        Path socket = folder.resolve("api.sock");
        try {
            daemon = Daemon.start(DaemonSettings.at(socket, folder.resolve("state")), Map.of());
        } catch (StateFolder.Unusable | ControlException | ListenException e) {
            throw new IOException(e);
        }
        http = new UnixHttp(socket);
    }

    /** Sends a body as it is. */
    Answer send(String method, String path, String contentType, byte[] body) throws IOException {
        Answer answer = http.send(method, path, contentType, body);
        API.check(method, path, answer);
        return answer;
    }

    /** Sends JSON, or nothing when it is empty. */
    Answer send(String method, String path, String json) throws IOException {
        return send(method, path, json.isEmpty() ? "" : "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** The body of an answer. */
    static JsonNode json(Answer answer) {
        return JSON.readTree(answer.body());
    }

    /** A program of the examples, kept by the daemon. */
    String digest(String example) throws IOException {
        String known = digests.get(example);
        if (known == null) {
            Answer answer = send(
                    "POST",
                    "/v1/objects",
                    "application/octet-stream",
                    Files.readAllBytes(EXAMPLES.resolve(example + ".o")));
            known = json(answer).path("object").stringValue();
            digests.put(example, known);
        }
        return known;
    }

    /** All that is wanted, for comparing. */
    String definitions() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String name :
                json(send("GET", "/v1/switches", "")).path("switches").propertyNames()) {
            text.append(name)
                    .append(json(send("GET", "/v1/switches/" + name, "")).path("definition"));
        }
        return text.toString();
    }

    @Override
    public void close() {
        daemon.close();
    }
}
