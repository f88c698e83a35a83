// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weir.control.bench.DaemonBench;
import weir.control.bench.DaemonBenchReport;
import weir.control.bench.DaemonBenchSettings;
import weir.control.bench.PairStatistics;
import weir.control.bench.process.BenchFailure;
import weir.control.bench.process.Closing;
import weir.control.bench.process.Scratch;
import weir.control.bench.process.WeirDaemon;
import weir.control.client.DaemonClient;
import weir.control.run.HostConfig;
import weir.core.port.PortException;
import weir.ports.shm.client.ShmException;

/** {@code weir bench daemon}. */
@Command(
        name = "daemon",
        description = {
            "Measures a daemon at full load: how long calls of its API take, beside the same without frames, and how much"
                    + " of its rate is left while it is asked.",
            "",
            "A daemon of its own is started, or one that runs gets a switch for the time. A thread here generates into one"
                    + " shared-memory port and takes from another; calls are, in turn, reading and changing ones: links,"
                    + " addresses, entries of a program's map.",
            "",
            "The rate is measured alone, and with ten calls and one scrape of /metrics a second, which take turns."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir bench daemon",
            "  weir bench daemon --pairs 15 -o json",
            "  weir bench daemon --folder /dev/shm",
            "  weir bench daemon --socket /run/weir/api.sock"
        })
public final class BenchDaemonCommand implements Callable<Integer> {
    private static final String OWN_SWITCH = "bench";
    /** Thread of that switch's worker in a daemon that was started for it. */
    private static final String OWN_WORKER = "weir-bench-0";

    private static final String PREFIX = "weir-bench-daemon-";
    private static final int ANY_CPU = -1;
    private static final double MIN_SECONDS = 0.01;
    private static final double MAX_SECONDS = 60;
    private static final int MAX_PAIRS = 1000;
    private static final int MIN_CALLS = 10;
    private static final int MAX_CALLS = 10_000;
    private static final int MIN_BYTES = 60;
    private static final int MAX_BYTES = 1514;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Option(names = "--seconds", paramLabel = "S", description = "Length of a slice; a turn has four (default: 2).")
    private double seconds = 2;

    @Option(names = "--pairs", paramLabel = "N", description = "Turns of all that is compared (default: 7).")
    private int pairs = 7;

    @Option(names = "--warm-up", paramLabel = "S", description = "Load and calls before the first slice (default: 10).")
    private double warmUp = 10;

    @Option(
            names = "--calls",
            paramLabel = "N",
            description = "Calls a second while their time is measured, 10 to 10000 (default: 100).")
    private int calls = 100;

    @Option(names = "--bytes", paramLabel = "N", description = "Length of a frame, 60 to 1514 (default: 64).")
    private int bytes = 64;

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            description = "Measure the daemon that listens there (default: start one).")
    private @Nullable Path socket;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description =
                    "Where the daemon that is started keeps its state for the time: a change is answered when it is"
                            + " on that disk (default: where temporary files are).")
    private @Nullable Path folder;

    /** For picocli. */
    public BenchDaemonCommand() {}

    @Override
    public Integer call() throws InterruptedException, PortException {
        if (!HostConfig.isLinux()) {
            throw new PortException("shared-memory ports need Linux", "run weir in a Linux machine or container");
        }
        check();
        DaemonBenchReport report = measure();
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() == OutputFormat.TABLE) {
            print(out, report);
        } else {
            output.print(out, report, () -> calls(report));
        }
        return ExitCode.OK.number();
    }

    private void check() {
        CommandLine command = spec.commandLine();
        OptionRange.require(command, "--seconds", seconds, MIN_SECONDS, MAX_SECONDS);
        OptionRange.require(command, "--warm-up", warmUp, MIN_SECONDS, MAX_SECONDS);
        OptionRange.require(command, "--pairs", pairs, 1, MAX_PAIRS);
        OptionRange.require(command, "--calls", calls, MIN_CALLS, MAX_CALLS);
        OptionRange.require(command, "--bytes", bytes, MIN_BYTES, MAX_BYTES);
        if (socket != null && folder != null) {
            throw usage("--folder is for a daemon that is started, and --socket names one that runs");
        }
        if (folder != null && !Files.isDirectory(folder)) {
            throw new CommandFailure(ExitCode.NOT_FOUND, "no folder " + folder, "give a folder that exists");
        }
    }

    private ParameterException usage(String cause) {
        return new ParameterException(spec.commandLine(), cause);
    }

    private DaemonBenchReport measure() throws InterruptedException {
        try (Progress progress = Progress.on(spec.commandLine().getErr());
                Closing closing = new Closing()) {
            Scratch scratch = folder == null ? Scratch.named(PREFIX) : Scratch.named(folder, PREFIX);
            closing.add(scratch::close);
            scratch.clear();
            if (socket != null) {
                String name = OWN_SWITCH + "-" + ProcessHandle.current().pid();
                return run(DaemonClient.at(socket), name, scratch, settings(false), () -> {}, progress);
            }
            WeirDaemon daemon = new WeirDaemon(scratch, List.of(), ANY_CPU, List.of());
            closing.add(daemon);
            DaemonBenchSettings settings = settings(true);
            return run(daemon.client(), OWN_SWITCH, scratch, settings, () -> place(daemon, settings), progress);
        } catch (BenchFailure e) {
            throw CommandFailures.of(ExitCode.FAILURE, e, e.hint());
        }
    }

    private static void place(WeirDaemon daemon, DaemonBenchSettings settings) throws BenchFailure {
        if (settings.workerCpu() >= 0) {
            daemon.pin(OWN_WORKER, settings.workerCpu());
        }
    }

    /** @param scratch where the daemon makes sockets for ports */
    private static DaemonBenchReport run(
            DaemonClient client,
            String name,
            Scratch scratch,
            DaemonBenchSettings settings,
            DaemonBench.Preparation preparation,
            Progress progress)
            throws InterruptedException, BenchFailure {
        try {
            return DaemonBench.run(client, name, scratch.folder(), settings, preparation, progress::show);
        } catch (ShmException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "cannot use a port of the daemon: " + e.getMessage(),
                    "run this on the daemon's machine, as a user who may use its sockets",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * With more than one CPU the generator has the first one, and the worker the last one: together on one of them, where the
     * scheduler puts them now and then, they do a tenth. The daemon's other threads find their places by themselves.
     *
     * @param ownDaemon whose threads are known
     */
    private DaemonBenchSettings settings(boolean ownDaemon) {
        BitSet allowed = HostConfig.allowedCpus();
        boolean pinned = allowed.cardinality() > 1;
        return new DaemonBenchSettings(
                seconds,
                pairs,
                warmUp,
                calls,
                bytes,
                pinned ? allowed.nextSetBit(0) : ANY_CPU,
                pinned && ownDaemon ? allowed.length() - 1 : ANY_CPU);
    }

    private static void print(PrintWriter out, DaemonBenchReport report) {
        out.println(report.machine().sentence());
        out.println();
        calls(report).print(out);
        out.println();
        rates(report).print(out);
        out.println();
        out.println(String.format(
                Locale.ROOT,
                "asked, it forwards %.3f times as much as alone (%.3f to %.3f)",
                report.ratio().median(),
                report.ratio().min(),
                report.ratio().max()));
        out.println("law: every frame is accounted for");
        out.flush();
    }

    private static TextTable calls(DaemonBenchReport report) {
        TextTable table = new TextTable("API", "CALLS", "P50 MS", "P99 MS", "MAX MS");
        row(table, "idle, reading", report.idle().reads());
        row(table, "idle, changing", report.idle().changes());
        row(table, "idle, all", report.idle().all());
        row(table, "full load, reading", report.loaded().reads());
        row(table, "full load, changing", report.loaded().changes());
        row(table, "full load, all", report.loaded().all());
        return table;
    }

    private static void row(TextTable table, String name, DaemonBenchReport.Latency latency) {
        table.row(name, latency.calls(), latency.p50Ms(), latency.p99Ms(), latency.maxMs());
    }

    private static TextTable rates(DaemonBenchReport report) {
        TextTable table = new TextTable("FORWARDING", "MPPS", "MIN-MAX");
        row(table, "alone", report.aloneMpps());
        row(table, "asked", report.askedMpps());
        return table;
    }

    private static void row(TextTable table, String name, PairStatistics mpps) {
        table.row(name, mpps.median(), String.format(Locale.ROOT, "%.2f-%.2f", mpps.min(), mpps.max()));
    }
}
