// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.control.tester.OwnSwitch;
import weir.core.fdb.FdbConfig;

/** Each test of RFC 2889 on a real switch with limits that are known, in virtual time. */
@Timeout(120)
class Rfc2889ConformanceTest {
    private static final long LINE = 10_000_000;
    private static final TrialSettings SHORT = VirtualSwitch.trials(List.of(64), 0.05);

    private static Rfc2889Report measure(OwnSwitch device, TrialSettings trials, int addresses, Rfc2889Test... tests) {
        Rfc2889Report report = Rfc2889.run(device, new Rfc2889Settings(List.of(tests), addresses, trials), step -> {});
        assertTrue(report.complete());
        return report;
    }

    /** The testing port's own address takes an entry, too. */
    @ParameterizedTest
    @CsvSource({"1024, 1024, 1023", "1024, 256, 256", "64, 64, 63"})
    void measuresHowManyAddressesAreKept(int capacity, int quota, int expected) throws Exception {
        FdbConfig fdb = FdbConfig.withCapacity(capacity).withPortQuota(quota);
        try (OwnSwitch device = VirtualSwitch.of(3, fdb, sw -> {})) {
            Rfc2889Report.CachingRow row = Objects.requireNonNull(
                    measure(device, SHORT, 4096, Rfc2889Test.ADDRESS_CACHING).addressCaching());

            assertEquals(expected, row.addresses());
            assertEquals(expected + 1, row.entries());
            assertFalse(row.atLeast());
            assertTrue(row.flooded() > 0, row::toString);
        }
    }

    @Test
    void saysWhenMoreAddressesThanWereTriedMayBeKept() throws Exception {
        try (OwnSwitch device = VirtualSwitch.of(3)) {
            Rfc2889Report.CachingRow row = Objects.requireNonNull(
                    measure(device, SHORT, 300, Rfc2889Test.ADDRESS_CACHING).addressCaching());
            assertEquals(new Rfc2889Report.CachingRow(300, 301, true, 0), row);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 100, 1000, 4095, 4096})
    void findsEveryCapacity(int capacity) throws Exception {
        Map<Integer, Long> tried = new LinkedHashMap<>();
        Rfc2889Addresses.Largest largest = Rfc2889Addresses.largest(4096, addresses -> {
            long flooded = Math.max(0, addresses - capacity);
            tried.put(addresses, flooded);
            return flooded;
        });

        assertEquals(capacity, largest.addresses(), tried::toString);
        assertEquals(capacity == 4096 ? 0 : 1, largest.flooded(), "of the next number: " + tried);
        assertTrue(tried.size() <= Rfc2889Addresses.roundsOf(4096), tried::toString);
    }

    @Test
    void learnsAsFastAsFramesCome() throws Exception {
        FdbConfig fdb = FdbConfig.withCapacity(512).withPortQuota(512);
        try (OwnSwitch device = VirtualSwitch.of(3, fdb, sw -> {})) {
            Rfc2889Report.LearningRow row = Objects.requireNonNull(
                    measure(device, SHORT, 1000, Rfc2889Test.ADDRESS_LEARNING).addressLearning());
            assertEquals(511, row.addresses());
            assertTrue(row.pps() > 100_000, row::toString);
        }
    }

    /** Everybody gets as much as everybody sends. */
    @ParameterizedTest
    @EnumSource(names = {"FULLY_MESHED", "ONE_TO_MANY"})
    void nothingIsLostWhereNoLineIsOverloaded(Rfc2889Test pattern) throws Exception {
        try (OwnSwitch device = VirtualSwitch.of(4)) {
            Rfc2889Report.ForwardingRow row = measure(device, VirtualSwitch.onLines(SHORT, LINE), 0, pattern)
                    .forwarding()
                    .getFirst();

            int senders = pattern == Rfc2889Test.FULLY_MESHED ? 4 : 1;
            assertEquals(Limit.LINE, row.limitedBy(), row::toString);
            assertEquals(senders * 14_880.95, row.pps(), 0.1);
            assertEquals(0, row.lossPercent());
            assertEquals(0, row.flooded());
            assertEquals(row.offeredPps(), row.forwardedPps());
        }
    }

    @Test
    void manyToOneGetNoMoreThanOneLineThrough() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64), 0.5), LINE);
        try (OwnSwitch device = VirtualSwitch.of(4)) {
            Rfc2889Report.ForwardingRow row = measure(device, trials, 0, Rfc2889Test.MANY_TO_ONE)
                    .forwarding()
                    .getFirst();

            double queue = 1000; // frames that an emulated link holds
            assertEquals(Limit.DEVICE, row.limitedBy());
            assertTrue(row.pps() <= 14_881 + (queue + 5) / 0.5, row::toString);
            assertTrue(row.pps() >= 14_880 * 0.95, row::toString);
            assertEquals(0, row.lossPercent(), "a third of the line from each");
        }
    }

    @Test
    void aCongestedPortDoesNotHoldUpAnother() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64), 2), LINE);
        try (OwnSwitch device = VirtualSwitch.of(4)) {
            Rfc2889Report.CongestionRow row = measure(device, trials, 0, Rfc2889Test.CONGESTION)
                    .congestion()
                    .getFirst();

            assertFalse(row.headOfLineBlocking(), row::toString);
            assertFalse(row.backPressure(), row::toString);
            assertEquals(0, row.uncongestedLossPercent());
            // One and a half lines into one: a third is lost but for what the queue holds.
            double queued = 100.0 * 1000 / (1.5 * 14_881 * 2);
            assertEquals(100 / 3.0 - queued, row.congestedLossPercent(), 0.5, row::toString);
        }
    }

    @Test
    void aSwitchAddsNoForwardPressure() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64), 0.5), LINE);
        try (OwnSwitch device = VirtualSwitch.of(2)) {
            Rfc2889Report.PressureRow row = measure(device, trials, 0, Rfc2889Test.FORWARD_PRESSURE)
                    .forwardPressure()
                    .getFirst();

            assertFalse(row.forwardPressure(), row::toString);
            assertEquals(14_880.95 * 672 / 664, row.offeredPps(), 5, "gaps of 88 bits");
            assertEquals(14_880.95, row.forwardedPps(), 15);
        }
    }

    @Test
    void brokenFramesAreFilteredOrNotAsTheContractSays() throws Exception {
        try (OwnSwitch device = VirtualSwitch.of(3)) {
            Map<ErroredFrame, String> results = new LinkedHashMap<>();
            for (Rfc2889Report.ErroredRow row :
                    measure(device, SHORT, 0, Rfc2889Test.ERRORED_FRAMES).erroredFrames()) {
                assertEquals(100, row.offered(), row::toString);
                results.put(row.frame(), row.result());
            }
            assertEquals(
                    Map.of(
                            ErroredFrame.RUNT, "filtered",
                            ErroredFrame.UNDERSIZED, "forwarded",
                            ErroredFrame.OVERSIZED, "filtered",
                            ErroredFrame.MULTICAST_SOURCE, "filtered",
                            ErroredFrame.ZERO_SOURCE, "filtered",
                            ErroredFrame.BAD_TAG, "filtered"),
                    results);
        }
    }

    @Test
    void broadcastsReachEveryOtherPort() throws Exception {
        try (OwnSwitch device = VirtualSwitch.of(4)) {
            Rfc2889Report.BroadcastRow row = measure(
                            device, VirtualSwitch.onLines(SHORT, LINE), 0, Rfc2889Test.BROADCAST)
                    .broadcast()
                    .getFirst();

            assertEquals(Limit.LINE, row.limitedBy());
            assertEquals(14_880.95, row.pps(), 0.1);
            assertEquals(3 * 744, Objects.requireNonNull(row.latency()).frames());
        }
    }

    @Test
    void whatTheDeviceHasTooFewPortsForIsLeftOutWithAWord() throws Exception {
        try (OwnSwitch device = VirtualSwitch.of(2)) {
            Rfc2889Report report = measure(
                    device,
                    SHORT,
                    10,
                    Rfc2889Test.CONGESTION,
                    Rfc2889Test.ADDRESS_CACHING,
                    Rfc2889Test.FORWARD_PRESSURE);
            assertEquals(
                    List.of(
                            "congestion: not measured, since it takes 4 ports",
                            "address_caching: not measured, since it takes 3 ports",
                            "forward_pressure: not measured, since a port without a rate of its line is never congested; see --line-rate"),
                    report.notes());
        }
    }
}
