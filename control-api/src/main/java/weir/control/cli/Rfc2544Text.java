// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import weir.control.bench.rfc.Limit;
import weir.control.bench.rfc.Rfc2544Report;
import weir.control.gen.SinkReport;

/** What people see of RFC 2544's tests: the tables that it asks for. */
final class Rfc2544Text {
    private static final double PERCENT = 100;

    private Rfc2544Text() {}

    static void print(PrintWriter out, Rfc2544Report report) {
        out.println(report.machine().sentence());
        if (!report.throughput().isEmpty()) {
            table(out, "throughput (26.1)", throughput(report));
        }
        if (!report.latency().isEmpty()) {
            table(out, "latency at the throughput, us, from making a frame to its arrival (26.2)", latency(report));
        }
        if (!report.frameLoss().isEmpty()) {
            table(out, "frame loss rate, percent of the highest rate (26.3)", loss(report));
        }
        if (!report.backToBack().isEmpty()) {
            table(out, "longest burst without loss, frames (26.4)", bursts(report));
        }
        if (!report.systemRecovery().isEmpty()) {
            table(out, "recovery from overload (26.5)", recovery(report));
        }
        if (!report.reset().isEmpty()) {
            table(out, "the switch made anew in this process (26.6)", reset(report));
        }
        notes(out, report.notes());
    }

    static void table(PrintWriter out, String title, TextTable table) {
        out.println();
        out.println(title);
        table.print(out);
    }

    static void notes(PrintWriter out, List<String> notes) {
        if (!notes.isEmpty()) {
            out.println();
        }
        notes.forEach(note -> out.println("note: " + note));
        out.flush();
    }

    static TextTable throughput(Rfc2544Report report) {
        TextTable table = new TextTable("BYTES", "FRAMES/S", "MBIT/S", "MAXIMUM", "PERCENT", "LIMIT", "TRIALS");
        for (Rfc2544Report.ThroughputRow row : report.throughput()) {
            Double maximum = row.maximumPps();
            table.row(
                    row.frameBytes(),
                    rate(row.pps(), row.limitedBy()),
                    row.mbps(),
                    maximum == null ? "-" : Math.round(maximum),
                    maximum == null ? "-" : PERCENT * row.pps() / maximum,
                    row.limitedBy().label(),
                    row.trials());
        }
        return table;
    }

    /** What the tester limits is a lower bound. */
    static String rate(double pps, Limit limit) {
        return (limit == Limit.TESTER ? ">= " : "") + String.format(Locale.ROOT, "%,.0f", pps);
    }

    static String percent(double value) {
        return String.format(Locale.ROOT, "%.3f%%", value);
    }

    private static TextTable latency(Rfc2544Report report) {
        TextTable table = new TextTable("BYTES", "FRAMES/S", "AVERAGE", "MIN", "P50", "P99", "MAX", "FRAMES");
        for (Rfc2544Report.LatencyRow row : report.latency()) {
            SinkReport.Latency us = row.latency();
            if (us != null) {
                table.row(
                        row.frameBytes(),
                        Math.round(row.pps()),
                        us.meanUs(),
                        us.minUs(),
                        us.p50Us(),
                        us.p99Us(),
                        us.maxUs(),
                        us.frames());
            }
        }
        return table;
    }

    private static TextTable loss(Rfc2544Report report) {
        TextTable table = new TextTable("BYTES", "RATE", "INTENDED/S", "OFFERED/S", "OFFERED", "LOST", "LOSS");
        for (Rfc2544Report.LossRow row : report.frameLoss()) {
            table.row(
                    row.frameBytes(),
                    row.percent() + "%",
                    Math.round(row.intendedPps()),
                    Math.round(row.offeredPps()),
                    row.offered(),
                    row.lost(),
                    percent(row.lossPercent()));
        }
        return table;
    }

    private static TextTable bursts(Rfc2544Report report) {
        TextTable table = new TextTable("BYTES", "AVERAGE", "MIN", "MAX", "BURSTS", "");
        for (Rfc2544Report.BurstRow row : report.backToBack()) {
            table.row(
                    row.frameBytes(),
                    row.frames(),
                    row.min(),
                    row.max(),
                    row.bursts(),
                    row.atLeast() ? "no longer one was tried" : "");
        }
        return table;
    }

    private static TextTable recovery(Rfc2544Report report) {
        TextTable table = new TextTable("BYTES", "OVERLOAD/S", "REDUCED/S", "LOST", "AVERAGE MS", "MAX MS");
        for (Rfc2544Report.RecoveryRow row : report.systemRecovery()) {
            table.row(
                    row.frameBytes(),
                    Math.round(row.overloadPps()),
                    Math.round(row.reducedPps()),
                    row.lost(),
                    row.milliseconds(),
                    row.maxMilliseconds());
        }
        return table;
    }

    private static TextTable reset(Rfc2544Report report) {
        TextTable table = new TextTable("BYTES", "FRAMES/S", "AVERAGE MS", "MAX MS", "RESETS");
        for (Rfc2544Report.ResetRow row : report.reset()) {
            table.row(row.frameBytes(), Math.round(row.pps()), row.milliseconds(), row.maxMilliseconds(), row.resets());
        }
        return table;
    }
}
