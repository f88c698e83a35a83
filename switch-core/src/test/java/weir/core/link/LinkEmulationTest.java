// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.fdb.MacAddress;
import weir.core.loop.LoopGuard;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;

/** What an emulated link does to frames, on a clock that the test moves. Closing the switch asserts the law. */
class LinkEmulationTest {
    private static final int FRAME_BYTES = 100;

    private final HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b");

    private void link(String port, String settings) {
        assertTrue(hand.sw().links().set(port, LinkSettings.parse(settings)));
    }

    /** A frame from a to b with a number in it. */
    private static byte[] numbered(int number) {
        byte[] frame = Frames.untagged(Frames.station(2), Frames.station(1), FRAME_BYTES, 0);
        ByteBuffer.wrap(frame).putInt(14, number);
        return frame;
    }

    private static List<Integer> numbers(List<byte[]> frames) {
        return frames.stream().map(frame -> ByteBuffer.wrap(frame).getInt(14)).toList();
    }

    private void knowStations() {
        hand.sendAndSettle("b", Frames.untagged(Frames.station(1), Frames.station(2), 60, 0));
        hand.received("a");
    }

    private PortCounters counters(String port) {
        return hand.sw().counters().get(port);
    }

    private long drops(String port, DropReason reason) {
        return counters(port).drops().getOrDefault(reason, 0L);
    }

    private void finish() {
        hand.advanceSeconds(120);
        hand.portNames().forEach(hand::received);
        hand.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=direction:from", "b=direction:to"})
    void delaysFramesByExactlyTheDelayInOrder(String place) {
        knowStations();
        link(place.substring(0, 1), place.substring(2) + ",delay:20ms");

        hand.sendAndSettle("a", numbered(1), numbered(2));
        hand.advanceMillis(10);
        hand.sendAndSettle("a", numbered(3));
        hand.advanceMillis(9);
        assertEquals(List.of(), numbers(hand.received("b")));
        hand.advanceMillis(1);
        assertEquals(List.of(1, 2), numbers(hand.received("b")));
        hand.advanceMillis(10);
        assertEquals(List.of(3), numbers(hand.received("b")));
        finish();
    }

    @Test
    void framesOnTheirWayToThePortAreInFlight() {
        knowStations();
        link("b", "delay:20ms");
        hand.sendAndSettle("a", numbered(1), numbered(2));

        assertEquals(2, counters("b").egressInFlight());
        assertEquals(2, hand.sw().links().show("b").orElseThrow().toPort().held());
        assertEquals(0, hand.sw().links().show("b").orElseThrow().fromPort().held());
        hand.advanceMillis(20);
        assertEquals(0, counters("b").egressInFlight());
        finish();
    }

    @Test
    void detachingGivesHeldFramesBackAndCountsThem() {
        knowStations();
        link("b", "delay:1s");
        hand.sendAndSettle("a", numbered(1), numbered(2));
        hand.sendAndSettle("b", Frames.untagged(Frames.station(1), Frames.station(2), 60, 9));

        hand.detach("b");

        PortCounters gone = hand.sw().counters().get("b");
        assertEquals(2, gone.egressDrops().get(DropReason.PORT_DOWN));
        assertEquals(1, gone.ingressDrops().get(DropReason.PORT_DOWN));
        finish();
    }

    @Test
    void clearingLetsHeldFramesArriveAtOnceAndKeepsTheOrder() {
        knowStations();
        link("b", "direction:to,delay:50ms");
        link("a", "direction:from,delay:50ms");
        hand.sendAndSettle("a", numbered(1));
        hand.advanceMillis(50);
        hand.sendAndSettle("a", numbered(2));

        assertTrue(hand.sw().links().clear("a"));
        assertTrue(hand.sw().links().clear("b"));
        hand.sendAndSettle("a", numbered(3));

        assertEquals(List.of(1, 2, 3), numbers(hand.received("b")));
        assertFalse(hand.sw().links().clear("b"), "nothing is left to clear");
        finish();
    }

    @Test
    void endsByItselfWhenItsTimeIsOver() {
        knowStations();
        link("b", "down,for:2s");
        hand.sendAndSettle("a", numbered(1));
        hand.advanceMillis(1999);
        hand.sendAndSettle("a", numbered(2));
        assertEquals(2, drops("b", DropReason.LINK_DOWN));
        assertTrue(hand.sw().links().show("b").orElseThrow().settings().isPresent());

        hand.advanceMillis(1);
        hand.sendAndSettle("a", numbered(3));

        assertEquals(List.of(3), numbers(hand.received("b")));
        assertTrue(hand.sw().links().show("b").orElseThrow().settings().isEmpty());
        finish();
    }

    @Test
    void aLinkThatIsDownDropsBothWays() {
        knowStations();
        link("b", "down");
        hand.sendAndSettle("a", numbered(1), numbered(2));
        hand.sendAndSettle("b", Frames.untagged(Frames.station(1), Frames.station(2), 60, 9));

        assertEquals(2, counters("b").egressDrops().get(DropReason.LINK_DOWN));
        assertEquals(1, counters("b").ingressDrops().get(DropReason.LINK_DOWN));
        finish();
    }

    @ParameterizedTest
    @ValueSource(strings = {"loss:30%", "loss:30%,loss-burst:4"})
    void probesOfSwitchesDoNotShiftTheFatesOfFrames(String settings) {
        byte[] probe = Frames.untagged(Frames.toSwitchOrder(LoopGuard.PROBE_DESTINATION), Frames.station(9), 60, 0);
        List<List<Integer>> runs = new ArrayList<>();
        for (boolean hasProbes : List.of(false, true)) {
            knowStations();
            hand.received("b");
            link("a", "direction:from,seed:1," + settings);
            for (int i = 0; i < 100; i++) {
                hand.sendAndSettle("a", numbered(i));
                if (hasProbes) {
                    hand.sendAndSettle("a", probe);
                }
            }
            runs.add(numbers(hand.received("b").stream()
                    .filter(frame -> frame.length == FRAME_BYTES)
                    .toList()));
            hand.sw().links().clear("a");
        }
        assertEquals(runs.get(0), runs.get(1));
        assertTrue(runs.get(0).size() < 100);
        finish();
    }

    @Test
    void stationsThatAreCutDoNotHearEachOtherAndOthersDo() {
        byte[] broadcast = Frames.untagged(Frames.BROADCAST, Frames.station(1), 60, 0);
        byte[] back = Frames.untagged(Frames.station(1), Frames.station(2), 60, 9);
        knowStations();
        link("b", "cut:" + MacAddress.toString(Frames.toSwitchOrder(Frames.station(1))));

        hand.sendAndSettle("a", numbered(1), broadcast);
        hand.sendAndSettle("b", back);
        assertEquals(2, counters("b").egressDrops().get(DropReason.LINK_CUT));
        assertEquals(1, counters("b").ingressDrops().get(DropReason.LINK_CUT));

        hand.sendAndSettle("a", Frames.untagged(Frames.station(2), Frames.station(3), 60, 0));
        assertEquals(1, hand.received("b").size(), "another station");
        link("b", "delay:0ns");
        hand.sendAndSettle("a", numbered(1));
        hand.sendAndSettle("b", back);
        assertEquals(List.of(1), numbers(hand.received("b")));
        assertEquals(1, hand.received("a").size());
        finish();
    }

    @ParameterizedTest
    @CsvSource({
        "loss:10%",
        "'loss:10%,loss-burst:5'",
        "duplicate:25%",
        "corrupt:50%",
        "'delay:5ms,jitter:5ms,reorder:20%'"
    })
    void theSameSeedGivesTheSameFate(String settings) {
        knowStations();
        List<List<String>> runs = new ArrayList<>();
        for (String seed : List.of("1", "1", "2")) {
            link("b", settings + ",seed:" + seed);
            runs.add(hexOf(send(400)));
        }
        assertEquals(runs.get(0), runs.get(1));
        assertFalse(runs.get(0).equals(runs.get(2)), "another seed, another fate");
        finish();
    }

    private static List<String> hexOf(List<byte[]> frames) {
        return frames.stream().map(Frames::hex).toList();
    }

    /** Sends numbered frames, 50 a millisecond, and returns what arrived. */
    private List<byte[]> send(int count) {
        List<byte[]> arrived = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hand.send("a", numbered(i));
            if (i % 50 == 49) {
                hand.settle();
                hand.advanceMillis(1);
                arrived.addAll(hand.received("b"));
            }
        }
        hand.advanceMillis(200);
        arrived.addAll(hand.received("b"));
        return arrived;
    }

    @ParameterizedTest
    @CsvSource({"loss:1%, 0.01", "loss:10%, 0.1", "loss:50%, 0.5", "'loss:10%,loss-burst:5', 0.1"})
    void losesTheShareThatIsAskedFor(String settings, double share) {
        knowStations();
        link("b", settings + ",seed:3");
        int count = 20_000;
        double lost = count - send(count).size();
        // Five standard deviations; bursts of mean length L widen it by about the square root of 2L.
        double widened = settings.contains("burst") ? Math.sqrt(10) : 1;
        double allowed = 5 * widened * Math.sqrt(count * share * (1 - share));
        assertEquals(count * share, lost, allowed);
        assertEquals((long) lost, drops("b", DropReason.LINK_LOSS));
        finish();
    }

    @Test
    void lossesComeInBurstsOfTheMeanLengthAskedFor() {
        knowStations();
        link("b", "loss:10%,loss-burst:5,seed:4");
        int count = 40_000;
        List<Integer> arrived = numbers(send(count));
        int bursts = 0;
        for (int i = 1; i < arrived.size(); i++) {
            bursts += arrived.get(i) - arrived.get(i - 1) > 1 ? 1 : 0;
        }
        double meanLength = (double) (count - arrived.size()) / bursts;
        assertEquals(5, meanLength, 0.75);
        finish();
    }

    @Test
    void doublesTheShareThatIsAskedFor() {
        knowStations();
        link("b", "duplicate:100%");
        assertEquals(2000, send(1000).size());
        assertEquals(1000, hand.sw().links().show("b").orElseThrow().toPort().duplicated());
        link("b", "direction:from,duplicate:100%");
        hand.sendAndSettle("b", Frames.untagged(Frames.station(1), Frames.station(2), 60, 5));
        assertEquals(2, hand.received("a").size());
        assertEquals(3, counters("b").received(), "one to be known by, one that came twice");
        finish();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=direction:from", "b=direction:to"})
    void corruptionFlipsOneBit(String place) {
        knowStations();
        link(place.substring(0, 1), place.substring(2) + ",corrupt:100%,seed:5");
        int flippedInTheFirstHalf = 0;
        int arrived = 0;
        for (int i = 0; i < 300; i++) {
            byte[] sent = numbered(i);
            hand.sendAndSettle("a", sent);
            for (byte[] got : hand.received("b")) {
                arrived++;
                int at = onlyFlippedBit(sent, got);
                flippedInTheFirstHalf += at < sent.length * 4 ? 1 : 0;
            }
        }
        assertTrue(arrived > 200, "flipped addresses lead elsewhere, others arrive: " + arrived);
        assertTrue(flippedInTheFirstHalf > 80 && arrived - flippedInTheFirstHalf > 80, "anywhere in the frame");
        finish();
    }

    private static int onlyFlippedBit(byte[] sent, byte[] got) {
        assertEquals(sent.length, got.length);
        int found = -1;
        int flipped = 0;
        for (int i = 0; i < sent.length; i++) {
            int difference = (sent[i] ^ got[i]) & 0xff;
            flipped += Integer.bitCount(difference);
            found = difference == 0 ? found : i * 8 + Integer.numberOfTrailingZeros(difference);
        }
        assertEquals(1, flipped);
        return found;
    }

    @Test
    void corruptionLeavesOtherCopiesOfAFloodAlone() {
        hand.ports("c");
        link("b", "corrupt:100%");
        byte[] broadcast = Frames.untagged(Frames.BROADCAST, Frames.station(1), 64, 1);
        hand.sendAndSettle("a", broadcast);

        hand.assertReceived("c", broadcast);
        onlyFlippedBit(broadcast, hand.received("b").getFirst());
        finish();
    }

    @Test
    void reorderedFramesOvertakeDelayedOnes() {
        knowStations();
        link("b", "delay:10ms,reorder:10%,seed:6");
        List<Integer> arrived = numbers(send(2000));
        assertEquals(2000, arrived.size());
        int overtaken = 0;
        int highest = -1;
        for (int number : arrived) {
            overtaken += number < highest ? 1 : 0;
            highest = Math.max(highest, number);
        }
        assertTrue(overtaken > 1000, "with 500 frames on their way nearly all are overtaken: " + overtaken);
        long reordered = hand.sw().links().show("b").orElseThrow().toPort().reordered();
        assertEquals(200, (double) reordered, 5 * Math.sqrt(2000 * 0.1 * 0.9));
        finish();
    }

    @Test
    void jitterAloneKeepsTheOrder() {
        knowStations();
        link("b", "delay:10ms,jitter:10ms");
        List<Integer> arrived = numbers(send(2000));
        for (int i = 0; i < 2000; i++) {
            assertEquals(i, arrived.get(i));
        }
        finish();
    }

    @ParameterizedTest
    @CsvSource({"uniform, 5.77", "normal, 10"})
    void jitterSpreadsAsItsDistributionSays(String distribution, double deviationMillis) {
        knowStations();
        link("b", "delay:40ms,jitter:10ms,distribution:" + distribution + ",seed:8");
        int count = 400;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            hand.sendAndSettle("a", numbered(i)); // alone on its way, so that keeping the order does nothing
            int millis = 0;
            while (hand.received("b").isEmpty()) {
                hand.advanceMillis(1);
                millis++;
            }
            double middle = millis - 0.5;
            sum += middle;
            squares += middle * middle;
        }
        double mean = sum / count;
        double deviation = Math.sqrt(squares / count - mean * mean);
        assertEquals(40, mean, 5 * deviationMillis / Math.sqrt(count));
        assertEquals(deviationMillis, deviation, deviationMillis * 0.2);
        finish();
    }

    @ParameterizedTest
    @CsvSource({"b, direction:to", "a, direction:from"})
    void keepsToTheRateAndDropsWhatTheQueueCannotHold(String port, String direction) {
        knowStations();
        link(port, direction + ",rate:8mbit,limit:50"); // 100-byte frames: 10 a millisecond
        int arrived = 0;
        for (int millis = 0; millis < 1000; millis++) {
            for (int i = 0; i < 20; i++) {
                hand.send("a", numbered(i));
            }
            hand.settle();
            hand.advanceMillis(1);
            arrived += hand.received("b").size();
        }
        assertEquals(10_000, arrived, 10.0);
        hand.advanceMillis(100);
        arrived += hand.received("b").size();
        assertEquals(20_000 - arrived, drops(port, DropReason.LINK_QUEUE_FULL));
        finish();
    }

    @Test
    void aBurstPassesAtOnceAfterAPause() {
        knowStations();
        link("b", "rate:8mbit,burst:1kb");
        hand.send("a", numbered(0), numbered(1), numbered(2), numbered(3), numbered(4), numbered(5), numbered(6));
        hand.send("a", numbered(7), numbered(8), numbered(9), numbered(10), numbered(11));
        hand.settle();
        assertEquals(10, hand.received("b").size(), "1,000 bytes");
        hand.advanceMillis(1);
        assertEquals(2, hand.received("b").size());
        finish();
    }

    @Test
    void holdsAtMostTheLimit() {
        knowStations();
        link("b", "delay:1s,limit:3");
        hand.sendAndSettle("a", numbered(0), numbered(1), numbered(2), numbered(3), numbered(4));
        assertEquals(2, drops("b", DropReason.LINK_QUEUE_FULL));
        link("b", "delay:1s,limit:5"); // room for two more, behind those on their way
        hand.sendAndSettle("a", numbered(5), numbered(6), numbered(7));
        hand.advanceSeconds(1);
        assertEquals(List.of(0, 1, 2, 5, 6), numbers(hand.received("b")));
        finish();
    }

    @Test
    void sharesARateBetweenTheWorkersOfAPort() {
        try (HandDrivenSwitch three = new HandDrivenSwitch(c -> c.withWorkers(3)).ports("a", "b", "c")) {
            three.sendAndSettle("c", Frames.untagged(Frames.station(9), Frames.station(3), 60, 0));
            three.sw().links().set("c", LinkSettings.parse("direction:to,rate:8mbit,limit:1000"));
            byte[] frame = Frames.untagged(Frames.station(3), Frames.station(1), FRAME_BYTES, 0);
            three.received("a");
            for (int i = 0; i < 100; i++) {
                three.send("a", frame);
                three.send("b", frame);
            }
            three.settle();
            three.received("c");
            three.advanceMillis(5);
            assertEquals(50, three.received("c").size());
            three.advanceMillis(20);
            three.received("c");
        }
    }

    @Test
    void thereIsNoLinkOfAPortThatIsNotThere() {
        assertFalse(hand.sw().links().set("x", LinkSettings.parse("down")));
        assertTrue(hand.sw().links().show("x").isEmpty());
        assertEquals(2, hand.sw().links().all().size());
        finish();
    }
}
