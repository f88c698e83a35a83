// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import weir.control.machine.MachineFacts;
import weir.control.tester.DeviceUnderTest;
import weir.control.tester.Stream;
import weir.control.tester.Tester;
import weir.control.tester.TrialResult;
import weir.core.port.PortException;

/** The tests of RFC 2544 between the first two ports of a device. The thread that made the device. */
public final class Rfc2544 {
    /** 100 %, 90 % and so on: section 26.3. */
    static final int LOSS_STEPS = 10;

    private static final int PERCENT = 100;
    private static final int LOSSLESS_IN_A_ROW = 2;
    private static final double OVERLOAD = 1.1;
    private static final double REDUCED = 0.5;
    private static final long SHORTEST_BURST = 64;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Rfc2544Settings settings;
    private final RateTrials trials;
    private final DeviceUnderTest device;
    private final Map<Integer, Load> loads = new LinkedHashMap<>();
    private final List<Rfc2544Report.ThroughputRow> throughput = new ArrayList<>();
    private final List<Rfc2544Report.LatencyRow> latency = new ArrayList<>();
    private final List<Rfc2544Report.LossRow> losses = new ArrayList<>();
    private final List<Rfc2544Report.BurstRow> bursts = new ArrayList<>();
    private final List<Rfc2544Report.RecoveryRow> recoveries = new ArrayList<>();
    private final List<Rfc2544Report.ResetRow> resets = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private Rfc2544(DeviceUnderTest device, Rfc2544Settings settings, Consumer<String> progress) {
        this.settings = settings;
        this.device = device;
        trials = new RateTrials(new Tester(device), settings.trials(), progress);
        for (int size : settings.trials().frameSizes()) {
            loads.put(
                    size,
                    Load.pair(
                            size - TrialSettings.FCS_BYTES,
                            settings.trials().stations(),
                            settings.trials().flows(),
                            settings.bidirectional(),
                            settings.broadcastPercent()));
        }
    }

    /**
     * Measures. An interrupt ends it: the report has what is known by then.
     *
     * @param progress hears of each trial
     */
    public static Rfc2544Report run(DeviceUnderTest device, Rfc2544Settings settings, Consumer<String> progress)
            throws PortException {
        MachineFacts machine = MachineFacts.now();
        Rfc2544 bench = new Rfc2544(device, settings, progress);
        boolean complete = false;
        try {
            bench.measure();
            complete = true;
        } catch (InterruptedException e) {
            bench.notes.add("stopped before the end");
        }
        return bench.report(machine, complete);
    }

    private Rfc2544Report report(MachineFacts machine, boolean complete) {
        return new Rfc2544Report(
                "rfc2544",
                machine,
                device.description(),
                settings,
                complete,
                throughput,
                latency,
                losses,
                bursts,
                recoveries,
                resets,
                notes);
    }

    private void measure() throws InterruptedException, PortException {
        for (Map.Entry<Integer, Load> each : loads.entrySet()) {
            int size = each.getKey();
            Load load = each.getValue();
            if (settings.has(Rfc2544Test.THROUGHPUT)) {
                throughput.add(row(size, throughput(size, load)));
            }
            if (settings.has(Rfc2544Test.LATENCY)) {
                latency(size, load);
            }
            if (settings.has(Rfc2544Test.FRAME_LOSS)) {
                frameLoss(size, load);
            }
            if (settings.has(Rfc2544Test.BACK_TO_BACK)) {
                backToBack(size, load);
            }
            if (settings.has(Rfc2544Test.SYSTEM_RECOVERY)) {
                recover(size, load);
            }
        }
        if (settings.has(Rfc2544Test.RESET)) {
            reset(loads.entrySet().iterator().next());
        }
    }

    private String turn(String test, int number) {
        return test + ": " + (number + 1) + " of " + settings.trials().repeats();
    }

    // ---- 26.1 -----------------------------------------------------------------------------------

    private RateTrials.Throughput throughput(int size, Load load) throws InterruptedException {
        return trials.throughput("throughput, " + size + " bytes", load);
    }

    private Rfc2544Report.ThroughputRow row(int size, RateTrials.Throughput found) {
        double maximum = settings.trials().maximumPps(size);
        TrialResult failed = found.failed();
        return new Rfc2544Report.ThroughputRow(
                size,
                found.pps(),
                found.pps() * size * Byte.SIZE / 1e6,
                maximum > 0 ? maximum : null,
                found.limit(),
                found.trials(),
                failed == null ? null : Rfc2544Report.TrialRow.of(failed));
    }

    // ---- 26.2 -----------------------------------------------------------------------------------

    /** The RFC tags one frame and repeats that 20 times; here every frame has its time. */
    private void latency(int size, Load load) throws InterruptedException {
        double pps = throughput(size, load).pps();
        if (isNone(pps, "latency", size)) {
            return;
        }
        trials.tell("latency, " + size + " bytes", pps);
        TrialResult result =
                trials.timed(load, Stream.Step.at(pps, settings.trials().seconds()));
        latency.add(new Rfc2544Report.LatencyRow(size, pps, result.latency()));
    }

    private boolean isNone(double pps, String test, int size) {
        if (pps == 0) {
            notes.add(test + ", " + size + " bytes: not measured, since there is no rate without loss");
        }
        return pps == 0;
    }

    // ---- 26.3 -----------------------------------------------------------------------------------

    private void frameLoss(int size, Load load) throws InterruptedException {
        double top = throughput(size, load).top().pps();
        int lossless = 0;
        for (int step = LOSS_STEPS; step > 0 && lossless < LOSSLESS_IN_A_ROW; step--) {
            int percent = PERCENT * step / LOSS_STEPS;
            double pps = top * percent / PERCENT;
            trials.tell("frame loss, " + size + " bytes", pps);
            TrialResult result =
                    trials.trial(load, Stream.Step.at(pps, settings.trials().seconds()));
            losses.add(new Rfc2544Report.LossRow(
                    size,
                    percent,
                    pps,
                    result.offeredPps() / load.senders(),
                    result.offered(),
                    result.lost(),
                    result.lossPercent()));
            lossless = RateTrials.isWithoutLoss(result) ? lossless + 1 : 0;
        }
    }

    // ---- 26.4 -----------------------------------------------------------------------------------

    /** A burst that had to wait for room was not sent back to back, and counts as lost. */
    private void backToBack(int size, Load load) throws InterruptedException {
        double seconds = settings.trials().seconds();
        long cap = Math.max(SHORTEST_BURST, (long) (throughput(size, load).top().pps() * seconds));
        List<Long> longest = new ArrayList<>();
        for (int i = 0; i < settings.trials().repeats(); i++) {
            trials.tell(turn("back to back, " + size + " bytes", i));
            longest.add(longestBurst(load, cap, seconds));
        }
        bursts.add(new Rfc2544Report.BurstRow(
                size,
                longest.stream().mapToLong(Long::longValue).average().orElse(0),
                longest.stream().mapToLong(Long::longValue).min().orElse(0),
                longest.stream().mapToLong(Long::longValue).max().orElse(0),
                longest.size(),
                longest.stream().allMatch(frames -> frames == cap)));
    }

    private long longestBurst(Load load, long cap, double seconds) throws InterruptedException {
        long passes = 0;
        long fails = cap + 1;
        long next = Math.min(SHORTEST_BURST, cap);
        double resolution = settings.trials().resolutionPercent() / PERCENT;
        while (fails - passes > Math.max(1, (long) (resolution * passes))) {
            TrialResult result = trials.trial(load, Stream.Step.burst(next, seconds));
            if (result.lost() == 0 && result.waits() == 0 && result.offered() == result.intended()) {
                passes = next;
            } else {
                fails = next;
            }
            next = fails > cap ? Math.min(2 * passes, cap) : (passes + fails) / 2;
        }
        return passes;
    }

    // ---- 26.5 -----------------------------------------------------------------------------------

    private void recover(int size, Load load) throws InterruptedException {
        RateTrials.Throughput found = throughput(size, load);
        double overload = Math.min(found.top().pps(), OVERLOAD * found.pps());
        if (isNone(found.pps(), "system recovery", size)) {
            return;
        }
        if (overload <= found.pps() || found.limit() != Limit.DEVICE) {
            notes.add("system recovery, " + size
                    + " bytes: not measured, since nothing here can overload the device (limit: "
                    + found.limit().label() + ")");
            return;
        }
        double seconds = settings.trials().seconds();
        List<Double> millis = new ArrayList<>();
        long lost = 0;
        for (int i = 0; i < settings.trials().repeats(); i++) {
            trials.tell(turn("system recovery, " + size + " bytes", i));
            TrialResult result =
                    trials.trial(load, Stream.Step.at(overload, seconds), Stream.Step.at(REDUCED * overload, seconds));
            millis.add(result.recoveryNanos() / NANOS_PER_MILLI);
            lost += result.lost();
        }
        recoveries.add(new Rfc2544Report.RecoveryRow(
                size, overload, REDUCED * overload, lost, average(millis), highest(millis)));
    }

    private static double average(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private static double highest(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    // ---- 26.6 -----------------------------------------------------------------------------------

    /** A software reset: the switch ends and is made anew in this process. Then frames are flooded until it has learned. */
    private void reset(Map.Entry<Integer, Load> smallest) throws InterruptedException, PortException {
        if (!device.canRestart()) {
            notes.add("reset: not measured, since a device behind ports cannot be restarted from here");
            return;
        }
        int size = smallest.getKey();
        Load load = smallest.getValue();
        double pps = throughput(size, load).pps();
        if (isNone(pps, "reset", size)) {
            return;
        }
        List<Stream> traffic = load.at(Stream.Step.at(pps, settings.trials().seconds()));
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < settings.trials().repeats(); i++) {
            trials.tell(turn("reset", i));
            long before = trials.trial(traffic).lastArrivalNanos();
            device.restart();
            long after = trials.trial(traffic).firstArrivalNanos();
            if (before == 0 || after == 0) {
                notes.add("reset: no frame arrived " + (before == 0 ? "before" : "after") + " one");
                return;
            }
            millis.add((after - before) / NANOS_PER_MILLI);
        }
        resets.add(new Rfc2544Report.ResetRow(size, pps, average(millis), highest(millis), millis.size()));
    }
}
