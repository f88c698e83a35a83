// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weir.control.bench.ShmBench;
import weir.control.bench.ShmBenchReport;
import weir.control.bench.ShmBenchRow;
import weir.control.bench.ShmBenchSettings;
import weir.control.bench.process.ThisProgram;
import weir.control.run.HostConfig;
import weir.core.port.PortException;
import weir.ports.shm.ShmSpec;

/** {@code weir bench shm}. */
@Command(
        name = "shm",
        description = {
            "Measures a learning switch between two shared-memory ports: a client in a second JVM, one thread, generates"
                    + " into one and takes from the other; the switch's worker runs on another CPU.",
            "",
            "Every frame is written by the client, copied in, checked, learned, looked up, counted and copied out by the"
                    + " switch, and copied by the client."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir bench shm", "  weir bench shm --bytes 64,512,1500 --slices 10 -o json"})
public final class BenchShmCommand implements Callable<Integer> {
    private static final int MIN_BYTES = 60;
    private static final int MAX_BYTES = 1514;
    private static final double MIN_SECONDS = 0.01;
    private static final double MAX_SECONDS = 60;
    private static final int MAX_SLICES = 1000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Option(names = "--bytes", split = ",", paramLabel = "N", description = "Frames, 60 to 1514 (default: 64,1500).")
    private List<Integer> bytes = List.of(64, 1500);

    @Option(names = "--seconds", paramLabel = "S", description = "Length of one slice (default: 1).")
    private double seconds = 1;

    @Option(names = "--slices", paramLabel = "N", description = "Slices of a row (default: 5).")
    private int slices = 5;

    @Option(names = "--warm-up", paramLabel = "S", description = "Load before the first slice (default: 5).")
    private double warmUp = 5;

    @Option(names = "--slots", paramLabel = "N", description = "Slots of each port (default: 1024).")
    private int slots = ShmSpec.DEFAULT_SLOTS;

    /** For picocli. */
    public BenchShmCommand() {}

    @Override
    public Integer call() throws InterruptedException, PortException {
        if (!HostConfig.isLinux()) {
            throw new PortException("shared-memory ports need Linux", "run weir in a Linux machine or container");
        }
        check();
        ShmBenchReport report = measure(settings());
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() == OutputFormat.TABLE) {
            out.println(report.machine().sentence());
            out.println();
            table(report).print(out);
            out.println();
            out.println("law: every frame is accounted for, in every row");
            out.flush();
        } else {
            output.print(out, report, () -> table(report));
        }
        return ExitCode.OK.number();
    }

    private ShmBenchReport measure(ShmBenchSettings settings) throws InterruptedException, PortException {
        try (Progress progress = Progress.on(spec.commandLine().getErr())) {
            return ShmBench.run(bytes, settings, BenchShmCommand::clientCommand, progress::show);
        }
    }

    private void check() {
        CommandLine command = spec.commandLine();
        bytes.forEach(each -> OptionRange.require(command, "--bytes", each, MIN_BYTES, MAX_BYTES));
        for (double each : new double[] {seconds, warmUp}) {
            if (!(each >= MIN_SECONDS && each <= MAX_SECONDS)) {
                throw usage("seconds " + each + " are out of range [" + MIN_SECONDS + ", " + MAX_SECONDS + "]");
            }
        }
        OptionRange.require(command, "--slices", slices, 1, MAX_SLICES);
        if (!ShmSpec.isSlots(slots)) {
            throw usage(
                    "--slots " + slots + " is no power of two from " + ShmSpec.MIN_SLOTS + " to " + ShmSpec.MAX_SLOTS);
        }
    }

    /** The worker on the last CPU allowed, the client on the first. */
    private ShmBenchSettings settings() {
        BitSet allowed = HostConfig.allowedCpus();
        boolean pinned = allowed.cardinality() > 1;
        return new ShmBenchSettings(
                seconds,
                slices,
                warmUp,
                slots,
                pinned ? allowed.length() - 1 : -1,
                pinned ? allowed.nextSetBit(0) : -1);
    }

    private static List<String> clientCommand(Path from, Path to, int frameBytes, ShmBenchSettings settings) {
        return ThisProgram.command(
                List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseParallelGC", "-Xmx64m"),
                List.of(
                        "bench",
                        BenchShmClientCommand.NAME,
                        from.toString(),
                        to.toString(),
                        "--bytes=" + frameBytes,
                        "--seconds=" + settings.seconds(),
                        "--slices=" + settings.slices(),
                        "--warm-up=" + settings.warmUpSeconds(),
                        "--cpu=" + settings.clientCpu()));
    }

    private static TextTable table(ShmBenchReport report) {
        TextTable table = new TextTable("BYTES", "MPPS", "MIN-MAX", "NS/FRAME", "GBIT/S", "DROPPED");
        for (ShmBenchRow row : report.rows()) {
            String range = String.format(
                    Locale.ROOT, "%.2f-%.2f", row.mpps().min(), row.mpps().max());
            table.row(row.frameBytes(), row.mpps().median(), range, row.nsPerFrame(), row.gbps(), row.dropped());
        }
        return table;
    }

    private ParameterException usage(String cause) {
        return new ParameterException(spec.commandLine(), cause);
    }
}
