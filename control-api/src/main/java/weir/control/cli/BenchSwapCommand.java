// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import weir.control.bench.BenchProgram;
import weir.control.bench.PairStatistics;
import weir.control.bench.SwapBench;
import weir.control.bench.SwapBenchReport;
import weir.core.port.PortException;
import weir.core.program.ProgramException;
import weir.ebpf.LoadException;

/** {@code weir bench swap}. */
@Command(
        name = "swap",
        description = {
            "Measures whether a switch under full load notices that its program is exchanged: the longest batch of windows"
                    + " with an exchange, beside that of windows without, which take turns.",
            "",
            "The program is loaded anew each time, verified, compiled and warmed up before its window begins; its maps stay."
                    + " A batch is what the worker does for 64 frames, generator and sink included."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir bench swap", "  weir bench swap --program nologic --windows 20", "  weir bench swap -o json"})
public final class BenchSwapCommand implements Callable<Integer> {
    private static final int MAX_WINDOWS = 10_000;
    private static final int MAX_MILLIS = 10_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CpuOption cpu;

    @Option(
            names = "--program",
            paramLabel = "NAME",
            description = "One of those of 'weir bench program' (default: l2_bridge).")
    private BenchProgram program = BenchProgram.L2_BRIDGE;

    @Option(names = "--windows", paramLabel = "N", description = "Windows of each sort (default: 100).")
    private int windows = 100;

    @Option(names = "--millis", paramLabel = "N", description = "Length of a window (default: 20).")
    private int millis = 20;

    /** For picocli. */
    public BenchSwapCommand() {}

    @Override
    public Integer call() throws InterruptedException, PortException {
        OptionRange.require(spec.commandLine(), "--windows", windows, 1, MAX_WINDOWS);
        OptionRange.require(spec.commandLine(), "--millis", millis, 1, MAX_MILLIS);
        SwapBenchReport report = measure(cpu.read(spec.commandLine()));
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() == OutputFormat.TABLE) {
            print(out, report);
        } else {
            output.print(out, report, () -> table(report));
        }
        return ExitCode.OK.number();
    }

    private SwapBenchReport measure(int onCpu) throws PortException, InterruptedException {
        try (Progress progress = Progress.on(spec.commandLine().getErr())) {
            return SwapBench.run(program, windows, millis, onCpu, progress::show);
        } catch (LoadException | ProgramException e) {
            throw new IllegalStateException("a program of the benchmark cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static void print(PrintWriter out, SwapBenchReport report) {
        out.println(report.machine().sentence());
        out.println();
        table(report).print(out);
        out.println();
        out.println(String.format(
                Locale.ROOT,
                "an exchange of %s makes the longest batch of %d ms %.2f times as long by the clock, %.2f times by CPU time",
                report.settings().program(),
                report.settings().windowMillis(),
                report.ratio(),
                report.cpuRatio()));
        out.println(String.format(
                Locale.ROOT,
                "the first exchange: %.1f us, of CPU time %.1f us",
                report.with().worstMicros().values().getFirst(),
                report.with().worstCpuMicros().values().getFirst()));
        out.println("law: every frame is accounted for");
        out.flush();
    }

    private static TextTable table(SwapBenchReport report) {
        TextTable table = new TextTable("WINDOWS", "BATCH US", "LONGEST US", "MIN-MAX", "OF CPU TIME", "MIN-MAX");
        row(table, "without", report.without());
        row(table, "with an exchange", report.with());
        return table;
    }

    private static void row(TextTable table, String name, SwapBenchReport.Windows windows) {
        table.row(
                name,
                windows.meanMicros(),
                windows.worstMicros().median(),
                range(windows.worstMicros()),
                windows.worstCpuMicros().median(),
                range(windows.worstCpuMicros()));
    }

    private static String range(PairStatistics micros) {
        return String.format(Locale.ROOT, "%.1f-%.1f", micros.min(), micros.max());
    }
}
