// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.PoolConfig;
import weir.core.port.PortState;
import weir.core.ring.RingLayout;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.ports.shm.client.ShmClient;
import weir.ports.shm.client.ShmException;
import weir.ports.testing.QueueDriver;
import weir.testing.AllocatedBytes;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What a queue does with each thing that a client can get wrong, step by step. */
@RequiresFeature(Feature.LINUX)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ShmQueueTest {
    private static final int SLOTS = 16;

    @TempDir
    Path dir;

    private ShmPort port;
    private QueueDriver queue;
    private HostileClient client;

    @BeforeEach
    void connect() throws Exception {
        connect(Duration.ofMillis(300));
    }

    private void connect(Duration quarantine) throws Exception {
        port = ShmPort.open(ShmSpec.parse("shm:q?dir=" + dir + "&slots=" + SLOTS), quarantine);
        queue = new QueueDriver(port.queues().getFirst());
        reconnect();
    }

    private void reconnect() {
        Law.eventually("a client may come", () -> {
            try {
                client = HostileClient.connect(port.socket());
                return client != null;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        receiveUntil(PortState.UP);
    }

    private void receiveUntil(PortState state) {
        Law.eventually("port is " + state, () -> {
            queue.receive(64);
            return port.state() == state;
        });
    }

    @AfterEach
    void nothingIsLeft() {
        client.close();
        queue.close();
        port.close();
    }

    private static byte[] frame(int number) {
        return Frames.untagged(Frames.station(2), Frames.station(1), 60 + number, number);
    }

    private void publish(byte[]... frames) {
        long at = client.takenIndex();
        for (byte[] each : frames) {
            client.frame(at++, each);
        }
        client.producerIndex(at);
    }

    private void assertGoesOn() {
        publish(frame(7));
        List<byte[]> got = queue.receive(64);
        assertEquals(1, got.size());
        assertArrayEquals(frame(7), got.getFirst());
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, SLOTS + 1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, Integer.MAX_VALUE})
    void aProducerIndexOutsideTheRingResetsIt(long lie) {
        client.producerIndex(client.takenIndex() + lie);
        assertEquals(List.of(), queue.receive(64));
        assertEquals(1, queue.counters().ingressDrops().size());
        assertTrue(queue.counters().ingressDrops().get(DropReason.BAD_DESCRIPTOR) >= 1);
        assertEquals(client.producerIndex(), client.takenIndex(), "the ring is empty");
        assertGoesOn();
    }

    @ParameterizedTest
    @ValueSource(longs = {1601, -1, Long.MIN_VALUE, 1L << 32 | 64, Integer.MAX_VALUE, Long.MAX_VALUE})
    void aLengthOverTheSlotDropsWhatIsThereButTheFramesBeforeIt(long length) {
        publish(frame(0), frame(1), frame(2), frame(3));
        client.word(client.takenIndex() + 2, length);
        List<byte[]> got = queue.receive(64);
        assertEquals(2, got.size());
        assertArrayEquals(frame(1), got.get(1));
        assertEquals(Map.of(DropReason.BAD_DESCRIPTOR, 2L), queue.counters().ingressDrops());
        assertGoesOn();
    }

    @Test
    void aFrameThatFillsItsSlotPasses() {
        byte[] longest = Frames.untagged(Frames.station(2), Frames.station(1), client.slotBytes(), 3);
        publish(longest);
        assertArrayEquals(longest, queue.receive(64).getFirst());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -SLOTS - 1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32})
    void aConsumerIndexOutsideTheRingCostsWhatWasToBeSentAndResetsTheRing(long lie) {
        queue.transmit(frame(0), frame(1));
        client.consumerIndex(client.givenIndex() + lie);
        byte[][] full = new byte[SLOTS][];
        java.util.Arrays.fill(full, frame(2));
        queue.transmit(full);
        assertEquals(
                Map.of(DropReason.BAD_DESCRIPTOR, (long) SLOTS),
                queue.counters().egressDrops());
        long before = client.givenIndex();
        queue.transmit(frame(3));
        assertEquals(before + 1, client.givenIndex(), "and goes on");
    }

    @Test
    void aClientThatNeverReadsLosesWhatFindsNoSlot() {
        for (int i = 0; i < 3; i++) {
            byte[][] full = new byte[SLOTS][];
            java.util.Arrays.fill(full, frame(2));
            queue.transmit(full);
        }
        assertEquals(SLOTS, queue.counters().transmitted());
        assertEquals(Map.of(DropReason.QUEUE_FULL, 2L * SLOTS), queue.counters().egressDrops());
        assertEquals(0, queue.frames().used(queue.account()), "nothing of the pool is held");
    }

    @Test
    void theSameMistakeAgainAndAgainEndsTheSessionAndClosesTheDoorForAWhile() throws Exception {
        repeatAMistake();
        client.close();
        reconnect();
        assertGoesOn();

        nothingIsLeft();
        connect(Duration.ofHours(1)); // so that it is not over before somebody knocks
        repeatAMistake();
        String refused = "";
        try {
            ShmClient.connect(port.socket()).close();
        } catch (ShmException e) {
            refused = e.getMessage();
        }
        assertTrue(refused.endsWith("refused: a client broke the rules; closed for some seconds"), refused);
    }

    private void repeatAMistake() {
        for (int i = 0; i < ShmExchange.MAX_STRIKES; i++) {
            assertEquals(PortState.UP, port.state());
            client.producerIndex(client.takenIndex() - 1);
            queue.receive(64);
        }
        assertEquals(PortState.DOWN, port.state());
        Law.eventually("the client is cut off", () -> !client.isConnected());
    }

    /** What a reset of the ring skips is not waited for. */
    @Test
    void aClientThatLeavesABadDescriptorBehindIsGoneAllTheSame() {
        publish(frame(0), frame(1), frame(2), frame(3));
        client.word(client.takenIndex() + 1, -1);
        client.hangUp();
        assertEquals(List.of(), queue.receive(0), "it is known to have left");
        assertEquals(1, queue.receive(2).size());
        receiveUntil(PortState.DOWN);
        client.close();
        reconnect();
        assertGoesOn();
    }

    @Test
    void garbageOverTheSocketEndsTheSession() {
        assertTrue(client.say((byte) 'x'));
        receiveUntil(PortState.DOWN);
        client.close();
        reconnect();
        assertTrue(client.say(new byte[4000]));
        receiveUntil(PortState.DOWN);
        client.close();
        reconnect();
        assertTrue(client.say()); // an empty message reads like the end
        receiveUntil(PortState.DOWN);
    }

    @Test
    void moreWakeUpsThanSleepsEndTheSession() {
        for (int i = 0; i < 100; i++) {
            client.wake();
        }
        receiveUntil(PortState.DOWN);
    }

    @Test
    void holesInTheMemoryAreZeroesAndNoMore() {
        publish(frame(0), frame(1));
        queue.receive(64);
        queue.transmit(frame(0));
        for (int i = 0; i < 4; i++) {
            client.shared().discard();
            queue.receive(64);
            queue.transmit(frame(0), frame(1));
        }
        assertEquals(
                java.util.Set.of(DropReason.BAD_DESCRIPTOR),
                queue.counters().ingressDrops().keySet());
        reconnectIfCutOff();
        assertGoesOn();
    }

    private void reconnectIfCutOff() {
        if (port.state() != PortState.UP) {
            client.close();
            reconnect();
        }
    }

    @Test
    void withoutASlotOfThePoolFramesAreTakenAndDroppedByName() throws Exception {
        ShmPort other = ShmPort.open("shm:o?slots=16&dir=" + dir);
        try (QueueDriver poor = new QueueDriver(other.queues().getFirst(), new PoolConfig(64, 0, 4));
                ShmClient sender = ShmClient.connect(other.socket())) {
            for (int i = 0; i < 10; i++) {
                assertTrue(sender.sender().send(frame(i), 0, frame(i).length));
            }
            int[] kept = {0};
            Law.eventually("taken", () -> {
                kept[0] += poor.receiveAndKeep(64);
                return poor.counters().received() == 10;
            });
            assertEquals(4, kept[0]);
            assertEquals(Map.of(DropReason.NO_BUFFER, 6L), poor.counters().ingressDrops());
            poor.releaseKept();
        }
        other.close();
    }

    /** A worker may flush when the client has taken its frame already and sleeps again. */
    @Test
    void aWakeUpThatComesLateDoesNotCostTheNextOne() throws Exception {
        ShmPort other = ShmPort.open("shm:w?slots=16&dir=" + dir);
        try (QueueDriver driver = new QueueDriver(other.queues().getFirst());
                ShmClient sleeper = ShmClient.connect(other.socket())) {
            Law.eventually("up", () -> {
                driver.receive(64);
                return other.state() == PortState.UP;
            });
            var awaiting = CompletableFuture.supplyAsync(
                    () -> sleeper.receiver().await(Duration.ofMinutes(2).toNanos()));
            MemorySegment ring = new ShmLayout.Geometry(16, 1500).ringFromSwitch(sleeper.memory());
            for (int late = 0; late < 3; late++) {
                long sleep = awaitSleepAfter(ring, late);
                other.queues().getFirst().flush();
                awaitSleepAfter(ring, sleep);
            }
            driver.transmit(frame(1));
            assertTrue(awaiting.get(60, TimeUnit.SECONDS));
        }
        other.close();
    }

    private static long awaitSleepAfter(MemorySegment ring, long number) {
        VarHandle word = ValueLayout.JAVA_LONG.varHandle();
        Law.eventually(
                "the client announces another sleep",
                () -> (long) word.getAcquire(ring, (long) RingLayout.WAITING_BYTE) > number);
        return (long) word.getAcquire(ring, (long) RingLayout.WAITING_BYTE);
    }

    @Test
    void theWorkerMakesNoGarbage() {
        long bytes = AllocatedBytes.ofRun(20_000, () -> exchange(20_000));
        assertTrue(bytes < 20_000, bytes + " bytes in 20,000 rounds");
        assertFalse(queue.counters().transmitted() < 20_000, queue.counters().toString());
    }

    /** One frame each way a round, straight through the queue. */
    private void exchange(int rounds) {
        ShmQueue served = port.queues().getFirst();
        FrameBatch batch = new FrameBatch(64);
        long[] out = new long[1];
        for (int i = 0; i < rounds; i++) {
            long at = client.takenIndex();
            client.word(at, 64);
            client.producerIndex(at + 1);
            int n = served.receive(batch, 0, 64);
            queue.cells().received(n, 0);
            queue.cells().decided(n);
            queue.frames().release(batch.frames(), 0, n);
            out[0] = Frame.withLength(queue.frames().allocate(queue.account()), 64);
            queue.cells().enqueued(1);
            served.transmit(out, 0, 1);
            served.flush();
            client.consumerIndex(client.givenIndex());
        }
    }
}
