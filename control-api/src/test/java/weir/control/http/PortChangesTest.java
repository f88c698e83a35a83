// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.control.http.UnixHttp.Answer;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What is seen of ports that come, go and ask for numbers. */
@RequiresFeature(Feature.LINUX)
class PortChangesTest {
    private static final int DETACHES = 60;
    private static final List<String> LISTS = List.of("/v1/switches/sw0/ports", "/v1/switches/sw0");

    @TempDir
    private Path folder;

    private static JsonNode sent(RunningDaemon daemon, int status, String method, String path, String body)
            throws Exception {
        Answer answer = daemon.send(method, path, body);
        assertEquals(status, answer.status(), answer.body());
        return answer.body().isEmpty() ? RunningDaemon.json(daemon.send("GET", path, "")) : RunningDaemon.json(answer);
    }

    private static int number(RunningDaemon daemon, String port) throws Exception {
        return sent(daemon, 200, "GET", "/v1/switches/sw0/ports/" + port, "")
                .path("number")
                .asInt();
    }

    /** States of ports that a poller saw, but for UP. */
    private static List<String> poll(RunningDaemon daemon, AtomicBoolean isOver) throws Exception {
        List<String> seen = new ArrayList<>();
        for (int i = 0; !isOver.get(); i++) {
            JsonNode ports =
                    sent(daemon, 200, "GET", LISTS.get(i % LISTS.size()), "").path("ports");
            ports.properties().forEach(port -> {
                String state = port.getValue().path("state").asString();
                if (!state.equals("UP")) {
                    seen.add(port.getKey() + " " + state);
                }
            });
        }
        return seen;
    }

    @Test
    void aPortThatIsDetachedIsThereOrNotAndNeverFailed() throws Exception {
        try (RunningDaemon daemon = new RunningDaemon(folder);
                ExecutorService threads = Executors.newSingleThreadExecutor()) {
            sent(daemon, 201, "POST", "/v1/switches", "{\"name\":\"sw0\",\"ports\":{\"stays\":\"null:stays\"}}");
            AtomicBoolean isOver = new AtomicBoolean();
            Future<List<String>> seen = threads.submit(() -> poll(daemon, isOver));
            try {
                for (int i = 0; i < DETACHES; i++) {
                    sent(daemon, 201, "POST", "/v1/switches/sw0/ports", "{\"name\":\"guest\",\"spec\":\"null:guest\"}");
                    assertEquals(
                            204,
                            daemon.send("DELETE", "/v1/switches/sw0/ports/guest", "")
                                    .status());
                }
            } finally {
                isOver.set(true); // or nobody would be told of a failure
            }
            assertEquals(List.of(), seen.get());
        }
    }

    @Test
    void aNumberThatAnotherPortHasIsRefusedByNameAndAWholeTopologyMovesThatPort() throws Exception {
        try (RunningDaemon daemon = new RunningDaemon(folder)) {
            sent(
                    daemon,
                    201,
                    "POST",
                    "/v1/switches",
                    "{\"name\":\"sw0\",\"ports\":{\"any\":\"null:any\",\"own\":{\"spec\":\"null:own\",\"number\":7}},"
                            + "\"fdb\":[{\"mac\":\"02:00:00:00:00:01\",\"port\":\"any\"}]}");
            int taken = number(daemon, "any");
            JsonNode refused = sent(
                    daemon,
                    409,
                    "POST",
                    "/v1/switches/sw0/ports",
                    "{\"name\":\"new\",\"spec\":\"null:new\",\"number\":" + taken + "}");
            assertEquals(
                    "number " + taken + " is in use by sw0:any",
                    refused.path("title").asString());
            assertTrue(refused.path("hint").asString().contains("'weir apply' moves it"), refused::toString);
            for (String[] change : new String[][] {
                {"PUT", "/v1/switches/sw0/ports/new", "{\"spec\":\"null:new\",\"number\":7}"},
                {"PATCH", "/v1/switches/sw0/ports/any", "{\"number\":7}"}
            }) {
                refused = sent(daemon, 409, change[0], change[1], change[2]);
                assertEquals(
                        "number 7 is in use by sw0:own", refused.path("title").asString());
                assertEquals(
                        "leave out the number, choose another one, or detach own first",
                        refused.path("hint").asString());
            }
            assertEquals(taken, number(daemon, "any"));

            String wanted = "{\"apiVersion\":\"weir/v1\",\"kind\":\"Topology\",\"switches\":{\"sw0\":{\"ports\":{"
                    + "\"any\":\"null:any\",\"own\":{\"spec\":\"null:own\",\"number\":7},"
                    + "\"new\":{\"spec\":\"null:new\",\"number\":" + taken + "}},"
                    + "\"fdb\":[{\"mac\":\"02:00:00:00:00:01\",\"port\":\"any\"}]}}}";
            JsonNode steps = sent(daemon, 200, "POST", "/v1/apply", wanted).path("actions");
            List<String> told = new ArrayList<>();
            steps.forEach(step -> told.add(step.path("sign").asString() + " "
                    + step.path("place").asString() + " " + step.path("text").asString()));
            assertEquals(
                    List.of(
                            "- sw0:any port, whose number is for new",
                            "+ sw0:new port null:new",
                            "+ sw0:any port null:any",
                            "+ sw0:any fdb entry 02:00:00:00:00:01"),
                    told);
            assertEquals(taken, number(daemon, "new"));
            assertEquals(taken + 1, number(daemon, "any"));
            assertEquals(
                    0,
                    sent(daemon, 200, "POST", "/v1/apply", wanted)
                            .path("actions")
                            .size());
        }
    }
}
