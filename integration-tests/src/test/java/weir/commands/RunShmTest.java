// SPDX-License-Identifier: Apache-2.0
package weir.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.core.testing.Frames;
import weir.ports.shm.client.ShmClient;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** {@code weir run} with shared-memory ports; the clients are in this process. */
@Timeout(180)
@RequiresFeature({Feature.LINUX, Feature.MAVEN})
class RunShmTest {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final byte[] FRAME = Frames.untagged(Frames.BROADCAST, Frames.station(1), 100, 7);

    @Test
    void carriesFramesBetweenTheClientsOfTwoPorts(@TempDir Path dir) throws Exception {
        try (WeirProcess run = WeirProcess.start(
                        "run", "shm:a?dir=" + dir, "shm:b?dir=" + dir + "&slots=64", "-o", "json")
                .awaitText("ready: a DOWN, b DOWN")) {
            try (ShmClient a = ShmClient.connect(dir.resolve("a.sock"));
                    ShmClient b = ShmClient.connect(dir.resolve("b.sock"))) {
                run.awaitText("client connected (pid " + ProcessHandle.current().pid());
                byte[] buffer = new byte[b.slotBytes()];
                byte[] received;
                do {
                    do { // a frame that comes before the worker has b's client finds the port down
                        assertTrue(a.sender().send(FRAME, 0, FRAME.length));
                    } while (!b.receiver().await(LOOK_NANOS));
                    received = Arrays.copyOf(buffer, b.receiver().receive(buffer));
                } while (received.length < FRAME.length); // a probe of the loop guard
                assertArrayEquals(FRAME, received);
            }
            run.signal("TERM");

            assertEquals(0, run.exitCode(), run::err);
            JsonNode ports = run.json().get("ports");
            assertTrue(ports.get("b").get("transmitted").asLong() >= 1, ports::toString);
            assertTrue(run.json().get("law").get("holds").asBoolean());
            assertFalse(Files.exists(dir.resolve("a.sock")));
        }
    }
}
