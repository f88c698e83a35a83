// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import weir.control.run.HostConfig;
import weir.ebpf.isa.Assembler;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpAction;
import weir.ports.linux.Affinity;
import weir.ports.linux.LinuxException;

/**
 * The programs of {@code weir bench program} in the running kernel ({@code BPF_PROG_TEST_RUN}), on one frame over and
 * over. What is measured is CPU time of the calling thread, net of what the same call takes with a program that passes
 * all. One control thread; the programs run on a thread of their own, on the benchmark's CPU.
 */
final class KernelBench implements AutoCloseable {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Frames of one system call. The kernel waits for a grace period after each, some 30 ms on an idle machine. */
    private static final int FRAMES_PER_CALL = 500_000;

    private static final String PASS = "r0 = 2\nexit\n";
    private static final int FRAME_BYTES = 64;

    /** An address of 48 bits, as {@link #DESTINATION}. */
    private static final long SOURCE = 0x0200_0000_0001L;

    static final long DESTINATION = 0x0200_0000_0002L;

    private final byte[] frame = BenchFrame.of(FRAME_BYTES, DESTINATION, SOURCE, 0, 0);
    private final MemoryBenchSettings settings;
    private final List<Variant> variants = new ArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("bench-kernel").factory());

    /** A program, the one that passes all without a name, and what a frame cost in each turn. */
    private record Variant(String program, KernelObject object, int verdict, List<Double> nanos) {}

    private @Nullable String note;

    private KernelBench(MemoryBenchSettings settings) {
        this.settings = settings;
    }

    /** Measures nothing. */
    static KernelBench without(String note, MemoryBenchSettings settings) {
        KernelBench bench = new KernelBench(settings);
        bench.note = note;
        return bench;
    }

    /** Loads programs; when the kernel lets this process load none, the report says so. */
    static KernelBench open(List<BenchProgram> programs, MemoryBenchSettings settings) throws InterruptedException {
        if (!HostConfig.isLinux()) {
            return without("this is not Linux", settings);
        }
        KernelBench bench = new KernelBench(settings);
        boolean isOpen = false;
        try {
            bench.load(programs);
            isOpen = true;
        } catch (LinuxException e) {
            bench.note = e.getMessage();
            isOpen = true;
        } finally {
            if (!isOpen) {
                bench.close();
            }
        }
        return bench;
    }

    private void load(List<BenchProgram> programs) throws LinuxException, InterruptedException {
        add("", KernelObject.load(ProgramSpec.of("weir_pass", Assembler.assemble(PASS))));
        for (BenchProgram program : programs) {
            if (program.isForLinux()) {
                add(program.label(), program.loadIntoKernel());
            }
        }
        if (settings.cpu() >= 0) {
            onThread(() -> {
                Affinity.pinCurrentThread(settings.cpu());
                return settings.cpu();
            });
        }
    }

    private void add(String program, KernelObject object) throws LinuxException {
        List<Double> nanos = new ArrayList<>();
        boolean isAdded = false;
        try {
            variants.add(new Variant(program, object, object.run(frame, FRAMES_PER_CALL), nanos));
            isAdded = true;
        } finally {
            if (!isAdded) {
                object.close();
            }
        }
    }

    /** Measures each program once more. */
    void measure() throws InterruptedException {
        if (note != null) {
            return;
        }
        try {
            for (Variant variant : variants) {
                variant.nanos().add(onThread(() -> medianOfSlices(variant.object())));
            }
        } catch (LinuxException e) {
            note = e.getMessage();
        }
    }

    private double medianOfSlices(KernelObject object) throws LinuxException {
        List<Double> slices = new ArrayList<>();
        for (int slice = 0; slice < PairedMeasurement.SLICES_PER_PAIR; slice++) {
            slices.add(nanosPerFrame(object));
        }
        return PairStatistics.median(slices);
    }

    private double nanosPerFrame(KernelObject object) throws LinuxException {
        long slice = (long) (settings.seconds() * 1e9);
        long start = THREADS.getCurrentThreadCpuTime();
        long spent = 0;
        long frames = 0;
        while (spent < slice) {
            object.run(frame, FRAMES_PER_CALL);
            frames += FRAMES_PER_CALL;
            spent = THREADS.getCurrentThreadCpuTime() - start;
        }
        return (double) spent / frames;
    }

    /** What the turns gave so far, at least one. */
    KernelBenchReport report() {
        if (note != null) {
            return KernelBenchReport.without(note);
        }
        List<Double> pass = variants.getFirst().nanos();
        List<KernelBenchReport.Row> rows = new ArrayList<>();
        for (Variant variant : variants.subList(1, variants.size())) {
            List<Double> net = new ArrayList<>();
            for (int turn = 0; turn < pass.size(); turn++) {
                net.add(variant.nanos().get(turn) - pass.get(turn));
            }
            rows.add(new KernelBenchReport.Row(
                    variant.program(), XdpAction.name(variant.verdict()), PairStatistics.of(net)));
        }
        return new KernelBenchReport(null, PairStatistics.median(pass), rows);
    }

    /** Something that the kernel may refuse. */
    @FunctionalInterface
    private interface Work<T> {
        T call() throws LinuxException;
    }

    private <T> T onThread(Work<T> work) throws LinuxException, InterruptedException {
        try {
            return thread.submit(work::call).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinuxException refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        thread.close();
        variants.forEach(variant -> variant.object().close());
    }
}
