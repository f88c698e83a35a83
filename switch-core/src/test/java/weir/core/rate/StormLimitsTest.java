// SPDX-License-Identifier: Apache-2.0
package weir.core.rate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.SwitchEvent;
import weir.core.counter.DropReason;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Law;

class StormLimitsTest {
    private static final long MULTICAST = 0x0100_5e00_0001L;
    private static final int SENT_A_MILLISECOND = 20;

    @ParameterizedTest
    @ValueSource(strings = {"broadcast:1000", "broadcast:1,multicast:2,unknown:3", "unknown:100000000"})
    void writesWhatItReads(String text) {
        assertEquals(text, StormLimits.parse(text).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "broadcast | 'broadcast' in storm limit 'broadcast' is not CLASS:FRAMES_PER_SECOND",
                "broadcast:x | is not CLASS:FRAMES_PER_SECOND",
                "broadcast:0 | storm limit broadcast 0 frames/s is out of range [1, 100000000]",
                "unicast:5 | 'unicast' in storm limit 'unicast:5' is none of broadcast, multicast, unknown",
                "unknown:5,unknown:6 | 'unknown' stands twice"
            })
    void saysWhatIsWrong(String text, String cause) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> StormLimits.parse(text));
        assertTrue(String.valueOf(refused.getMessage()).contains(cause), refused::getMessage);
    }

    private static HandDrivenSwitch withLimits(int workers, String limits) {
        return new HandDrivenSwitch(config -> config.withWorkers(workers))
                .port(PortOptions.named("a").withStorm(StormLimits.parse(limits)), MemoryPortConfig.DEFAULT)
                .ports("b", "c");
    }

    /** Floods for some milliseconds of the switch's time; returns how many arrived at c. */
    private static int flood(HandDrivenSwitch hand, String port, byte[] frame, int millis) {
        int arrived = 0;
        byte[][] each = new byte[SENT_A_MILLISECOND][];
        java.util.Arrays.fill(each, frame);
        for (int i = 0; i < millis; i++) {
            hand.send(port, each);
            hand.advanceMillis(1);
            arrived += hand.received("c").size();
            hand.received("b");
            hand.received("a");
        }
        return arrived;
    }

    @ParameterizedTest
    @CsvSource({"broadcast:1000, 1000", "multicast:500, 500", "unknown:5000, 5000"})
    void keepsEachClassToItsLimit(String limits, int expected) {
        try (HandDrivenSwitch hand = withLimits(1, limits)) {
            long destination = switch (limits.charAt(0)) {
                case 'b' -> Frames.BROADCAST;
                case 'm' -> MULTICAST;
                default -> Frames.station(77);
            };
            int arrived = flood(hand, "a", Frames.untagged(destination, Frames.station(1), 60, 0), 1000);

            assertEquals(expected, arrived, expected * 0.1);
            long dropped = hand.sw().counters().get("a").decisionDrops().get(DropReason.STORM_LIMIT);
            assertEquals(1000L * SENT_A_MILLISECOND - arrived, dropped);
        }
    }

    @Test
    void limitsNeitherOtherClassesNorOtherPortsNorKnownUnicast() {
        try (HandDrivenSwitch hand = withLimits(1, "broadcast:10")) {
            byte[] broadcast = Frames.untagged(Frames.BROADCAST, Frames.station(1), 60, 0);
            byte[] multicast = Frames.untagged(MULTICAST, Frames.station(1), 60, 0);
            byte[] unknown = Frames.untagged(Frames.station(77), Frames.station(1), 60, 0);
            byte[] known = Frames.untagged(Frames.station(3), Frames.station(1), 60, 0);
            hand.sendAndSettle("c", Frames.untagged(Frames.station(1), Frames.station(3), 60, 0));
            hand.received("a");

            assertTrue(flood(hand, "a", broadcast, 100) < 10);
            assertEquals(100 * SENT_A_MILLISECOND, flood(hand, "a", multicast, 100));
            assertEquals(100 * SENT_A_MILLISECOND, flood(hand, "a", unknown, 100));
            assertEquals(100 * SENT_A_MILLISECOND, flood(hand, "a", known, 100));
            byte[] elsewhere = Frames.untagged(Frames.BROADCAST, Frames.station(2), 60, 0);
            assertEquals(100 * SENT_A_MILLISECOND, flood(hand, "b", elsewhere, 100));
        }
    }

    @Test
    void tellsOfAStormOnceAndAgainAfterFiveQuietSeconds() {
        try (HandDrivenSwitch hand = withLimits(1, "broadcast:100")) {
            List<SwitchEvent> storms = new CopyOnWriteArrayList<>();
            hand.sw().listen(event -> {
                if (event instanceof SwitchEvent.StormStarted) {
                    storms.add(event);
                }
            });
            byte[] broadcast = Frames.untagged(Frames.BROADCAST, Frames.station(1), 60, 0);
            flood(hand, "a", broadcast, 200);
            Law.eventually("the storm is told", () -> storms.size() == 1);
            assertEquals(List.of(new SwitchEvent.StormStarted("a", FloodClass.BROADCAST, 100)), List.copyOf(storms));
            hand.advanceMillis(4900);
            flood(hand, "a", broadcast, 50);
            hand.advanceMillis(5100);
            flood(hand, "a", broadcast, 50);
            Law.eventually("the next storm is told", () -> storms.size() == 2);
        }
    }

    @Test
    void severalWorkersShareTheLimit() {
        try (HandDrivenSwitch hand = withLimits(3, "broadcast:1000")) {
            byte[] broadcast = Frames.untagged(Frames.BROADCAST, Frames.station(1), 60, 0);
            assertEquals(1000, flood(hand, "a", broadcast, 1000), 100.0);
        }
    }
}
