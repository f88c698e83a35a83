// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import weir.control.program.Printable;
import weir.control.report.LinkReport;
import weir.control.report.PortReport;
import weir.control.report.ProgramReport;
import weir.control.report.SwitchReport;
import weir.core.link.LinkCounters;

/** A switch's counters as people read them. */
final class SwitchTables {
    private SwitchTables() {}

    static void print(PrintWriter out, SwitchReport report) {
        ports(report).print(out);
        if (!report.links().isEmpty()) {
            out.println();
            links(report).print(out);
        }
        if (!report.programs().isEmpty()) {
            out.println();
            programs(report).print(out);
            report.programs().forEach(program -> program.lastFaults().forEach(fault -> out.println(lastFault(fault))));
        }
        out.println();
        out.println("drops by reason: " + drops(report));
        out.println("law: " + report.law().sentence());
        out.flush();
    }

    static TextTable ports(SwitchReport report) {
        TextTable table = new TextTable(
                "PORT", "STATE", "RX FRAMES", "RX BYTES", "TX FRAMES", "TX BYTES", "DROPPED", "PEER DROPPED");
        report.ports().forEach((name, port) -> row(table, name, port));
        return table;
    }

    private static TextTable links(SwitchReport report) {
        TextTable table = new TextTable("LINK", "", "HELD", "DUPLICATED", "REORDERED", "CORRUPTED", "SETTINGS");
        for (LinkReport link : report.links()) {
            String settings = link.settings().isEmpty() ? "over" : link.settings();
            row(table, link.port(), "to", link.toPort(), settings);
            row(table, link.port(), "from", link.fromPort(), "");
        }
        return table;
    }

    private static void row(TextTable table, String port, String direction, LinkCounters done, String settings) {
        table.row(port, direction, done.held(), done.duplicated(), done.reordered(), done.corrupted(), settings);
    }

    private static TextTable programs(SwitchReport report) {
        TextTable table = new TextTable(
                "PROGRAM", "PLACE", "FRAMES", "DROP", "PASS", "TX", "REDIRECT", "ABORTED", "FAULTS", "NS");
        for (ProgramReport program : report.programs()) {
            Map<String, Long> actions = program.actions();
            table.row(
                    Printable.of(program.program()),
                    program.port() == null ? "switch" : "port " + program.port(),
                    program.frames(),
                    actions.getOrDefault("XDP_DROP", 0L),
                    actions.getOrDefault("XDP_PASS", 0L),
                    actions.getOrDefault("XDP_TX", 0L),
                    actions.getOrDefault("XDP_REDIRECT", 0L),
                    actions.getOrDefault("XDP_ABORTED", 0L),
                    program.faults(),
                    program.nsPerFrame() == null ? "" : String.format(Locale.ROOT, "%.1f", program.nsPerFrame()));
        }
        return table;
    }

    private static String lastFault(ProgramReport.FaultPlace fault) {
        String where = fault.file() == null
                ? "instruction " + fault.instruction()
                : fault.file() + ":" + fault.line() + ": " + fault.text();
        return "last fault of " + Printable.of(fault.program()) + ": " + Printable.of(fault.cause()) + " at "
                + Printable.of(where);
    }

    private static void row(TextTable table, String name, PortReport port) {
        table.row(
                name,
                port.loopBlocked() ? "BLOCKED" : port.state(),
                port.received(),
                port.receivedBytes(),
                port.transmitted(),
                port.transmittedBytes(),
                port.dropped(),
                port.peerDropped());
    }

    static String drops(SwitchReport report) {
        return report.drops().isEmpty()
                ? "none"
                : report.drops().entrySet().stream()
                        .map(drop -> drop.getKey() + " " + String.format("%,d", drop.getValue()))
                        .collect(Collectors.joining(", "));
    }
}
