// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import weir.control.bench.PairStatistics;
import weir.control.bench.container.Attachment;
import weir.control.bench.container.Baseline;
import weir.control.bench.container.ContainerBench;
import weir.control.bench.container.ContainerBenchReport;
import weir.control.bench.container.ContainerBenchSettings;
import weir.control.bench.container.Figure;
import weir.control.bench.container.Layout;
import weir.control.bench.container.RatioPlot;
import weir.control.bench.process.BenchFailure;
import weir.control.gen.Traffic;
import weir.control.run.HostConfig;
import weir.core.port.PortException;

/**
 * A benchmark of Weir between stations in namespaces of their own, in turn with other switches: {@code weir bench container}
 * and those of one kind of port.
 */
abstract class StationBenchCommand implements Callable<Integer> {
    /** Of descriptions, behind the kind of port. */
    static final String MEASURED =
            ", as root: small frames, TCP, latency and CPU time, in turn with the kernel's bridge and others, which join veth"
                    + " pairs.";

    static final String LEAVES_NOTHING =
            "Nothing has to be fetched, nothing leaves the namespaces that it makes, and everything is removed again, also"
                    + " after Ctrl-C.";

    private static final double MIN_SECONDS = 0.05;
    private static final double MAX_SECONDS = 30;
    private static final int MAX_PAIRS = 1000;
    private static final int SIGNAL_SPREADS_MILLIS = 100;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Option(
            names = "--topology",
            paramLabel = "NAME",
            description = "pair, or star8: frames from one to seven others (default: pair).")
    private Layout topology = Layout.PAIR;

    @Option(
            names = "--baseline",
            split = ",",
            paramLabel = "NAME",
            description =
                    "What to hold it against: bridge, bridge_rps, which works on the switch's CPU, and ovs, in user"
                            + " space (default: bridge).")
    private List<Baseline> baselines = List.of(Baseline.BRIDGE);

    @Option(names = "--seconds", paramLabel = "S", description = "Length of one measurement (default: 1).")
    private double seconds = 1;

    @Option(names = "--pairs", paramLabel = "N", description = "Turns of all that is compared (default: 7).")
    private int pairs = 7;

    @Option(names = "--plot", paramLabel = "FILE", description = "Write a plot of the ratios, as SVG.")
    private @Nullable Path plot;

    /** The command's name. */
    private String benchmark() {
        return spec.name();
    }

    final CommandLine command() {
        return spec.commandLine();
    }

    /** How stations are at Weir's switch; checked. */
    abstract Attachment attachment();

    /** Whether Weir's stations are containers. */
    boolean hasContainers() {
        return false;
    }

    @Override
    public final Integer call() throws InterruptedException {
        ContainerBenchSettings settings = settings();
        try (StopSignal signal = new StopSignal()) {
            signal.exitWith(StopSignal.INTERRUPTED);
            int exitCode = run(settings, signal);
            signal.exitWith(exitCode);
            return exitCode;
        }
    }

    /** Has printed everything when it returns: after a signal the process may end at any moment from then on. */
    private int run(ContainerBenchSettings settings, StopSignal signal) throws InterruptedException {
        signal.interruptThisThread();
        try {
            report(measure(settings));
            return ExitCode.OK.number();
        } catch (InterruptedException e) {
            if (!signal.isAsked()) {
                throw e;
            }
            return stopped();
        } catch (BenchFailure e) {
            // Ctrl-C reaches children, too, and may reach them before us.
            if (signal.await(SIGNAL_SPREADS_MILLIS)) {
                return stopped();
            }
            throw CommandFailures.of(ExitCode.FAILURE, e, e.hint());
        } catch (PortException e) {
            throw CommandFailures.of(e);
        } finally {
            signal.interruptNobody();
        }
    }

    private int stopped() {
        PrintWriter err = command().getErr();
        err.println("weir: stopped; everything is removed again");
        err.flush();
        return StopSignal.INTERRUPTED;
    }

    private ContainerBenchReport measure(ContainerBenchSettings settings)
            throws InterruptedException, BenchFailure, PortException {
        try (Progress progress = Progress.on(command().getErr())) {
            return ContainerBench.run(benchmark(), settings, progress::show);
        }
    }

    private ContainerBenchSettings settings() {
        OptionRange.require(command(), "--seconds", seconds, MIN_SECONDS, MAX_SECONDS);
        OptionRange.require(command(), "--pairs", pairs, 1, MAX_PAIRS);
        PlotFile.requireFolder(command(), plot);
        BitSet allowed = HostConfig.allowedCpus();
        boolean pinned = allowed.cardinality() > 1;
        return new ContainerBenchSettings(
                topology,
                attachment(),
                hasContainers(),
                baselines.stream().distinct().toList(),
                seconds,
                pairs,
                Traffic.DEFAULT_SIZE,
                pinned ? allowed.length() - 1 : -1,
                pinned ? allowed.nextSetBit(0) : -1);
    }

    private void report(ContainerBenchReport report) {
        PlotFile.write(plot, () -> RatioPlot.of(report));
        PrintWriter out = command().getOut();
        if (output.format() != OutputFormat.TABLE) {
            output.print(out, report, () -> figures(report));
            return;
        }
        out.println(report.machine().sentence());
        out.println(report.pinning());
        out.println();
        figures(report).print(out);
        out.println();
        ratios(report).print(out);
        out.println();
        for (ContainerBenchReport.Measured each : report.contenders()) {
            out.println("dropped by " + each.name() + ": " + dropped(each.drops()));
        }
        report.notes().forEach(out::println);
        out.flush();
    }

    private static String dropped(Map<String, Long> drops) {
        return drops.isEmpty()
                ? "nothing"
                : String.join(
                        ", ",
                        drops.entrySet().stream()
                                .map(each -> each.getKey() + " " + String.format(Locale.ROOT, "%,d", each.getValue()))
                                .toList());
    }

    private static TextTable figures(ContainerBenchReport report) {
        List<String> headings = new ArrayList<>(List.of("MEDIAN"));
        report.contenders().forEach(each -> headings.add(each.name().toUpperCase(Locale.ROOT)));
        TextTable table = new TextTable(headings.toArray(String[]::new));
        for (Figure figure : Figure.values()) {
            List<Object> row = new ArrayList<>(List.of(figure.title()));
            for (ContainerBenchReport.Measured each : report.contenders()) {
                PairStatistics statistics = each.figures().get(figure.key());
                row.add(statistics == null ? "-" : statistics.median());
            }
            table.row(row.toArray());
        }
        return table;
    }

    private static TextTable ratios(ContainerBenchReport report) {
        TextTable table = new TextTable("WEIR THROUGH", "FIGURE", "RATIO", "MIN-MAX");
        for (ContainerBenchReport.Ratios each : report.ratios()) {
            for (Figure figure : Figure.values()) {
                PairStatistics ratio = each.figures().get(figure.key());
                if (ratio != null) {
                    table.row(
                            each.baseline(),
                            figure.title(),
                            ratio.median(),
                            String.format(Locale.ROOT, "%.2f-%.2f", ratio.min(), ratio.max()));
                }
            }
        }
        return table;
    }
}
