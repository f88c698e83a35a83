// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntConsumer;
import weir.ebpf.EbpfProgram;
import weir.ebpf.kernel.KernelCollection;
import weir.ebpf.map.MapSpec;
import weir.ebpf.xdp.XdpBatch;

/**
 * The same programs under all engines, as gcc makes them, and in the running kernel: in turn, many times, in
 * one process. What is compared is CPU time of the thread for a frame, its median over the rounds, so that
 * others on the machine disturb it little. The kernel runs on one hot frame and is shown net of {@code
 * nologic}, which stands for what {@code BPF_PROG_TEST_RUN} itself costs; "hot" is the same of ours, and all
 * others go over 256 frames.
 *
 * <pre>
 *  mvn -Pjmh -pl ebpf-engine -am package
 *  java --enable-native-access=ALL-UNNAMED -cp ebpf-engine/target/jmh.jar weir.ebpf.jit.Comparison [PROGRAM...]
 * </pre>
 */
public final class Comparison {
    private static final int ROUNDS = 11;
    private static final long ROUND_NANOS = 30_000_000;
    private static final long WARM_UP_NANOS = 1_000_000_000;
    private static final int KERNEL_BURST = 10_000;

    private final Map<String, IntConsumer> variants = new LinkedHashMap<>();
    private final Map<String, double[]> nanos = new LinkedHashMap<>();

    private Comparison() {}

    /** Compares the programs named, or all. */
    public static void main(String[] names) throws Exception {
        List<String> programs = new ArrayList<>(List.of(names));
        if (programs.isEmpty()) {
            programs.addAll(Workload.PROGRAMS);
            programs.addAll(List.of("generated:4000", "generated:10000"));
        }
        double nothing = 0;
        System.out.println("ns a frame (CPU time)  interpreter   checked       raw       gcc   raw, hot    kernel net");
        for (String program : programs) {
            Map<String, Double> row = new Comparison().measure(program);
            nothing = program.equals("nologic") ? row.getOrDefault("kernel", 0.0) : nothing;
            System.out.println(String.format(
                    Locale.ROOT,
                    "%-22s %11.1f %9.1f %9.1f %9.1f %10.1f %13.1f",
                    program,
                    row.get("interpreter"),
                    row.get("checked"),
                    row.get("raw"),
                    row.getOrDefault("gcc", Double.NaN),
                    row.get("hot"),
                    row.getOrDefault("kernel", Double.NaN) - nothing));
        }
    }

    private Map<String, Double> measure(String program) throws Exception {
        try (Workload workload = new Workload(program);
                NativePrograms natives = new NativePrograms();
                KernelCollection kernel = KernelCollection.load(List.of(workload.spec), workload.maps, false)) {
            EbpfProgram raw = workload.compiled(false);
            addEngine("interpreter", workload.batch, workload.interpreted());
            addEngine("checked", workload.batch, workload.compiled(true));
            addEngine("raw", workload.batch, raw);
            addEngine("hot", workload.hot, raw);
            int number = Workload.PROGRAMS.indexOf(program);
            if (number >= 0) {
                variants.put("gcc", times -> natives.run(number, workload.batch, times));
            }
            fill(kernel, workload.maps);
            byte[] frame = Workload.frame(0);
            kernel.main().repeat(Workload.frame(1), 1);
            variants.put("kernel", times -> kernel.main().repeat(frame, Math.max(1, times * Workload.FRAMES)));
            return measure();
        }
    }

    private void addEngine(String name, XdpBatch batch, EbpfProgram program) {
        variants.put(name, times -> {
            for (int i = 0; i < times; i++) {
                program.run(batch, 0);
            }
        });
    }

    private static void fill(KernelCollection kernel, List<MapSpec> maps) {
        for (int i = 0; i < maps.size(); i++) {
            if (maps.get(i).name().equals("flows")) {
                for (int flow = 0; flow < Workload.FRAMES; flow++) {
                    kernel.maps().get(i).update(Workload.flow(flow), new byte[16], 0);
                }
            }
        }
    }

    private Map<String, Double> measure() {
        variants.forEach((name, variant) -> {
            nanos.put(name, new double[ROUNDS]);
            run(variant, WARM_UP_NANOS);
        });
        for (int round = 0; round < ROUNDS; round++) {
            int at = round;
            variants.forEach((name, variant) -> nanos.get(name)[at] = run(variant, ROUND_NANOS));
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        nanos.forEach((name, each) -> {
            Arrays.sort(each);
            medians.put(name, each[ROUNDS / 2]);
        });
        return medians;
    }

    /** Nanoseconds of CPU time for a frame. */
    private static double run(IntConsumer variant, long nanos) {
        int burst = KERNEL_BURST / Workload.FRAMES;
        long start = CpuTime.nanos();
        long batches = 0;
        long spent = 0;
        while (spent < nanos) {
            variant.accept(burst);
            batches += burst;
            spent = CpuTime.nanos() - start;
        }
        return (double) spent / (batches * Workload.FRAMES);
    }
}
