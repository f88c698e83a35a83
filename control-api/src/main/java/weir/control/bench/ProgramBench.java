// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import weir.control.machine.MachineFacts;
import weir.control.run.HostConfig;
import weir.core.SwitchConfig;
import weir.core.port.PortException;
import weir.core.program.ProgramException;
import weir.ebpf.LoadException;

/**
 * {@code weir bench program}, without its command line: what a program costs on the way of a frame through the whole
 * switch. Each variant has a switch of its own that stays warm; they run in turn on one core, learning among them, and
 * what counts is the ratio within each turn.
 */
public final class ProgramBench {
    private static final MemoryBenchCase LOAD = new MemoryBenchCase(8, 64, 64, 0);
    private static final String LEARNING = "learning";
    private static final double WARM_UP_SLICES = 10;
    private static final double MAX_WARM_UP_SECONDS = 5;
    private static final long SETTLE_MILLIS = 20;

    private final MemoryBenchSettings settings;
    private final SwitchConfig base;
    private final Consumer<String> progress;

    private ProgramBench(MemoryBenchSettings settings, SwitchConfig base, Consumer<String> progress) {
        this.settings = settings;
        this.base = base;
        this.progress = progress;
    }

    /**
     * Measures all variants.
     *
     * @param settings with the CPU to run on, or -1 where this operating system cannot pin
     * @param withKernel whether the running kernel is measured, too, where it lets this process
     * @param progress hears of each step
     */
    public static ProgramBenchReport run(
            List<BenchProgram> programs,
            List<BenchEngine> engines,
            MemoryBenchSettings settings,
            boolean withKernel,
            Consumer<String> progress)
            throws PortException, InterruptedException, LoadException, ProgramException {
        MachineFacts machine = MachineFacts.now();
        SwitchConfig base = settings.cpu() >= 0
                ? HostConfig.forMemoryPorts("bench", settings.cpu())
                : HostConfig.forMemoryPorts("bench");
        ProgramBench bench = new ProgramBench(settings, base, progress);
        try (KernelBench kernel =
                withKernel ? KernelBench.open(programs, settings) : KernelBench.without("not asked for", settings)) {
            List<ProgramBenchReport.Row> rows = bench.measure(programs, engines, kernel);
            return new ProgramBenchReport(
                    "program", machine, settings, rows, kernel.report(), ProgramBenchReport.PUBLISHED);
        }
    }

    /** A program under an engine; without both, learning. */
    private record Variant(String program, String engine, MemoryBenchRun run, List<Double> mpps) {}

    private List<ProgramBenchReport.Row> measure(
            List<BenchProgram> programs, List<BenchEngine> engines, KernelBench kernel)
            throws PortException, InterruptedException, LoadException, ProgramException {
        List<Variant> variants = new ArrayList<>();
        try {
            variants.add(warm("", LEARNING, new MemoryBenchRun(LOAD, base)));
            for (BenchProgram program : programs) {
                for (BenchEngine engine : engines) {
                    progress.accept(program.label() + " under " + engine.label() + ": warming up");
                    variants.add(warm(program.label(), engine.label(), program.start(LOAD, base, engine)));
                }
            }
            for (int turn = 1; turn <= settings.pairs(); turn++) {
                progress.accept(String.format(Locale.ROOT, "turn %d of %d", turn, settings.pairs()));
                for (Variant variant : variants) {
                    variant.mpps().add(measure(variant.run()));
                }
                kernel.measure();
            }
            for (Variant variant : variants) {
                variant.run().resume();
                variant.run().stopAndCheck();
            }
            return rows(variants);
        } finally {
            variants.forEach(variant -> variant.run().close());
        }
    }

    private Variant warm(String program, String engine, MemoryBenchRun run) throws InterruptedException {
        run.measure(nanos(Math.min(MAX_WARM_UP_SECONDS, WARM_UP_SLICES * settings.seconds())));
        run.pause();
        return new Variant(program, engine, run, new ArrayList<>());
    }

    private double measure(MemoryBenchRun run) throws InterruptedException {
        run.resume();
        TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS); // caches are another's
        List<Double> slices = new ArrayList<>();
        for (int slice = 0; slice < PairedMeasurement.SLICES_PER_PAIR; slice++) {
            slices.add(run.measureMoving(nanos(settings.seconds())).mpps());
        }
        run.pause();
        return PairStatistics.median(slices);
    }

    private static List<ProgramBenchReport.Row> rows(List<Variant> variants) {
        List<Double> learning = variants.getFirst().mpps();
        List<ProgramBenchReport.Row> rows = new ArrayList<>();
        for (Variant variant : variants) {
            List<Double> ratios = new ArrayList<>();
            for (int turn = 0; turn < learning.size(); turn++) {
                ratios.add(variant.mpps().get(turn) / learning.get(turn));
            }
            PairStatistics own = PairStatistics.of(variant.mpps());
            rows.add(new ProgramBenchReport.Row(
                    variant.program(),
                    variant.engine(),
                    own.median(),
                    own.min(),
                    own.max(),
                    1e3 / own.median(),
                    PairStatistics.of(ratios)));
        }
        return rows;
    }

    private static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }
}
