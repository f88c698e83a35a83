// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weir.control.bench.MemoryBench;
import weir.control.bench.MemoryBenchMatrix;
import weir.control.bench.MemoryBenchReport;
import weir.control.bench.MemoryBenchSettings;
import weir.control.bench.TwinChoice;
import weir.control.bench.TwinFailure;
import weir.control.run.HostConfig;
import weir.core.port.PortException;

/** {@code weir bench memory}. */
@Command(
        name = "memory",
        description = {
            "Measures a learning switch between in-process ports on one core: every frame is received, checked, learned,"
                    + " looked up, counted and sent, and comes back from the port that it went to.",
            "",
            "Where a C compiler is found, two C programs run in turn with Weir on the same CPU: 'same' does the same"
                    + " work for each frame, 'bare' only what forwarding cannot do without."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir bench memory",
            "  weir bench memory --ports 2,8,64 --macs 64,10000 --batch 1,8,64,256 --copy 0,64,1500",
            "  weir bench memory --ports 64 --macs 10000 --pairs 15 -o json"
        })
public final class BenchMemoryCommand implements Callable<Integer> {
    private static final double MIN_SECONDS = 0.01;
    private static final double MAX_SECONDS = 60;
    private static final int MAX_PAIRS = 1000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Option(names = "--ports", split = ",", paramLabel = "N", description = "Ports, 2 to 1024 (default: 8).")
    private List<Integer> ports = List.of(8);

    @Option(
            names = "--macs",
            split = ",",
            paramLabel = "N",
            description = "Addresses behind all ports together (default: 64).")
    private List<Integer> macs = List.of(64);

    @Option(names = "--batch", split = ",", paramLabel = "N", description = "Frames a batch, 1 to 256 (default: 64).")
    private List<Integer> batches = List.of(64);

    @Option(
            names = "--copy",
            split = ",",
            paramLabel = "BYTES",
            description = "0: frames of 64 bytes, by reference (default); 60 to 1514: of that size, copied to the"
                    + " receiver.")
    private List<Integer> copies = List.of(0);

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Length of one slice; the median of 3 slices is a pair's figure (default: 0.3).")
    private double seconds = 0.3;

    @Option(names = "--pairs", paramLabel = "N", description = "Turns of Weir and the C programs (default: 7).")
    private int pairs = 7;

    @Option(names = "--cpu", paramLabel = "N", description = "Where to run (default: the last one allowed).")
    private @Nullable Integer cpu;

    @Option(
            names = "--twin",
            paramLabel = "WHEN",
            description = "Compare with C: auto (default; when there is a compiler), off or require.")
    private TwinChoice twin = TwinChoice.AUTO;

    /** For picocli. */
    public BenchMemoryCommand() {}

    @Override
    public Integer call() throws InterruptedException, PortException {
        MemoryBenchReport report = measure(matrix(), settings());
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() == OutputFormat.TABLE) {
            MemoryBenchText.print(out, report);
        } else {
            output.print(out, report, () -> MemoryBenchText.table(report));
        }
        return ExitCode.OK.number();
    }

    private MemoryBenchReport measure(MemoryBenchMatrix matrix, MemoryBenchSettings settings)
            throws PortException, InterruptedException {
        try (Progress progress = Progress.on(spec.commandLine().getErr())) {
            return MemoryBench.run(matrix, settings, twin, progress::show);
        } catch (TwinFailure e) {
            throw CommandFailures.of(ExitCode.FAILURE, e, e.hint());
        }
    }

    private MemoryBenchMatrix matrix() {
        try {
            MemoryBenchMatrix matrix = MemoryBenchMatrix.of(ports, macs, batches, copies);
            if (matrix.cases().isEmpty()) {
                throw usage("no row is left: every port needs an address, so --macs must be at least --ports");
            }
            return matrix;
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private MemoryBenchSettings settings() {
        if (!(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS)) {
            throw usage("--seconds " + seconds + " is out of range [" + MIN_SECONDS + ", " + MAX_SECONDS + "]");
        }
        if (pairs < 1 || pairs > MAX_PAIRS) {
            throw usage("--pairs " + pairs + " is out of range [1, " + MAX_PAIRS + "]");
        }
        BitSet allowed = HostConfig.allowedCpus();
        Integer wanted = cpu;
        if (wanted != null && (wanted < 0 || !allowed.get(wanted))) {
            throw usage("--cpu " + wanted + " is none of the CPUs that this process may use: " + allowed);
        }
        return new MemoryBenchSettings(seconds, pairs, wanted != null ? wanted : allowed.length() - 1);
    }

    private ParameterException usage(String cause) {
        return new ParameterException(spec.commandLine(), cause);
    }
}
