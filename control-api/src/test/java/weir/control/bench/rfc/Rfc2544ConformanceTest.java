// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.control.gen.SinkReport;
import weir.control.tester.DeviceUnderTest;
import weir.control.tester.OwnSwitch;
import weir.core.fdb.FdbConfig;
import weir.core.link.LinkSettings;

/** Each test of RFC 2544 on a real switch with limits that are known, in virtual time. */
@Timeout(120)
class Rfc2544ConformanceTest {
    private static final double RATE = 10_000_000;
    private static final long FAST_LINE = 100_000_000;

    private static OwnSwitch withLink(String settings) throws Exception {
        return VirtualSwitch.of(
                2, FdbConfig.defaults(), OwnSwitch.links(Map.of(OwnSwitch.name(1), LinkSettings.parse(settings))));
    }

    private static Rfc2544Report measure(DeviceUnderTest device, TrialSettings trials, Rfc2544Test... tests)
            throws Exception {
        return Rfc2544.run(device, new Rfc2544Settings(List.of(tests), false, 0, trials), step -> {});
    }

    /** 10 Mbit/s carry 20,833 frames of 60 bytes a second, as emulated links count; ten may wait on top of that. */
    @ParameterizedTest
    @ValueSource(ints = {64, 512, 1518})
    void measuresTheRateOfALink(int size) throws Exception {
        double seconds = 0.2;
        double capacity = RATE / ((size - 4) * 8);
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(size), seconds), FAST_LINE);
        try (DeviceUnderTest device = new KeptLines(withLink("direction:to,rate:10mbit,limit:10"))) {
            Rfc2544Report report = measure(device, trials, Rfc2544Test.THROUGHPUT);

            Rfc2544Report.ThroughputRow row = report.throughput().getFirst();
            assertTrue(report.complete());
            assertEquals(Limit.DEVICE, row.limitedBy());
            assertTrue(row.pps() <= capacity + 12 / seconds, row::toString);
            assertTrue(row.pps() >= capacity * 0.97, row::toString);
            assertTrue(Objects.requireNonNull(row.failed()).lost() > 0, row::toString);
        }
    }

    @Test
    void findsTheRateOfTheLineAndSaysSo() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64, 1518), 0.05), FAST_LINE);
        try (OwnSwitch device = VirtualSwitch.of(2)) {
            List<Rfc2544Report.ThroughputRow> rows =
                    measure(device, trials, Rfc2544Test.THROUGHPUT).throughput();

            assertEquals(2, device.underTest().fdb().size(), "who receives is known, too");

            for (Rfc2544Report.ThroughputRow row : rows) {
                assertEquals(Limit.LINE, row.limitedBy(), row::toString);
                assertEquals(row.maximumPps(), row.pps());
                assertEquals(1, row.trials());
            }
            assertEquals(148_809.5, rows.getFirst().pps(), 0.1, "RFC 2544, appendix B");
            assertEquals(8_127.4, rows.getLast().pps(), 0.1, "RFC 2544, appendix B");
        }
    }

    @Test
    void aLinkThatLosesFramesNeverPasses() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64), 0.1), FAST_LINE);
        try (DeviceUnderTest device = new KeptLines(withLink("direction:to,loss:10%,seed:5"))) {
            Rfc2544Report report =
                    measure(device, trials, Rfc2544Test.THROUGHPUT, Rfc2544Test.LATENCY, Rfc2544Test.FRAME_LOSS);

            assertEquals(0, report.throughput().getFirst().pps());
            assertEquals(Limit.DEVICE, report.throughput().getFirst().limitedBy());
            assertEquals(List.of(), report.latency());
            assertTrue(report.notes().getFirst().contains("no rate without loss"), report.notes()::toString);
            assertEquals(10, report.frameLoss().size(), "down to 10 %");
            for (Rfc2544Report.LossRow row : report.frameLoss()) {
                assertEquals(10, row.lossPercent(), 2, row::toString);
            }
        }
    }

    @Test
    void lossesUpToAThresholdAreNone() throws Exception {
        TrialSettings strict = VirtualSwitch.trials(List.of(64), 0.1);
        TrialSettings lenient =
                new TrialSettings(strict.frameSizes(), 0.1, strict.settleSeconds(), 0, 1, 5, 1, 1, 0, 1, 1);
        try (OwnSwitch device = withLink("direction:to,loss:1%,seed:5")) {
            Rfc2544Report.ThroughputRow row = measure(device, lenient, Rfc2544Test.THROUGHPUT)
                    .throughput()
                    .getFirst();
            assertTrue(row.pps() > 100_000, row::toString);
            assertEquals(Limit.TESTER, row.limitedBy(), "no more could be offered");
            assertNull(row.maximumPps(), "nothing is known of the line");
        }
    }

    @Test
    void frameLossGoesDownInTenthsUntilTwoTrialsInARowLoseNothing() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64), 0.2), 100_000_000);
        // Of the line's rate 76.2 % pass: 113,333 frames of 60 bytes a second.
        try (DeviceUnderTest device = new KeptLines(withLink("direction:to,rate:54400kbit,limit:10"))) {
            List<Rfc2544Report.LossRow> rows =
                    measure(device, trials, Rfc2544Test.FRAME_LOSS).frameLoss();

            assertEquals(
                    List.of(100, 90, 80, 70, 60),
                    rows.stream().map(Rfc2544Report.LossRow::percent).toList());
            double[] expected = {100 - 76.16, 100 - 76.16 / 0.9, 100 - 76.16 / 0.8, 0, 0};
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], rows.get(i).lossPercent(), 0.5, rows.get(i)::toString);
                assertEquals(rows.get(i).intendedPps(), rows.get(i).offeredPps(), 30, rows.get(i)::toString);
            }
        }
    }

    @Test
    void latencyIsThatOfTheLink() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64), 0.05), 10_000_000);
        try (DeviceUnderTest device = new KeptLines(withLink("direction:to,delay:3ms"))) {
            SinkReport.Latency us = Objects.requireNonNull(measure(device, trials, Rfc2544Test.LATENCY)
                    .latency()
                    .getFirst()
                    .latency());

            assertEquals(744, us.frames(), "every one of them");
            assertTrue(us.minUs() >= 3000 * 0.999 && us.maxUs() < 3100, us::toString);
            assertTrue(
                    us.p50Us() <= us.p99Us() && us.meanUs() >= us.minUs() && us.meanUs() <= us.maxUs(), us::toString);
        }
    }

    /** A queue of 200 frames in front of a slow line: so many and what leaves meanwhile. */
    @Test
    void theLongestBurstIsWhatTheQueueHolds() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64), 0.2), 10_000_000);
        try (DeviceUnderTest device = new KeptLines(withLink("direction:to,rate:100kbit,limit:200"))) {
            Rfc2544Report.BurstRow row = measure(device, trials, Rfc2544Test.BACK_TO_BACK)
                    .backToBack()
                    .getFirst();

            assertFalse(row.atLeast());
            assertEquals(2, row.bursts());
            assertTrue(row.min() >= 198 && row.max() <= 206, row::toString);
        }
    }

    /** What the queue holds at the change of rates goes on being lost until the line has caught up. */
    @Test
    void recoveryIsTheTimeUntilNothingIsLostAnyMore() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64), 0.3), FAST_LINE);
        try (DeviceUnderTest device = new KeptLines(withLink("direction:to,rate:10mbit,limit:50"))) {
            Rfc2544Report report = measure(device, trials, Rfc2544Test.SYSTEM_RECOVERY);

            Rfc2544Report.RecoveryRow row = report.systemRecovery().getFirst();
            assertTrue(row.lost() > 0, row::toString);
            assertEquals(row.overloadPps() / 2, row.reducedPps());
            assertTrue(row.milliseconds() >= 0 && row.maxMilliseconds() < 5, row::toString);
        }
    }

    @Test
    void aTesterThatCannotOverloadTheDeviceSaysSoInsteadOfARecovery() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64), 0.05), 10_000_000);
        try (OwnSwitch device = VirtualSwitch.of(2)) {
            Rfc2544Report report = measure(device, trials, Rfc2544Test.SYSTEM_RECOVERY);
            assertEquals(List.of(), report.systemRecovery());
            assertTrue(report.notes().getFirst().contains("limit: line"), report.notes()::toString);
        }
    }

    @Test
    void framesFlowAgainAfterAReset() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64), 0.02), 10_000_000);
        try (OwnSwitch device = VirtualSwitch.of(2)) {
            Rfc2544Report.ResetRow row =
                    measure(device, trials, Rfc2544Test.RESET).reset().getFirst();
            assertEquals(2, row.resets());
            assertTrue(row.milliseconds() > 0, row::toString);
            assertEquals(1, device.underTest().fdb().size(), "learned anew");
        }
    }

    @Test
    void bothDirectionsAndBroadcastsAreCounted() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(128), 0.05), 10_000_000);
        try (OwnSwitch device = VirtualSwitch.of(2)) {
            Rfc2544Settings settings =
                    new Rfc2544Settings(List.of(Rfc2544Test.THROUGHPUT, Rfc2544Test.FRAME_LOSS), true, 1, trials);
            Rfc2544Report report = Rfc2544.run(device, settings, step -> {});

            assertEquals(Limit.LINE, report.throughput().getFirst().limitedBy());
            assertEquals(2, report.frameLoss().size(), "two trials without loss");
            long each = Math.round(10_000_000 / ((128 + 20) * 8.0) * 0.05);
            assertEquals(2 * each, report.frameLoss().getFirst().offered());
        }
    }

    @Test
    void anInterruptEndsItAndWhatIsKnownIsThere() throws Exception {
        TrialSettings trials = VirtualSwitch.onLines(VirtualSwitch.trials(List.of(64, 128, 256), 0.05), 10_000_000);
        try (OwnSwitch device = VirtualSwitch.of(2)) {
            List<String> steps = new ArrayList<>();
            Rfc2544Report report = Rfc2544.run(
                    device, new Rfc2544Settings(Arrays.asList(Rfc2544Test.values()), false, 0, trials), step -> {
                        steps.add(step);
                        if (step.startsWith("latency, 128")) {
                            Thread.currentThread().interrupt();
                        }
                    });

            assertFalse(report.complete());
            assertEquals(2, report.throughput().size(), steps::toString);
            assertEquals(1, report.latency().size());
            assertTrue(report.notes().contains("stopped before the end"));
            assertFalse(Thread.interrupted());
        }
    }
}
