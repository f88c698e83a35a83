// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code /livez} and {@code /readyz}. */
class HealthRoutesTest {
    @TempDir
    private Path folder;

    private static void assertStatus(StreamingClient http, String path, int status) throws IOException {
        try (StreamingClient.Answer answer = http.get(path)) {
            assertEquals(status, answer.status(), path);
        }
    }

    @Test
    void isReadyWhenTheConfigurationIsInForce() throws Exception {
        try (ObservedDaemon daemon = new ObservedDaemon(folder)) {
            assertStatus(daemon.http(), "/livez", 200);
            try (StreamingClient.Answer answer = daemon.http().get("/readyz")) {
                assertEquals(503, answer.status());
                assertEquals("application/problem+json", answer.header("Content-Type"));
                JsonNode problem = answer.json();
                assertEquals(503, problem.get("status").intValue());
                assertEquals("the daemon is starting", problem.get("title").stringValue());
            }
            daemon.readiness().reached();
            assertStatus(daemon.http(), "/readyz", 200);
            daemon.readiness().missing("port web of sw0 failed");
            assertStatus(daemon.http(), "/readyz", 503);
            assertStatus(daemon.http(), "/livez", 200);
        }
    }
}
