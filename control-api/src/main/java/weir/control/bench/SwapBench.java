// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import weir.control.machine.MachineFacts;
import weir.control.run.HostConfig;
import weir.core.SwitchConfig;
import weir.core.port.PortException;
import weir.core.program.ProgramException;
import weir.ebpf.LoadException;

/**
 * {@code weir bench swap}, without its command line: whether a switch under full load notices that its program is
 * exchanged. In each turn the same program is loaded anew, with the maps of the one before, and warmed up; when it is
 * ready there is one window without anything, and one in which it takes over and the one before is freed. What counts is the
 * longest batch of each window. As many frames circulate as go into one batch, so that a round of the worker is one full batch.
 */
public final class SwapBench {
    private static final int BATCH_FRAMES = 64;
    private static final MemoryBenchCase LOAD = new MemoryBenchCase(8, 64, BATCH_FRAMES, 0).withFrames(BATCH_FRAMES);
    private static final double WARM_UP_SECONDS = 3;
    /** The compiler's threads may still be at work when a program says that it is ready. */
    private static final long SETTLE_MILLIS = 100;

    private static final long PATIENCE_SECONDS = 60;

    private final SwapBenchSettings settings;
    private final BenchProgram program;
    private final MemoryBenchRun run;
    private final RoundTimer timer;
    private final List<RoundTimer.Window> without = new ArrayList<>();
    private final List<RoundTimer.Window> with = new ArrayList<>();

    private SwapBench(SwapBenchSettings settings, BenchProgram program, MemoryBenchRun run) {
        this.settings = settings;
        this.program = program;
        this.run = run;
        timer = run.timeRounds();
    }

    /**
     * Measures.
     *
     * @param windows with an exchange, and as many without
     * @param cpu of the worker, or -1 where this operating system cannot pin
     * @param progress hears of each step
     */
    public static SwapBenchReport run(
            BenchProgram program, int windows, int windowMillis, int cpu, Consumer<String> progress)
            throws PortException, InterruptedException, LoadException, ProgramException {
        MachineFacts machine = MachineFacts.now();
        SwapBenchSettings settings = new SwapBenchSettings(program.label(), windows, windowMillis, cpu);
        SwitchConfig base = cpu >= 0 ? HostConfig.forMemoryPorts("bench", cpu) : HostConfig.forMemoryPorts("bench");
        progress.accept("warming up");
        try (MemoryBenchRun run = program.start(LOAD, base, BenchEngine.JIT);
                ExecutorService loader = Executors.newSingleThreadExecutor()) {
            SwapBench bench = new SwapBench(settings, program, run);
            run.measure((long) (WARM_UP_SECONDS * TimeUnit.SECONDS.toNanos(1)));
            for (int turn = 1; turn <= windows; turn++) {
                progress.accept(String.format(Locale.ROOT, "exchange %d of %d", turn, windows));
                bench.turn(loader);
            }
            run.stopAndCheck();
            return SwapBenchReport.of(machine, settings, BATCH_FRAMES, bench.without, bench.with);
        }
    }

    private void turn(ExecutorService loader) throws InterruptedException {
        CountDownLatch isReady = new CountDownLatch(1);
        CountDownLatch mayTakeOver = new CountDownLatch(1);
        Future<?> load = loader.submit(exchange(isReady, mayTakeOver));
        try {
            await(isReady, load);
            TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
            without.add(window(() -> {}));
            with.add(window(mayTakeOver::countDown));
        } finally {
            mayTakeOver.countDown();
        }
        finish(load);
    }

    private RoundTimer.Window window(Runnable event) throws InterruptedException {
        timer.open();
        event.run();
        TimeUnit.MILLISECONDS.sleep(settings.windowMillis());
        return timer.close();
    }

    private Callable<Void> exchange(CountDownLatch isReady, CountDownLatch mayTakeOver) {
        return () -> {
            program.exchange(run, BenchEngine.JIT, () -> {
                isReady.countDown();
                awaitUninterrupted(mayTakeOver);
            });
            return null;
        };
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the benchmark is being stopped: take over at once
        }
    }

    private static void await(CountDownLatch isReady, Future<?> load) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!isReady.await(SETTLE_MILLIS, TimeUnit.MILLISECONDS)) {
            if (load.isDone()) {
                finish(load);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("no program was ready within " + PATIENCE_SECONDS + " s");
            }
        }
    }

    private static void finish(Future<?> load) throws InterruptedException {
        try {
            load.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the program could not be exchanged: " + e.getCause(), e);
        }
    }
}
