// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.stream.Collectors;
import weir.control.report.PortReport;
import weir.control.report.SwitchReport;

/** A switch's counters as people read them. */
final class SwitchTables {
    private SwitchTables() {}

    static void print(PrintWriter out, SwitchReport report) {
        ports(report).print(out);
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

    private static void row(TextTable table, String name, PortReport port) {
        table.row(
                name,
                port.state().toString(),
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
