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
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.port.PortQueue;
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
            PortQueue from = one.queues().getFirst();
            PortQueue to = two.queues().getFirst();

            long bytes = AllocatedBytes.ofRun(ROUNDS, () -> pass(sender, from, receiver, to, received));

            assertTrue(received[0] > ROUNDS, "received " + received[0]);
            assertTrue(bytes < ROUNDS, bytes + " bytes in " + ROUNDS + " rounds");
        }
    }

    private UnixPort open(String name, String options) throws Exception {
        String parameters = options.isEmpty() ? "" : "?" + options.replace("FOLDER", folder.toString());
        return UnixPort.open("unix:" + folder.resolve(name) + parameters);
    }

    /** Sends a frame, polls readiness, and reads until nothing is there. */
    private static void pass(QueueDriver sender, PortQueue from, QueueDriver receiver, PortQueue to, long[] received) {
        MemorySegment payload =
                MemorySegment.ofArray(Frames.untagged(Frames.station(1), Frames.station(2), FRAME_BYTES, 1));
        FrameBatch batch = new FrameBatch(64);
        long[] out = new long[1];
        for (int i = 0; i < ROUNDS; i++) {
            out[0] = Frame.withLength(sender.frames().allocate(sender.account()), FRAME_BYTES);
            MemorySegment.copy(payload, 0, sender.pool().memory(), Frame.position(out[0]), FRAME_BYTES);
            sender.cells().enqueued(1);
            from.transmit(out, 0, 1);
            receiver.idleWait().poll();
            int n = to.receive(batch, 0, 64);
            receiver.cells().received(n, 0);
            receiver.cells().decided(n);
            receiver.frames().release(batch.frames(), 0, n);
            received[0] += n;
        }
    }
}
