// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadedObject;
import weir.ebpf.coverage.Coverage;
import weir.ebpf.coverage.Input;
import weir.ebpf.coverage.InputSearch;
import weir.ebpf.coverage.ScratchHost;
import weir.ebpf.coverage.ScratchMaps;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.map.Bytes;
import weir.ebpf.memory.Mem;
import weir.ebpf.verifier.Verification;
import weir.ebpf.verifier.Verifier;
import weir.ebpf.verifier.VerifierOptions;
import weir.ebpf.xdp.XdpBatch;

/**
 * How long a program takes to run at full speed, with a warm-up and without; what making its class takes; and
 * what frames of another kind cost a program that was compiled before they came.
 *
 * <pre>
 *  mvn -Pjmh -pl ebpf-engine -am package
 *  java --enable-native-access=ALL-UNNAMED -cp ebpf-engine/target/jmh.jar weir.ebpf.jit.ColdStart [start|define|stall]
 * </pre>
 */
public final class ColdStart {
    private static final List<String> STARTED = List.of("parser", "generated:4000");
    private static final List<String> DEFINED = List.of("parser", "generated:150");
    private static final int ROUNDS = 5;
    private static final int PATIENCE = 3_000;
    private static final int DEFINITIONS = 300;
    private static final long START_NANOS = 2_500_000_000L;
    private static final long WINDOW_NANOS = 2_000_000;
    private static final double FULL_SPEED = 1.3;
    private static final double SLOW = 2;
    private static final int STABLE_WINDOWS = 5;
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final long PLAIN_NANOS = 1_000_000_000;
    private static final long STALL_NANOS = 800_000_000;
    private static final int ROOM_BYTES = 4096;
    private static final int HEADROOM_BYTES = 256;
    private static final double MICROS = 1_000;
    private static final double MILLIS = 1_000_000;

    private ColdStart() {}

    /** Measures what is named, or all. */
    public static void main(String[] names) throws Exception {
        List<String> wanted = names.length == 0 ? List.of("start", "define", "stall") : List.of(names);
        if (wanted.contains("start")) {
            for (String program : STARTED) {
                start(program);
            }
        }
        if (wanted.contains("define")) {
            for (String program : DEFINED) {
                define(program);
            }
        }
        if (wanted.contains("stall")) {
            stall("parser");
        }
    }

    // ---- from loading to full speed ------------------------------------------------------------------

    /** A stretch of runs: when it ended, what the process had used by then. */
    private record Window(long endNanos, long processNanos, double nanosPerFrame) {}

    private static void start(String program) throws LoadException {
        print("%s: ms from the start of loading to %.1f times the steady ns a frame", program, FULL_SPEED);
        for (int round = 0; round < ROUNDS; round++) {
            try (Workload workload = new Workload(program)) {
                start(workload, false, round);
                start(workload, true, round);
            }
        }
    }

    private static void start(Workload workload, boolean isWarmed, int round) throws LoadException {
        long startCpu = CpuTime.processNanos();
        long start = System.nanoTime();
        CompiledProgram compiled = compiled(workload);
        double loaded = (System.nanoTime() - start) / MILLIS;
        Warmup.Result warmup = isWarmed ? new Warmup(compiled).run(LIMIT) : null;
        double warmed = (System.nanoTime() - start) / MILLIS;
        List<Window> windows = windows(compiled, workload.batch, start, startCpu, START_NANOS);
        double steady = steady(windows);
        Window full = fullSpeed(windows, steady);
        print(
                "  %-5s round %d: loaded %6.1f, warmed %7.1f, full speed %7.1f (CPU of the process %7.1f), first window %8.1f ns, steady %7.1f ns %s",
                isWarmed ? "warm" : "cold",
                round,
                loaded,
                warmed,
                full.endNanos() / MILLIS,
                full.processNanos() / MILLIS,
                windows.getFirst().nanosPerFrame(),
                steady,
                warmup == null ? "" : text(warmup.coverage(), warmup.isSettled()));
    }

    private static String text(Coverage coverage, boolean isSettled) {
        return coverage.reached().size() + " of " + coverage.possible().size() + " ways"
                + (isSettled ? "" : ", not settled");
    }

    private static CompiledProgram compiled(Workload workload) throws LoadException {
        LoadedObject object = workload.object(Engine.jit());
        return (CompiledProgram) object.program(workload.spec.name()).orElseThrow();
    }

    private static List<Window> windows(EbpfProgram program, XdpBatch batch, long start, long startCpu, long nanos) {
        List<Window> windows = new ArrayList<>();
        long end = System.nanoTime() + nanos;
        long now = 0;
        while (now < end) {
            long from = CpuTime.nanos();
            long spent = 0;
            long frames = 0;
            while (spent < WINDOW_NANOS) {
                program.run(batch, 0);
                frames += batch.size();
                spent = CpuTime.nanos() - from;
            }
            now = System.nanoTime();
            windows.add(new Window(now - start, CpuTime.processNanos() - startCpu, (double) spent / frames));
        }
        return windows;
    }

    /** The median of the last third. */
    private static double steady(List<Window> windows) {
        return windows.subList(windows.size() * 2 / 3, windows.size()).stream()
                .mapToDouble(Window::nanosPerFrame)
                .sorted()
                .toArray()[windows.size() / 6];
    }

    /** When the first of some windows ends that are fast, the most of them. */
    private static Window fullSpeed(List<Window> windows, double steady) {
        for (int i = 0; i + STABLE_WINDOWS <= windows.size(); i++) {
            double[] next = windows.subList(i, i + STABLE_WINDOWS).stream()
                    .mapToDouble(Window::nanosPerFrame)
                    .sorted()
                    .toArray();
            if (windows.get(i).nanosPerFrame() <= steady * FULL_SPEED
                    && next[STABLE_WINDOWS / 2] <= steady * FULL_SPEED) {
                return windows.get(i);
            }
        }
        return windows.getLast();
    }

    // ---- making a class ------------------------------------------------------------------------------

    private static void define(String program) throws JitException {
        try (Workload workload = new Workload(program)) {
            double[] emitted = new double[DEFINITIONS];
            double[] defined = new double[DEFINITIONS];
            for (int i = -DEFINITIONS; i < DEFINITIONS; i++) {
                long start = CpuTime.nanos();
                CompiledUnit unit = ClassEmitter.emit(
                        workload.spec, Facts.NONE, HelperTable.xdp(), workload.maps, true, ClassEmitter.context());
                long middle = CpuTime.nanos();
                CompiledCode code = CompiledProgram.define(unit);
                long end = CpuTime.nanos();
                if (i >= 0 && code != null) {
                    emitted[i] = (middle - start) / MICROS;
                    defined[i] = (end - middle) / MICROS;
                }
            }
            print(
                    "%s, %d slots: %.0f µs to generate, %.0f µs to define, medians of %d",
                    program, workload.spec.code().slots(), median(emitted), median(defined), DEFINITIONS);
        }
    }

    private static double median(double[] numbers) {
        Arrays.sort(numbers);
        return numbers[numbers.length / 2];
    }

    // ---- frames of another kind ----------------------------------------------------------------------

    private static void stall(String name) throws LoadException {
        print("%s: plain frames, then such as take all other ways", name);
        for (int round = 0; round < ROUNDS; round++) {
            try (Workload workload = new Workload(name);
                    Arena arena = Arena.ofConfined()) {
                XdpBatch others = others(workload, arena);
                stall(workload, others, false, round);
                stall(workload, others, true, round);
            }
        }
    }

    private static void stall(Workload workload, XdpBatch others, boolean isCovered, int round) throws LoadException {
        CompiledProgram program = compiled(workload);
        if (isCovered) {
            boolean _ = program.warmUp(LIMIT);
        }
        List<Window> _ = windows(program, workload.batch, 0, 0, PLAIN_NANOS);
        List<Double> batches = new ArrayList<>();
        long end = System.nanoTime() + STALL_NANOS;
        while (System.nanoTime() < end) {
            long from = CpuTime.nanos();
            program.run(others, 0);
            batches.add((double) (CpuTime.nanos() - from));
        }
        double[] sorted =
                batches.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double steady = median(batches.subList(batches.size() / 2, batches.size()).stream()
                .mapToDouble(Double::doubleValue)
                .toArray());
        double slow = batches.stream()
                .filter(each -> each > SLOW * steady)
                .mapToDouble(each -> each)
                .sum();
        print(
                "  warmed by %-12s round %d: first batch %7.1f µs, slowest %7.1f µs, slow for %6.2f ms, steady %5.1f µs",
                isCovered ? "coverage" : "plain frames",
                round,
                batches.getFirst() / MICROS,
                sorted[sorted.length - 1] / MICROS,
                slow / MILLIS,
                steady / MICROS);
    }

    /** Frames of a search for all ways, again and again until the batch is full. */
    private static XdpBatch others(Workload workload, Arena arena) {
        ScratchHost host = new ScratchHost();
        List<Input> inputs;
        try (ScratchMaps maps = ScratchMaps.of(workload.maps)) {
            Verification.Accepted accepted =
                    (Verification.Accepted) Verifier.verify(workload.spec, workload.maps, VerifierOptions.standard());
            inputs = InputSearch.run(
                            workload.spec,
                            accepted.program().facts().paths(),
                            maps,
                            host,
                            new InputSearch.Effort(LIMIT, PATIENCE))
                    .inputs();
        }
        XdpBatch batch = new XdpBatch(Workload.FRAMES);
        for (int i = 0; i < Workload.FRAMES; i++) {
            Bytes frame = inputs.get(i % inputs.size()).frame();
            long start = arena.allocate(ROOM_BYTES, Long.BYTES).address();
            long data = start + HEADROOM_BYTES;
            Mem.copyFrom(frame.toArray(), 0, data, frame.length());
            batch.add(start, data, data + frame.length(), start + ROOM_BYTES, Workload.port(i), 0);
        }
        return batch;
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
