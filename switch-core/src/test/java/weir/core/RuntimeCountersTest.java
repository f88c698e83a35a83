// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.counter.Stage;
import weir.core.counter.WorkerCells;
import weir.core.counter.WorkerCounters;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;

/** What workers count of themselves. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RuntimeCountersTest {
    private static final byte[] A_TO_B = Frames.untagged(Frames.station(2), Frames.station(1), 60, 1);
    private static final byte[] B_TO_A = Frames.untagged(Frames.station(1), Frames.station(2), 60, 2);

    private static byte[][] times(byte[] frame, int count) {
        byte[][] frames = new byte[count][];
        Arrays.fill(frames, frame);
        return frames;
    }

    @Test
    void countsBatchesBySize() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            int[] sizes = {1, 2, 3, 4, 5, 33, 64};
            for (int size : sizes) {
                hand.sendAndSettle("a", times(A_TO_B, size));
                hand.received("b");
            }
            WorkerCounters worker = hand.sw().runtime().getFirst();
            assertEquals(sizes.length, worker.batches());
            assertEquals(Arrays.stream(sizes).sum(), worker.frames());
            assertEquals(List.of(1L, 1L, 2L, 1L, 0L, 0L, 2L, 0L, 0L), worker.batchesBySize());
            assertEquals(16.0, worker.framesPerBatch());
        }
    }

    @Test
    void takesTheTimeOfOneRoundInSixtyFourBatches() {
        AtomicLong nanos = new AtomicLong();
        try (HandDrivenSwitch hand =
                new HandDrivenSwitch(config -> config.withClock(() -> nanos.addAndGet(10))).ports("a", "b")) {
            int batches = 3 * WorkerCells.BATCHES_PER_SAMPLE;
            for (int i = 0; i < batches; i++) {
                hand.sendAndSettle("a", times(A_TO_B, 5));
                hand.received("b");
            }
            WorkerCounters worker = hand.sw().runtime().getFirst();
            assertEquals(batches, worker.batches());
            assertEquals(3, worker.sampledBatches());
            assertEquals(15, worker.sampledFrames());
            for (Stage stage :
                    Stage.ALL) { // each look at the clock is 10 ns after the one before; no program: no such stage
                assertEquals(
                        stage == Stage.PROGRAM ? 0L : 30L, worker.sampledNanos().get(stage), stage.label());
            }
            assertEquals(2.0, worker.nanosPerFrame(Stage.RECEIVE));
        }
    }

    @Test
    void countsEntriesAndMovesOfTheForwardingDatabase() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            hand.sendAndSettle("a", A_TO_B);
            hand.sendAndSettle("b", B_TO_A);
            assertEquals(2, hand.sw().fdbEntries());
            assertEquals(0, hand.sw().fdbMoves());
            hand.sendAndSettle("c", B_TO_A);
            assertEquals(2, hand.sw().fdbEntries());
            assertEquals(1, hand.sw().fdbMoves());
            hand.portNames().forEach(hand::received);
        }
    }

    @Test
    void nothingIsInFlightAtRestAndDetachedPortsStillCount() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            hand.send("a", A_TO_B);
            assertFalse(hand.sw().total().inFlight() != 0, "nothing was taken in yet");
            hand.settle();
            hand.portNames().forEach(hand::received);
            assertEquals(0, hand.sw().total().inFlight());
            hand.detach("a");
            assertEquals(1, hand.sw().total().received());
            assertEquals(0, hand.sw().total().inFlight());
            assertTrue(hand.sw().counters().containsKey("a"));
        }
    }
}
