// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.Locale;
import weir.control.bench.rfc.Rfc2889Report;
import weir.control.gen.SinkReport;

/** What people see of RFC 2889's tests. */
final class Rfc2889Text {
    private Rfc2889Text() {}

    static void print(PrintWriter out, Rfc2889Report report) {
        out.println(report.machine().sentence());
        if (!report.forwarding().isEmpty()) {
            Rfc2544Text.table(out, "forwarding, all ports together (5.1, 5.2)", forwarding(report));
        }
        if (!report.congestion().isEmpty()) {
            Rfc2544Text.table(out, "congestion: 1 to 3 and 4, 2 to 4 (5.5)", congestion(report));
        }
        if (!report.forwardPressure().isEmpty()) {
            Rfc2544Text.table(out, "forward pressure: gaps of 88 bits (5.6)", pressure(report));
        }
        addresses(out, report);
        if (!report.erroredFrames().isEmpty()) {
            Rfc2544Text.table(out, "broken frames (5.9)", errored(report));
        }
        if (!report.broadcast().isEmpty()) {
            Rfc2544Text.table(out, "broadcast from one port, latency in us (5.10)", broadcast(report));
        }
        Rfc2544Text.notes(out, report.notes());
    }

    static TextTable forwarding(Rfc2889Report report) {
        TextTable table = new TextTable(
                "PATTERN", "BYTES", "THROUGHPUT/S", "LIMIT", "MFR/S", "OFFERED/S", "FRMOL/S", "LOSS", "FLOODED");
        for (Rfc2889Report.ForwardingRow row : report.forwarding()) {
            table.row(
                    row.pattern().label(),
                    row.frameBytes(),
                    Rfc2544Text.rate(row.pps(), row.limitedBy()),
                    row.limitedBy().label(),
                    Math.round(row.maximumForwardingPps()),
                    Math.round(row.offeredPps()),
                    Math.round(row.forwardedPps()),
                    Rfc2544Text.percent(row.lossPercent()),
                    row.flooded());
        }
        return table;
    }

    private static TextTable congestion(Rfc2889Report report) {
        TextTable table =
                new TextTable("BYTES", "OFFERED/S", "LOSS AT 3", "LOSS AT 4", "HEAD OF LINE BLOCKING", "BACK PRESSURE");
        for (Rfc2889Report.CongestionRow row : report.congestion()) {
            table.row(
                    row.frameBytes(),
                    Math.round(row.offeredPps()),
                    Rfc2544Text.percent(row.uncongestedLossPercent()),
                    Rfc2544Text.percent(row.congestedLossPercent()),
                    row.headOfLineBlocking() ? "yes" : "no",
                    row.backPressure() ? "yes" : "no");
        }
        return table;
    }

    private static TextTable pressure(Rfc2889Report report) {
        TextTable table = new TextTable("BYTES", "LINE/S", "OFFERED/S", "FORWARDED/S", "FORWARD PRESSURE");
        for (Rfc2889Report.PressureRow row : report.forwardPressure()) {
            table.row(
                    row.frameBytes(),
                    Math.round(row.linePps()),
                    Math.round(row.offeredPps()),
                    Math.round(row.forwardedPps()),
                    row.forwardPressure() ? "yes" : "no");
        }
        return table;
    }

    private static void addresses(PrintWriter out, Rfc2889Report report) {
        Rfc2889Report.CachingRow caching = report.addressCaching();
        if (caching != null) {
            out.println();
            out.printf(
                    Locale.ROOT,
                    "addresses behind one port (5.7): %s%,d, with that of the testing port %,d%n",
                    caching.atLeast() ? ">= " : "",
                    caching.addresses(),
                    caching.entries());
        }
        Rfc2889Report.LearningRow learning = report.addressLearning();
        if (learning != null) {
            out.printf(
                    Locale.ROOT,
                    "learning rate (5.8): %s addresses/s, %,d at a time, limit: %s%n",
                    Rfc2544Text.rate(learning.pps(), learning.limitedBy()),
                    learning.addresses(),
                    learning.limitedBy().label());
        }
    }

    private static TextTable errored(Rfc2889Report report) {
        TextTable table = new TextTable("FRAME", "BYTES", "OFFERED", "FORWARDED", "RESULT", "WHAT IS WRONG");
        for (Rfc2889Report.ErroredRow row : report.erroredFrames()) {
            table.row(
                    row.frame().label(),
                    row.bytes(),
                    row.offered(),
                    row.forwarded(),
                    row.result(),
                    row.frame().description());
        }
        return table;
    }

    private static TextTable broadcast(Rfc2889Report report) {
        TextTable table =
                new TextTable("BYTES", "THROUGHPUT/S", "LIMIT", "FORWARDED/S", "AVERAGE", "P50", "P99", "MAX");
        for (Rfc2889Report.BroadcastRow row : report.broadcast()) {
            SinkReport.Latency us = row.latency();
            table.row(
                    row.frameBytes(),
                    Rfc2544Text.rate(row.pps(), row.limitedBy()),
                    row.limitedBy().label(),
                    Math.round(row.forwardedPps()),
                    us == null ? "-" : us.meanUs(),
                    us == null ? "-" : us.p50Us(),
                    us == null ? "-" : us.p99Us(),
                    us == null ? "-" : us.maxUs());
        }
        return table;
    }
}
