// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import weir.core.SwitchConfig;
import weir.core.port.PortException;

/**
 * Measures rows of the memory benchmark. Where there are C twins, Weir and each twin run in turn on the
 * same CPU, and what counts is the ratio within each pair: the machine's own moods hit both. Weir stays
 * warm in this process and its worker sleeps while a twin runs.
 *
 * <pre>
 *  CPU:   warm-up Weir | Weir | C-same | C | Weir | C-same | C | ...
 *                       `----- pair 1 -----' `----- pair 2 -----'
 * </pre>
 */
final class PairedMeasurement {
    /** Slices of Weir, and repetitions of a twin, in a pair; the median of them is the pair's figure. */
    static final int SLICES_PER_PAIR = 3;

    private static final double WARM_UP_SLICES = 10;
    private static final double MAX_WARM_UP_SECONDS = 5;
    private static final long SETTLE_MILLIS = 20;

    private final MemoryBenchSettings settings;
    private final SwitchConfig base;
    private final List<CTwin> twins;
    private final Consumer<String> progress;

    /**
     * @param base what to make each switch from; its worker runs on the settings' CPU
     * @param progress hears of each step
     */
    PairedMeasurement(MemoryBenchSettings settings, SwitchConfig base, List<CTwin> twins, Consumer<String> progress) {
        this.settings = settings;
        this.base = base;
        this.twins = twins;
        this.progress = progress;
    }

    /** Measures one row; the counters are checked at its end. */
    MemoryBenchRow measure(MemoryBenchCase benchCase, String label)
            throws PortException, TwinFailure, InterruptedException {
        progress.accept(label + ": warming up");
        try (MemoryBenchRun run = new MemoryBenchRun(benchCase, base)) {
            run.measure(nanos(Math.min(MAX_WARM_UP_SECONDS, WARM_UP_SLICES * settings.seconds())));
            List<Double> weir = new ArrayList<>();
            Map<CTwin, List<Double>> figures = new LinkedHashMap<>();
            for (int pair = 1; pair <= settings.pairs(); pair++) {
                progress.accept(String.format(Locale.ROOT, "%s: pair %d of %d", label, pair, settings.pairs()));
                weir.add(measureWeir(run));
                run.pause();
                for (CTwin twin : twins) {
                    if (twin.canRun(benchCase)) {
                        figures.computeIfAbsent(twin, key -> new ArrayList<>())
                                .add(PairStatistics.median(twin.run(benchCase, settings.seconds(), settings.cpu())));
                    }
                }
                run.resume();
            }
            run.stopAndCheck();
            return row(benchCase, weir, figures);
        }
    }

    private double measureWeir(MemoryBenchRun run) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS); // caches are the twin's
        List<Double> slices = new ArrayList<>();
        for (int slice = 0; slice < SLICES_PER_PAIR; slice++) {
            slices.add(run.measureMoving(nanos(settings.seconds())).mpps());
        }
        return PairStatistics.median(slices);
    }

    private static MemoryBenchRow row(MemoryBenchCase benchCase, List<Double> weir, Map<CTwin, List<Double>> figures) {
        Map<String, MemoryBenchRow.Twin> compared = new LinkedHashMap<>();
        figures.forEach((twin, mpps) -> {
            List<Double> ratios = new ArrayList<>();
            for (int pair = 0; pair < mpps.size(); pair++) {
                ratios.add(weir.get(pair) / mpps.get(pair));
            }
            compared.put(
                    twin.kind().name().toLowerCase(Locale.ROOT),
                    new MemoryBenchRow.Twin(PairStatistics.median(mpps), PairStatistics.of(ratios)));
        });
        PairStatistics own = PairStatistics.of(weir);
        return new MemoryBenchRow(
                benchCase.ports(),
                benchCase.macs(),
                benchCase.batch(),
                benchCase.copyBytes(),
                benchCase.frameBytes(),
                own.median(),
                own.min(),
                own.max(),
                1e3 / own.median(),
                true,
                compared);
    }

    private static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }
}
