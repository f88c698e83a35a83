// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.control.bench.MemoryBenchReport;
import weir.control.bench.MemoryBenchRow;

/** Figures of the memory benchmark as people read them. */
final class MemoryBenchText {
    private static final String ABSENT = "-";

    private MemoryBenchText() {}

    static void print(PrintWriter out, MemoryBenchReport report) {
        out.println(report.machine().sentence());
        out.println();
        table(report).print(out);
        out.println();
        if (isCompared(report)) {
            out.println("ratio of Weir to C, pair by pair:");
            report.rows().forEach(row -> printPairs(out, row));
        } else {
            out.println("no comparison with C: " + report.twin());
        }
        report.skipped()
                .forEach(row -> out.println(
                        "skipped: " + row.ports() + " ports with " + row.macs() + " addresses: " + row.reason()));
        out.println("law: every frame is accounted for, in every row");
        out.flush();
    }

    private static boolean isCompared(MemoryBenchReport report) {
        return report.twin().equals(MemoryBenchReport.COMPARED);
    }

    static TextTable table(MemoryBenchReport report) {
        List<String> headings = new ArrayList<>(List.of("PORTS", "MACS", "BATCH", "COPY", "MPPS", "NS/FRAME"));
        if (isCompared(report)) {
            headings.addAll(List.of("C SAME", "RATIO", "MIN-MAX", "C BARE", "RATIO", "MIN-MAX"));
        }
        TextTable table = new TextTable(headings.toArray(String[]::new));
        for (MemoryBenchRow row : report.rows()) {
            List<Object> cells = new ArrayList<>(
                    List.of(row.ports(), row.macs(), row.batch(), row.copyBytes(), row.mpps(), row.nsPerFrame()));
            if (isCompared(report)) {
                cells.addAll(comparison(row.twins().get("same")));
                cells.addAll(comparison(row.twins().get("bare")));
            }
            table.row(cells.toArray());
        }
        return table;
    }

    private static List<Object> comparison(MemoryBenchRow.@Nullable Twin twin) {
        if (twin == null) {
            return List.of(ABSENT, ABSENT, ABSENT);
        }
        String range = String.format(
                Locale.ROOT, "%.2f-%.2f", twin.ratio().min(), twin.ratio().max());
        return List.of(twin.mpps(), twin.ratio().median(), range);
    }

    private static void printPairs(PrintWriter out, MemoryBenchRow row) {
        row.twins()
                .forEach((name, twin) -> out.printf(
                        "  %d ports, %d addresses, batch %d, copy %d, %s: %s%n",
                        row.ports(),
                        row.macs(),
                        row.batch(),
                        row.copyBytes(),
                        name,
                        twin.ratio().values().stream()
                                .map(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                                .collect(Collectors.joining(" "))));
    }
}
