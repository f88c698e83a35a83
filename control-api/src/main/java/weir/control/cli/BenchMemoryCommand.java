// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
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
            "  weir bench memory --ports 2,8,64 --macs 64,10000 --batch 1,8,64,256 \\",
            "      --copy 0,64,1500",
            "  weir bench memory --ports 64 --macs 10000 --pairs 15 -o json"
        })
public final class BenchMemoryCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private BenchSettingsOptions settings;

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
            names = "--twin",
            paramLabel = "WHEN",
            description = "Compare with C: auto (default; when there is a compiler), off or require.")
    private TwinChoice twin = TwinChoice.AUTO;

    /** For picocli. */
    public BenchMemoryCommand() {}

    @Override
    public Integer call() throws InterruptedException, PortException {
        MemoryBenchReport report = measure(matrix(), settings.read(spec.commandLine()));
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

    private ParameterException usage(String cause) {
        return new ParameterException(spec.commandLine(), cause);
    }
}
