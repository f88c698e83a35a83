// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import weir.control.bench.process.BenchFailure;
import weir.control.client.DaemonClient;
import weir.control.machine.MachineFacts;
import weir.ports.shm.client.ShmException;

/**
 * {@code weir bench daemon}, without its command line: what the API does to the data path, and the data path to the API. A
 * turn has four slices:
 *
 * <pre>
 *  idle     no frames      calls at their pace    latency
 *  loaded   full load      calls at their pace    latency
 *  alone    full load      nobody asks            rate      these two in turn
 *  asked    full load      a scrape, ten calls    rate
 * </pre>
 */
public final class DaemonBench {
    private static final int ASKED_CALLS_PER_SECOND = 10;
    private static final int ASKED_SCRAPES_PER_SECOND = 1;
    /** The load is turned on and off between slices, and takes its time. */
    private static final long SETTLE_MILLIS = 300;

    private static final double NANOS_PER_MICRO = 1e3;
    private static final int DIGITS = 3;

    private final DaemonBenchSettings settings;
    private final BenchedSwitch target;
    private final DaemonLoad load;
    private final Histogram idleReads = new Histogram(DIGITS);
    private final Histogram idleChanges = new Histogram(DIGITS);
    private final Histogram loadedReads = new Histogram(DIGITS);
    private final Histogram loadedChanges = new Histogram(DIGITS);
    private final List<Double> alone = new ArrayList<>();
    private final List<Double> asked = new ArrayList<>();
    private long scrapes;

    private DaemonBench(DaemonBenchSettings settings, BenchedSwitch target, DaemonLoad load) {
        this.settings = settings;
        this.target = target;
        this.load = load;
    }

    /** What is to be done to the daemon before frames come. */
    @FunctionalInterface
    public interface Preparation {
        void run() throws BenchFailure;
    }

    /**
     * Measures.
     *
     * @param client of the daemon; it gets a switch of its own for the time
     * @param name of that switch
     * @param folder where the daemon may put sockets of that switch's ports
     * @param preparation done when the switch is there
     * @param progress hears of each step
     * @throws ShmException when this process cannot use those sockets
     */
    public static DaemonBenchReport run(
            DaemonClient client,
            String name,
            Path folder,
            DaemonBenchSettings settings,
            Preparation preparation,
            Consumer<String> progress)
            throws InterruptedException, ShmException, IOException, BenchFailure {
        try (BenchedSwitch target = BenchedSwitch.make(client, name, folder);
                DaemonLoad load = DaemonLoad.connect(
                        target.socketOfSource(), target.socketOfSink(), settings.frameBytes(), settings.clientCpu())) {
            DaemonBench bench = new DaemonBench(settings, target, load);
            preparation.run();
            progress.accept("warming up");
            bench.warmUp();
            for (int pair = 1; pair <= settings.pairs(); pair++) {
                progress.accept(String.format(Locale.ROOT, "turn %d of %d", pair, settings.pairs()));
                bench.turn(pair % 2 == 0);
            }
            target.check(load.finish());
            return bench.report();
        }
    }

    /** First calls without a pause, so that both sides come to be compiled, then the load beside them. */
    private void warmUp() throws InterruptedException, IOException {
        long start = System.nanoTime();
        long half = nanos(settings.warmUpSeconds()) / 2;
        do {
            target.make(target.next());
        } while (System.nanoTime() - start < half);
        target.scrape();
        turnLoad(true);
        Histogram ignored = new Histogram(DIGITS);
        calls(half, settings.callsPerSecond(), 0, ignored, ignored);
    }

    private void turn(boolean askedFirst) throws InterruptedException, IOException {
        turnLoad(false);
        calls(nanos(settings.seconds()), settings.callsPerSecond(), 0, idleReads, idleChanges);
        turnLoad(true);
        calls(nanos(settings.seconds()), settings.callsPerSecond(), 0, loadedReads, loadedChanges);
        if (askedFirst) {
            asked.add(rateWhileAsked());
            alone.add(rateAlone());
        } else {
            alone.add(rateAlone());
            asked.add(rateWhileAsked());
        }
    }

    private void turnLoad(boolean on) throws InterruptedException {
        load.turn(on);
        TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
    }

    private double rateAlone() throws InterruptedException {
        Rate rate = new Rate();
        Standstill standstill = new Standstill();
        do {
            TimeUnit.NANOSECONDS.sleep(nanos(settings.seconds()));
        } while (standstill.lasts(rate.frames()));
        return rate.mpps();
    }

    private double rateWhileAsked() throws IOException {
        Histogram ignored = new Histogram(DIGITS);
        Rate rate = new Rate();
        calls(nanos(settings.seconds()), ASKED_CALLS_PER_SECOND, ASKED_SCRAPES_PER_SECOND, ignored, ignored);
        return rate.mpps();
    }

    /** Frames that come out of the switch from now on. */
    private final class Rate {
        private final long before = load.got();
        private final long start = System.nanoTime();

        long frames() {
            return load.got() - before;
        }

        double mpps() {
            return frames() * NANOS_PER_MICRO / (System.nanoTime() - start);
        }
    }

    /**
     * Calls at a steady pace. What is late because a call before took long is timed from when it was due, so that one long
     * wait counts as what it would be to those who come meanwhile.
     */
    private void calls(long nanos, int perSecond, int scrapesPerSecond, Histogram reads, Histogram changes)
            throws IOException {
        long start = System.nanoTime();
        long period = TimeUnit.SECONDS.toNanos(1) / perSecond;
        long scrapeEvery = scrapesPerSecond == 0 ? Long.MAX_VALUE : perSecond / scrapesPerSecond;
        for (long call = 0; call * period < nanos; call++) {
            long due = start + call * period;
            boolean isLate = System.nanoTime() - due > 0;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(this, left);
            }
            if (call % scrapeEvery == 0 && scrapesPerSecond > 0) {
                target.scrape();
                scrapes++;
            }
            ApiCall next = target.next();
            long from = isLate ? due : System.nanoTime();
            target.make(next);
            (next.changes() ? changes : reads).recordValue(System.nanoTime() - from);
        }
        for (long left = start + nanos - System.nanoTime(); left > 0; left = start + nanos - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }

    private DaemonBenchReport report() {
        return new DaemonBenchReport(
                "daemon",
                MachineFacts.now(),
                settings,
                DaemonBenchReport.Calls.of(idleReads, idleChanges),
                DaemonBenchReport.Calls.of(loadedReads, loadedChanges),
                PairStatistics.of(alone),
                PairStatistics.of(asked),
                DaemonBenchReport.ratio(asked, alone),
                scrapes,
                true);
    }

    private static long nanos(double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }
}
