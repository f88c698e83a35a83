// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import weir.control.program.MapDump;
import weir.control.program.Printable;
import weir.control.program.Redirects;
import weir.control.program.ReplayReport;

/** What a program did with a capture, as people read it. */
final class ReplayText {
    private static final String MORE = " more; --map-entries shows as many as you like";

    private ReplayText() {}

    /** @param capture name of the file that the frames are from */
    static void print(PrintWriter out, ReplayReport report, String capture) {
        out.println("program " + Printable.of(report.program()) + " (section " + Printable.of(report.section())
                + ") on " + counted(report.frames(), "frame") + " of " + Printable.of(capture));
        report.skipped()
                .forEach((reason, frames) ->
                        out.println("not run on " + counted(frames, "frame") + ": " + reason.replace('_', ' ')));
        if (report.cut() > 0) {
            out.println("of " + counted(report.cut(), "frame") + " the capture holds only the first bytes");
        }
        out.println();
        if (report.frames() == 0) {
            out.println("no frames: the program was loaded, and not run");
        } else {
            verdicts(report).print(out);
            printRedirects(out, report);
            out.println();
            printTime(out, report);
        }
        if (report.written() != null) {
            out.println(counted(report.written(), "frame") + " written");
        }
        printFaults(out, report);
        printTrace(out, report);
        report.events().forEach((name, events) -> printEvents(out, name, events));
        report.maps().forEach((name, map) -> printMap(out, name, map));
        out.flush();
    }

    static TextTable verdicts(ReplayReport report) {
        TextTable table = new TextTable("VERDICT", "FRAMES", "SHARE");
        report.verdicts()
                .forEach((verdict, frames) -> table.row(
                        verdict, frames, String.format(Locale.ROOT, "%.1f%%", 100.0 * frames / report.frames())));
        return table;
    }

    private static void printRedirects(PrintWriter out, ReplayReport report) {
        for (ReplayReport.RedirectCount each : report.redirects()) {
            out.println("redirected" + Redirects.text(each.map(), each.target(), each.flags()) + ": "
                    + counted(each.frames(), "frame"));
        }
    }

    private static void printTime(PrintWriter out, ReplayReport report) {
        ReplayReport.Nanos nanos = report.nsPerFrame();
        if (nanos != null) {
            String runs = report.runs() == report.frames() ? "" : ", " + counted(report.runs(), "run");
            out.println(String.format(Locale.ROOT, "%,d ns a frame (median; fastest %,d)", nanos.median(), nanos.min())
                    + " in the " + report.engine().replace('-', ' ') + runs);
        }
    }

    private static void printFaults(PrintWriter out, ReplayReport report) {
        ReplayReport.FaultCounts faults = report.faults();
        if (faults.frames() == 0) {
            return;
        }
        out.println();
        out.println("faults: " + counted(faults.frames(), "frame") + "; a fault ends the program; its frame counts as "
                + (report.type().equals("vale") ? "drop" : "XDP_ABORTED"));
        for (ReplayReport.FaultCount each : faults.places()) {
            out.println(
                    "  " + Printable.of(each.program()) + ": instruction " + each.instruction() + ": " + each.rule());
            if (each.file() != null) {
                out.println("    " + Printable.of(each.file()) + ":" + each.line()
                        + (each.source() == null || each.source().isEmpty() ? "" : ": " + Printable.of(each.source())));
            }
            out.println("    " + counted(each.frames(), "frame") + ", first frame " + each.firstFrame());
        }
    }

    private static void printTrace(PrintWriter out, ReplayReport report) {
        if (!report.trace().lines().isEmpty()) {
            out.println();
            out.println("printed:");
            report.trace()
                    .lines()
                    .forEach(line -> out.println("  frame " + line.frame() + ": " + Printable.of(line.text())));
            if (report.trace().leftOut() > 0) {
                out.println("  and " + counted(report.trace().leftOut(), "line") + " more");
            }
        }
    }

    private static void printEvents(PrintWriter out, String name, ReplayReport.Events events) {
        out.println();
        out.println("records through " + Printable.of(name) + ": " + counted(events.count(), "record")
                + (events.discarded() > 0
                        ? String.format(Locale.ROOT, ", %,d more discarded by the program", events.discarded())
                        : ""));
        if (!events.records().isEmpty()) {
            TextTable table = new TextTable("  FRAME", "CPU", "LENGTH", "BYTES");
            events.records()
                    .forEach(each -> table.row(
                            "  " + each.frame(),
                            each.cpu() == null ? "-" : each.cpu(),
                            each.lengthBytes(),
                            (each.bytes() == null ? "(discarded)" : each.bytes())
                                    + (each.packet() == null ? "" : " frame " + each.packet())));
            table.print(out);
        }
        if (events.leftOut() > 0) {
            out.println("  and " + counted(events.leftOut(), "record") + MORE);
        }
    }

    private static void printMap(PrintWriter out, String name, MapDump map) {
        out.println();
        out.println("map " + Printable.of(name) + ": " + map.shape().kind() + ": " + state(map));
        if (map.entries().isEmpty()) {
            return;
        }
        Map<String, String> variables = map.entries().getFirst().text().variables();
        if (!variables.isEmpty()) {
            TextTable table = new TextTable("  VARIABLE", "VALUE");
            variables.forEach((variable, value) -> table.row("  " + variable, value));
            table.print(out);
            return;
        }
        if (map.shape().keyBytes() == 0) {
            map.entries().forEach(entry -> out.println("  " + entry.text().value()));
            printLeftOut(out, map);
            return;
        }
        TextTable table = new TextTable("  KEY", "VALUE");
        map.entries()
                .forEach(entry ->
                        table.row("  " + entry.text().key(), entry.text().value()));
        table.print(out);
        printLeftOut(out, map);
    }

    private static void printLeftOut(PrintWriter out, MapDump map) {
        if (map.leftOut() > 0) {
            out.println("  and " + counted(map.leftOut(), "entry", "entries") + MORE);
        }
    }

    private static String state(MapDump map) {
        switch (map.shape().type()) {
            case "RINGBUF", "PERF_EVENT_ARRAY" -> {
                return map.shape().room() + "; its records are read after each run, see above";
            }
            case "BLOOM_FILTER" -> {
                return (map.count() == Long.MAX_VALUE ? "more than " : "about ")
                        + (map.count() == Long.MAX_VALUE ? "" : String.format(Locale.ROOT, "%,d of ", map.count()))
                        + map.shape().room();
            }
            case "QUEUE", "STACK" -> {
                return String.format(Locale.ROOT, "%,d of ", map.count())
                        + map.shape().room()
                        + (map.count() > 1 ? ", the next to pop first" : "");
            }
            default -> {}
        }
        boolean leavesOutZeros =
                map.shape().type().equals("ARRAY") || map.shape().type().equals("PERCPU_ARRAY");
        return String.format(Locale.ROOT, "%,d of ", map.count())
                + map.shape().room()
                + (leavesOutZeros ? " not zero" : "");
    }

    private static String counted(long number, String what) {
        return counted(number, what, what + "s");
    }

    private static String counted(long number, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : many);
    }
}
