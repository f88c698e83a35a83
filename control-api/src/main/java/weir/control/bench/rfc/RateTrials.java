// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weir.control.tester.DeviceUnderTest;
import weir.control.tester.Outcome;
import weir.control.tester.Stream;
import weir.control.tester.Tester;
import weir.control.tester.TrialPlan;
import weir.control.tester.TrialResult;

/** Trials of a device at rates. The tester's thread. */
final class RateTrials {
    /** Frames that teach addresses, a second. */
    private static final double LEARNING_PPS = 20_000;

    /** Fewer frames say nothing about losses. */
    private static final int FEWEST_FRAMES = 100;

    /** Less than devices keep addresses that are not seen; stations that only receive would be forgotten. */
    private static final long TEACH_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(60);

    static final int WARM_UP_TURNS = 5;
    private static final double NO_LOSS = 0;

    private final Tester tester;
    private final TrialSettings settings;
    private final Consumer<String> progress;
    private final Map<Load, Throughput> known = new HashMap<>();
    private boolean isWarm;
    private long taughtNanos;

    RateTrials(Tester tester, TrialSettings settings, Consumer<String> progress) {
        this.tester = tester;
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * The highest rate at which a sending port can offer frames.
     *
     * @param limit what keeps it from being higher
     */
    record Top(double pps, Limit limit) {}

    /**
     * Throughput of a load, in frames a second of each sending port.
     *
     * @param pps 0 when even the lowest rate tried lost frames
     * @param forwardingPps maximum forwarding rate of all trials, all ports together
     * @param failed the last trial that did not pass; null when all did
     */
    record Throughput(
            double pps,
            Limit limit,
            int trials,
            double forwardingPps,
            Top top,
            @Nullable TrialResult failed) {}

    DeviceUnderTest device() {
        return tester.device();
    }

    /** Shows what goes on. */
    void tell(String step) {
        progress.accept(step);
    }

    /** Shows what goes on at which rate. */
    void tell(String step, double pps) {
        progress.accept(String.format(Locale.ROOT, "%s: %,.0f frames/s", step, pps));
    }

    /** Sets lines of the rate asked for, runs tester and device until their code is compiled, and teaches all stations. */
    void prepare(Load load) throws InterruptedException {
        if (settings.lineRate() > 0) {
            boolean _ = device().limitLines(settings.lineRate(), load.frameBytes());
        }
        if (!isWarm && settings.warmUpSeconds() > 0) {
            progress.accept("warming up");
            warmUp(load);
        }
        isWarm = true;
        teachStations(load.frameBytes());
    }

    /** By what follows, several times: code that is entered once only would not be compiled as in trials. */
    private void warmUp(Load load) throws InterruptedException {
        double seconds = settings.warmUpSeconds() / (2 * WARM_UP_TURNS);
        for (int i = 0; i < WARM_UP_TURNS; i++) {
            teachStations(load.frameBytes());
            TrialResult full = trial(load, Stream.Step.fullSpeed(seconds));
            double half = Math.max(1, full.offeredPps() / load.senders() / 2);
            TrialResult _ = timed(load, Stream.Step.at(half, seconds));
        }
    }

    /** All stations of all ports: those that receive are to be known before anybody sends to them. */
    void teachStations(int frameBytes) throws InterruptedException {
        teach(Load.mesh(frameBytes, device().ports(), settings.stations(), 1));
        taughtNanos = device().nanos();
    }

    /** The sources of a load. */
    void teach(Load load) throws InterruptedException {
        tester.teach(load.streams(), LEARNING_PPS, settings.settleSeconds());
    }

    /** Just these streams. */
    TrialResult trial(List<Stream> streams) throws InterruptedException {
        return tester.run(new TrialPlan(streams, settings.settleSeconds()));
    }

    /** A load at a rate; stations that have been silent for long are taught again. */
    TrialResult trial(Load load, Stream.Step... steps) throws InterruptedException {
        keepTaught(load);
        return trial(load.in(List.of(steps)));
    }

    /** The same, with the latency of each frame. */
    TrialResult timed(Load load, Stream.Step step) throws InterruptedException {
        keepTaught(load);
        return tester.run(new TrialPlan(load.at(step), settings.settleSeconds(), true));
    }

    private void keepTaught(Load load) throws InterruptedException {
        if (device().nanos() - taughtNanos > TEACH_AGAIN_NANOS) {
            teachStations(load.frameBytes());
        }
    }

    /** Full rate of the line, where that is known; else of what port and tester can, at their best of a few trials. */
    Top top(Load load) throws InterruptedException {
        double line = settings.maximumPps(load.frameBytes() + TrialSettings.FCS_BYTES);
        if (line > 0) {
            return new Top(line, Limit.LINE);
        }
        TrialResult full = trial(load, Stream.Step.fullSpeed(settings.seconds()));
        for (int i = 0; i < settings.attempts(); i++) {
            TrialResult again = trial(load, Stream.Step.fullSpeed(settings.seconds()));
            full = again.offeredPps() > full.offeredPps() ? again : full;
        }
        Limit limit = full.heldUp() ? Limit.of(Outcome.REFUSED, device()) : Limit.TESTER;
        return new Top(Math.max(1, full.offeredPps() / load.senders()), limit);
    }

    /** Searched once for a load; RFC 2544, 26.1. */
    Throughput throughput(String title, Load load) throws InterruptedException {
        Throughput before = known.get(load);
        if (before != null) {
            return before;
        }
        prepare(load);
        Top top = top(load);
        RateSearch search = new RateSearch(
                settings.resolutionPercent() / TrialSettings.PERCENT,
                FEWEST_FRAMES / settings.seconds(),
                settings.attempts());
        TrialResult[] failed = new TrialResult[1];
        RateSearch.Found found = search.find(top.pps(), pps -> {
            tell(title, pps);
            TrialResult result = trial(load, Stream.Step.at(pps, settings.seconds()));
            Outcome outcome = result.outcome(settings.acceptedLossPercent());
            if (outcome != Outcome.PASSED) {
                failed[0] = result;
            }
            return new RateSearch.Probe(outcome, result.forwardedPps() / load.senders());
        });
        Limit limit = found.limit() == Outcome.PASSED ? top.limit() : Limit.of(found.limit(), device());
        Throughput throughput = new Throughput(
                found.pps(),
                limit,
                found.trials(),
                found.highestForwardedPps() * load.senders(),
                top,
                found.limit() == Outcome.PASSED ? null : failed[0]);
        known.put(load, throughput);
        return throughput;
    }

    /** Whether nothing was lost at all. */
    static boolean isWithoutLoss(TrialResult result) {
        return result.outcome(NO_LOSS) != Outcome.LOST;
    }
}
