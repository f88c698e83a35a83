// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.ports.testing.QueueDriver;
import weir.ports.testing.Waiting;
import weir.testing.AllocatedBytes;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Two ports, each the other's peer; one sends, the other takes what came. */
@RequiresFeature(Feature.LINUX)
@Timeout(300)
class UnixAllocationTest {
    private static final long MILLIS = 30_000;
    private static final int ROUNDS = 20_000;
    private static final int FRAME_BYTES = 60;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"'', role=connect", "mode=dgram&peer=FOLDER/b, mode=dgram&peer=FOLDER/a"})
    void sendingAndReceivingAllocateNothing(String options, String otherOptions) throws Exception {
        String other = options.isEmpty() ? "a" : "b"; // who connects names the listener's socket
        try (UnixPort one = open("a", options);
                UnixPort two = open(other, otherOptions);
                QueueDriver sender = new QueueDriver(one.queues().getFirst());
                QueueDriver receiver = new QueueDriver(two.queues().getFirst())) {
            Waiting.within(MILLIS, () -> {
                assertEquals(List.of(), sender.receive(64));
                assertEquals(List.of(), receiver.receive(64));
                return one.state() == PortState.UP && two.state() == PortState.UP;
            });
            long[] received = new long[1];

            long bytes = AllocatedBytes.ofRun(ROUNDS, () -> pass(sender, receiver, received));

            assertTrue(received[0] > ROUNDS, "received " + received[0]);
            assertTrue(bytes < ROUNDS, bytes + " bytes in " + ROUNDS + " rounds");
        }
    }

    private UnixPort open(String name, String options) throws Exception {
        String parameters = options.isEmpty() ? "" : "?" + options.replace("FOLDER", folder.toString());
        return UnixPort.open("unix:" + folder.resolve(name) + parameters);
    }

    /** Sends a frame, polls readiness, and reads until nothing is there. */
    private static void pass(QueueDriver sender, QueueDriver receiver, long[] received) {
        MemorySegment frame =
                MemorySegment.ofArray(Frames.untagged(Frames.station(1), Frames.station(2), FRAME_BYTES, 1));
        for (int i = 0; i < ROUNDS; i++) {
            sender.send(frame, 1);
            received[0] += receiver.take();
        }
    }
}
