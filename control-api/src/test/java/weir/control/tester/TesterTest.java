// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.fdb.FdbConfig;
import weir.core.link.LinkSettings;

/** Trials of the tester on a real switch in virtual time: what is sent, what counts as received, and how it went. */
@Timeout(180)
class TesterTest {
    private static final double SETTLE_SECONDS = 0.01;
    private static final int FRAME_BYTES = 60;
    private static final int PORTS = 3;

    private long now = 1;
    private OwnSwitch device;
    private Tester tester;

    @BeforeEach
    void makeADevice() throws Exception {
        SwitchConfig config = SwitchConfig.named("dut")
                .withoutThreads()
                .withClock(() -> now += 200)
                .withFdb(FdbConfig.defaults());
        device = new OwnSwitch(PORTS, config, sw -> {});
        tester = new Tester(device);
    }

    @AfterEach
    void closeIt() {
        device.close();
    }

    private static Stream stream(int from, Addresses destinations, Stream.Step... steps) {
        return new Stream(from, FRAME_BYTES, Stations.of(from, 0, 1), destinations, 1, List.of(steps));
    }

    private TrialResult run(Stream... streams) throws InterruptedException {
        return tester.run(new TrialPlan(List.of(streams), SETTLE_SECONDS));
    }

    private void teach(int... ports) throws InterruptedException {
        tester.teach(
                IntStream.of(ports)
                        .mapToObj(port -> stream(port, Stations.broadcast(), Stream.Step.of(1000, 1)))
                        .toList(),
                100_000,
                SETTLE_SECONDS);
    }

    @Test
    void offersWhatIsIntendedInTheTimeThatItTakes() throws InterruptedException {
        teach(1);
        TrialResult result = run(stream(0, Stations.of(1, 0, 1), Stream.Step.at(100_000, 0.05)));

        assertEquals(5000, result.intended());
        assertEquals(5000, result.offered());
        assertEquals(5000, result.received());
        assertEquals(100_000, result.offeredPps(), 1);
        assertEquals(0.05, result.seconds(), 1e-6);
        assertEquals(Outcome.PASSED, result.outcome(0));
        assertEquals(List.of(5000L), result.ports().get(1).bySender());
    }

    /** Unknown at first: a copy comes to a port that it is not for. */
    @Test
    void framesForAnotherPortAreFloodedAndNotReceived() throws InterruptedException {
        TrialResult result = run(stream(0, Stations.of(1, 0, 1), Stream.Step.of(10_000, 100)));

        assertEquals(100, result.received());
        assertEquals(100, result.flooded());
        assertEquals(100, result.ports().get(2).flooded());
        assertEquals(0, result.ports().get(2).received());
    }

    @Test
    void broadcastsAreExpectedAtEveryOtherPort() throws InterruptedException {
        TrialResult result = run(stream(0, Stations.broadcast(), Stream.Step.of(10_000, 100)));

        assertEquals(100, result.offered());
        assertEquals(200, result.expected());
        assertEquals(200, result.received());
        assertEquals(0, result.flooded());
        assertEquals(0, result.lost());
    }

    @Test
    void framesOfTrialsBeforeAreStrangers() throws InterruptedException {
        teach(1);
        boolean _ = device.underTest().links().set("p2", LinkSettings.parse("direction:to,delay:50ms"));
        TrialResult cut = run(stream(0, Stations.of(1, 0, 1), Stream.Step.of(10_000, 10)));
        assertEquals(10, cut.lost(), "they take longer than anybody waits");
        boolean _ = device.underTest().links().clear("p2");

        TrialResult next = run(stream(0, Stations.of(1, 0, 1), Stream.Step.at(1000, 0.1)));
        assertEquals(100, next.received());
        assertEquals(10, next.strangers());
    }

    @Test
    void framesThatComeTwiceCountOnce() throws InterruptedException {
        teach(1);
        boolean _ = device.underTest().links().set("p2", LinkSettings.parse("direction:to,duplicate:100%"));
        TrialResult result = run(stream(0, Stations.of(1, 0, 1), Stream.Step.of(10_000, 500)));

        assertEquals(500, result.received());
        assertEquals(500, result.duplicates());
        assertEquals(Outcome.PASSED, result.outcome(0));
    }

    @Test
    void lossesAreWhatTheSwitchDropped() throws InterruptedException {
        teach(1);
        boolean _ = device.underTest().links().set("p2", LinkSettings.parse("direction:to,loss:30%,seed:3"));
        TrialResult result = run(stream(0, Stations.of(1, 0, 1), Stream.Step.of(100_000, 2000)));

        long dropped = device.underTest().counters().values().stream()
                .flatMap(port -> port.egressDrops().values().stream())
                .mapToLong(Long::longValue)
                .sum();
        assertEquals(dropped, result.lost());
        assertEquals(Outcome.LOST, result.outcome(0));
        assertEquals(Outcome.PASSED, result.outcome(50), "as many as that are accepted");
    }

    /** Rounds of the switch take so long that so many frames cannot be made. */
    @Test
    void aTesterThatIsTooSlowSaysSo() throws InterruptedException {
        teach(1);
        TrialResult result = run(stream(0, Stations.of(1, 0, 1), Stream.Step.at(1e9, 0.01)));

        assertTrue(result.offered() < result.intended(), result::toString);
        assertEquals(0, result.lost());
        assertEquals(result.heldUp() ? Outcome.REFUSED : Outcome.LATE, result.outcome(0));
    }

    @Test
    void stepsFollowOneAnother() throws InterruptedException {
        teach(1);
        TrialResult result =
                run(stream(0, Stations.of(1, 0, 1), Stream.Step.at(100_000, 0.02), Stream.Step.at(10_000, 0.02)));

        assertEquals(2200, result.intended());
        assertEquals(2200, result.received());
        assertEquals(0, result.recoveryNanos(), "nothing was missing");
    }

    @Test
    void addressesTellPortsAndGoRoundAsTheRfcSays() {
        assertEquals(0x0000_0000_0002L, Stations.address(0, 0));
        assertEquals(0x0403_0205_0002L, Stations.address(5, 0x020304));
        Addresses others = Stations.ofOthers(2, 4, 2);
        long[] expected = {
            Stations.address(3, 0), Stations.address(0, 0), Stations.address(1, 0),
            Stations.address(3, 1), Stations.address(0, 1), Stations.address(1, 1)
        };
        assertEquals(expected.length, others.count());
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], others.get(i));
        }
        Addresses mixed = Stations.withBroadcasts(Stations.of(1, 0, 3), 2);
        assertEquals(300, mixed.count());
        assertEquals(
                6,
                IntStream.range(0, 300)
                        .filter(i -> mixed.get(i) == Stations.BROADCAST)
                        .count());
        assertThrows(IllegalArgumentException.class, () -> Stations.address(256, 0));
        assertThrows(IllegalArgumentException.class, () -> Stations.address(0, 1 << 24));
    }

    @Test
    void noSlotIsLeftBehind() throws InterruptedException {
        Switch sw = device.underTest();
        teach(0, 1, 2);
        int before = sw.slotsInUse();
        for (int i = 0; i < 5; i++) {
            TrialResult _ = run(
                    stream(0, Stations.ofOthers(0, PORTS, 1), Stream.Step.burst(5000, 0.1)),
                    stream(1, Stations.broadcast(), Stream.Step.at(1e9, 0.005)));
            while (sw.runRounds() > 0) {
                // what is left to be taken back
            }
        }
        assertTrue(sw.slotsInUse() <= before + PORTS * 1024, () -> sw.slotsInUse() + " slots, before " + before);
    }
}
