// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import weir.control.gen.GenLimits;
import weir.control.gen.SinkReport;
import weir.control.gen.SinkRun;
import weir.control.report.EventText;
import weir.core.port.PortException;

/** {@code weir sink}. */
@Command(
        name = "sink",
        description = {
            "Counts the frames that come from a port of any kind, until a limit or Ctrl-C. Of frames that 'weir gen' made it"
                    + " tells which are missing, came twice or came late, and how long they took.",
            "",
            "Times are those of this machine's clock: of frames that were made on another machine they mean nothing, and"
                    + " are left out where they cannot be true."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir sink tap:t2",
            "  weir sink unix:/tmp/s --seconds 10 -o json",
            "  weir sink pcap:trace.pcap?speed=max"
        })
public final class SinkCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Parameters(paramLabel = "SPEC", description = "The port, such as tap:t1 or unix:/tmp/s.")
    private String portSpec = "";

    @Option(names = "--count", paramLabel = "N", description = "Stop after so many frames.")
    private @Nullable Long count;

    @Option(names = "--seconds", paramLabel = "S", description = "Stop after so long; 0 for never (default: 0).")
    private double seconds;

    @Option(names = "--busy", description = "Never sleep: exact times, one core all the time.")
    private boolean busy;

    /** For picocli. */
    public SinkCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        GenLimits limits = limits();
        try (StopSignal signal = new StopSignal();
                SinkRun run = SinkRun.open(
                        PortSpecArgument.read(portSpec), limits, busy, event -> EventText.tell(event, this::say))) {
            say("ready: " + portSpec + " " + run.portState() + "; Ctrl-C ends");
            ForegroundLoop.run(signal, run::isFinished, () -> say(lineOf(run.interval())));
            SinkReport report = run.finish();
            print(report);
            int exitCode = (report.law().holds() ? ExitCode.OK : ExitCode.FAILURE).number();
            signal.exitWith(exitCode);
            return exitCode;
        } catch (PortException e) {
            throw CommandFailures.of(e);
        }
    }

    private GenLimits limits() {
        if (count != null && count < 1) {
            throw new ParameterException(spec.commandLine(), "--count " + count + " is less than 1");
        }
        if (!(seconds >= 0)) {
            throw new ParameterException(spec.commandLine(), "--seconds " + seconds + " is less than 0");
        }
        return new GenLimits(count == null ? 0 : count, seconds);
    }

    private static String lineOf(SinkReport.Interval interval) {
        SinkReport.Latency latency = interval.latency();
        return String.format(
                Locale.ROOT,
                "%5.1f s  %16s  %14s%s",
                interval.atSeconds(),
                RateText.pps(interval.pps()),
                RateText.bits(interval.bitsPerSecond()),
                latency == null
                        ? ""
                        : String.format(Locale.ROOT, "  p50 %.1f us  p99 %.1f us", latency.p50Us(), latency.p99Us()));
    }

    private void print(SinkReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() != OutputFormat.TABLE) {
            output.print(out, report, () -> table(report));
            return;
        }
        table(report).print(out);
        SinkReport.Latency latency = report.latency();
        if (latency != null) {
            out.println();
            latencies(latency).print(out);
        }
        out.flush();
    }

    private static TextTable table(SinkReport report) {
        return new TextTable("PORT", "RECEIVED", "SECONDS", "PPS", "RATE", "STAMPED", "LOST", "DUPLICATES", "REORDERED")
                .row(
                        report.spec(),
                        report.received(),
                        report.seconds(),
                        Math.round(report.pps()),
                        RateText.bits(report.bitsPerSecond()),
                        report.stamped(),
                        report.lost(),
                        report.duplicates(),
                        report.reordered());
    }

    private static TextTable latencies(SinkReport.Latency latency) {
        return new TextTable("LATENCY, US", "MIN", "MEAN", "P50", "P90", "P99", "P99.9", "MAX")
                .row(
                        "all frames",
                        latency.minUs(),
                        latency.meanUs(),
                        latency.p50Us(),
                        latency.p90Us(),
                        latency.p99Us(),
                        latency.p999Us(),
                        latency.maxUs());
    }

    /** One line for people: on standard output, unless that is for a program. */
    private synchronized void say(String line) {
        PrintWriter writer = output.format() == OutputFormat.TABLE
                ? spec.commandLine().getOut()
                : spec.commandLine().getErr();
        writer.println(line);
        writer.flush();
    }
}
