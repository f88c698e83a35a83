// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.fdb.FdbConfig;
import weir.core.frame.Frame;
import weir.core.frame.PoolConfig;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;

/** More news of addresses at once than the ring between two workers holds. */
class NewsBetweenWorkersTest {
    private static final int STATIONS = 4_500;
    private static final int BURST = 250;
    private static final int HOUSEKEEPING_MILLIS = 100;
    // A ring of 4,096 words, of which 128 stay free, and two words for each address.
    private static final int NEWS_AT_A_TIME = 1_984;
    private static final int BATCH = 256;
    private static final int ROUNDS = 17;
    private static final int FLAPPING_ROUNDS = 6;

    private static byte[] frame(long to, long from) {
        return Frames.untagged(to, from, 64, 7);
    }

    private static HandDrivenSwitch twoWorkers() {
        return new HandDrivenSwitch(config -> config.withWorkers(2)
                .withBatchFrames(256)
                .withPool(new PoolConfig(16_384, 0, 16_384))
                .withFdb(FdbConfig.withCapacity(16_384).withPortQuota(STATIONS)));
    }

    /** @param crowded the news share the ring with frames that are flooded, more than it holds */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAFullRingLostIsToldAgainInTime(boolean crowded) {
        try (HandDrivenSwitch hand = twoWorkers()) {
            // a and c belong to the first worker, b to the second.
            for (String name : new String[] {"a", "b", "c"}) {
                hand.port(PortOptions.named(name), MemoryPortConfig.DEFAULT.withRingFrames(8_192));
            }
            learnAll(hand, crowded);
            int unknown = floodsFromB(hand);
            assertTrue(unknown > 0 && unknown < STATIONS, "the ring lost the news of " + unknown + " addresses");

            hand.advanceMillis(HOUSEKEEPING_MILLIS);
            int rest = floodsFromB(hand);
            assertTrue(rest <= STATIONS - NEWS_AT_A_TIME, "still unknown after the first round: " + rest);

            for (int told = NEWS_AT_A_TIME; told < STATIONS; told += NEWS_AT_A_TIME) {
                hand.advanceMillis(HOUSEKEEPING_MILLIS);
            }
            assertEquals(0, floodsFromB(hand), "unknown after every address could be told");
        }
    }

    /** An address begins to flap between a and c, both of the first worker, while the ring to the second is full. */
    @Test
    void aHoldThatAFullRingLostIsToldAgain() throws InterruptedException {
        try (HandDrivenSwitch hand = twoWorkers()) {
            for (String name : new String[] {"a", "b", "c", "d"}) {
                hand.port(PortOptions.named(name), MemoryPortConfig.DEFAULT.withRingFrames(8_192));
            }
            BlockingQueue<String> holds = new LinkedBlockingQueue<>();
            hand.sw().listen(event -> {
                if (event instanceof SwitchEvent.MacFlap flap) {
                    holds.add(flap.heldAt());
                }
            });
            long flapping = Frames.station(STATIONS + 1);
            byte[][] fromA = new byte[ROUNDS * BATCH][];
            byte[][] fromC = new byte[ROUNDS * BATCH][];
            for (int i = 0; i < ROUNDS * BATCH; i++) {
                // News fill the ring in the first rounds. Behind that, the address speaks late in each batch of a.
                boolean late = i % BATCH == BATCH - 1 && i / BATCH >= ROUNDS - FLAPPING_ROUNDS;
                long a = late ? flapping : Frames.station(i);
                long c = i % BATCH == 0 ? flapping : Frames.station(ROUNDS * BATCH);
                fromA[i] = frame(a, a);
                fromC[i] = frame(c, c);
            }
            long[] slotsA = hand.allocate("a", fromA.length); // it runs rounds, so both before either is sent
            long[] slotsC = hand.allocate("c", fromC.length);
            fillAndSend(hand.endpoint("a"), slotsA, fromA);
            fillAndSend(hand.endpoint("c"), slotsC, fromC);
            hand.settle();
            assertEquals(
                    "c", holds.poll(1, TimeUnit.MINUTES), "found by the first worker, and told to the second in vain");

            for (int told = 0; told < ROUNDS * BATCH; told += NEWS_AT_A_TIME) {
                hand.advanceMillis(HOUSEKEEPING_MILLIS);
            }
            hand.sendAndSettle("b", frame(Frames.station(0), flapping));
            hand.portNames().forEach(hand::received);
            byte[] reply = frame(flapping, Frames.station(STATIONS + 2));
            hand.sendAndSettle("d", reply);
            hand.assertReceived("b");
            hand.assertReceived("c", reply);
        }
    }

    private static void fillAndSend(MemoryEndpoint endpoint, long[] slots, byte[][] payloads) {
        for (int i = 0; i < slots.length; i++) {
            slots[i] = Frame.withLength(slots[i], payloads[i].length);
            endpoint.bytes(slots[i]).copyFrom(MemorySegment.ofArray(payloads[i]));
        }
        assertEquals(slots.length, endpoint.send(slots, 0, slots.length));
    }

    /** All stations of port a speak at once. */
    private static void learnAll(HandDrivenSwitch hand, boolean crowded) {
        byte[][] all = new byte[STATIONS][];
        for (int i = 0; i < STATIONS; i++) {
            long self = Frames.station(i);
            all[i] = frame(crowded ? Frames.BROADCAST : self, self);
        }
        hand.sendAndSettle("a", all);
        assertEquals(STATIONS, hand.sw().fdb().size(), "learned by the first worker");
        hand.portNames().forEach(hand::received);
    }

    /** Sends from b to every station, and returns how many the second worker did not know. */
    private static int floodsFromB(HandDrivenSwitch hand) {
        long before = hand.sw().counters().get("b").floodCopies();
        for (int i = 0; i < STATIONS; i += BURST) {
            byte[][] some = new byte[BURST][];
            for (int j = 0; j < BURST; j++) {
                some[j] = frame(Frames.station(i + j), Frames.station(STATIONS));
            }
            hand.sendAndSettle("b", some);
            assertEquals(BURST, hand.received("a").size(), "frames for a");
            hand.received("c");
        }
        return (int) (hand.sw().counters().get("b").floodCopies() - before);
    }
}
