// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.decimal;
import static weir.control.cli.AnswerText.state;
import static weir.control.cli.AnswerText.text;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.JsonNode;
import weir.control.program.Printable;

/** The text of {@code weir top}: a page of lines for what {@link TopState} has. Immutable. */
final class TopPage {
    private static final double NANOS = 1e9;
    private static final double MEGA = 1e6;
    private static final int BITS = 8;
    private static final int PERCENT = 100;
    private static final int EVENTS_AT_LEAST = 3;
    private static final int LINES_OF_A_KIND = 4;
    private static final List<String> HELP = List.of(
            "",
            "  up, down, k, j         move",
            "  page up, page down     by ten; b and space, too",
            "  Enter, right           open the marked switch",
            "  Backspace, left, Esc   all switches",
            "  s                      sort ports by number, received, transmitted, drops, name",
            "  p                      pause, and go on",
            "  +, -                   look more often, or less often",
            "  Ctrl-L                 draw the page anew",
            "  q, Ctrl-C              quit",
            "",
            "  Rates are those between two looks. DROPS/S are frames that ended inside the switch at that port, PEER/S",
            "  those that its interface dropped since nobody read them. 'weir stats --help' has more.",
            "",
            "  any other key goes back");

    private final TopState state;
    private final List<String> events;
    private final int width;
    private final int height;
    private final Colours colours;

    /** @param events last ones, oldest first */
    TopPage(TopState state, List<String> events, int width, int height, Colours colours) {
        this.state = state;
        this.events = events;
        this.width = width;
        this.height = height;
        this.colours = colours;
    }

    /** At most as many lines as there is room for; some may be wider. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(title());
        if (state.isHelpWanted()) {
            lines.addAll(HELP);
        } else if (!Objects.equals(state.now().shown(), state.shown())) {
            lines.add(state.trouble().isEmpty() ? "asking ..." : "");
        } else if (state.shown() == null) {
            switches(lines);
        } else {
            ports(lines);
        }
        if (!state.trouble().isEmpty()) {
            lines.add(1, colours.error(Printable.of(state.trouble())) + "; asking again");
        }
        return lines.subList(0, Math.min(lines.size(), height));
    }

    private String title() {
        String shown = state.shown();
        return colours.bold("weir top") + "  " + colours.bold(shown == null ? "all switches" : Printable.of(shown))
                + String.format(Locale.ROOT, "  every %s s", seconds(state.interval()))
                + (state.order() == TopState.Order.NUMBER
                        ? ""
                        : "  by " + state.order().label())
                + (state.isPaused() ? colours.hint("  paused") : "")
                + "  h help  q quit";
    }

    private static String seconds(double interval) {
        return interval == Math.rint(interval) ? "" + (long) interval : "" + interval;
    }

    // ---- all switches --------------------------------------------------------------------------------

    private void switches(List<String> lines) {
        double seconds = (state.now().nanos() - state.before().nanos()) / NANOS;
        TextTable table =
                new TextTable("", "SWITCH", "PORTS", "UP", "RX PPS", "TX PPS", "DROPS/S", "ADDRESSES", "PROGRAM");
        int row = 0;
        for (var each : state.now().switches().properties()) {
            JsonNode now = each.getValue();
            JsonNode before = state.before().switches().path(each.getKey());
            table.row(
                    row == state.cursor() ? ">" : "",
                    Printable.of(each.getKey()),
                    AnswerText.number(now, "ports"),
                    AnswerText.number(now, "ports_up"),
                    CounterRates.text(rate(before, now, "received", seconds)),
                    CounterRates.text(rate(before, now, "transmitted", seconds)),
                    CounterRates.text(rate(before, now, "dropped", seconds)),
                    AnswerText.number(now, "fdb_entries"),
                    text(now, "program"));
            row++;
        }
        lines.add("");
        if (row == 0) {
            lines.add("there is no switch yet; 'weir switch create' makes one");
        }
        scrolled(lines, row == 0 ? List.of() : linesOf(table), 1);
        events(lines);
    }

    private static double rate(JsonNode before, JsonNode now, String field, double seconds) {
        return CounterRates.perSecond(
                now.path(field).asLong(0) - before.path(field).asLong(0), seconds);
    }

    // ---- one switch ----------------------------------------------------------------------------------

    private void ports(List<String> lines) {
        CounterRates rates =
                new CounterRates(state.before().stats(), state.now().stats());
        lines.add(totals(rates));
        workers(lines);
        programs(lines, rates.seconds());
        lines.add("");
        List<String> names = new ArrayList<>(state.now().stats().path("ports").propertyNames());
        names.sort(order(rates));
        TextTable table =
                new TextTable("PORT", "STATE", "RX PPS", "RX MBIT/S", "TX PPS", "TX MBIT/S", "DROPS/S", "PEER/S");
        for (String name : names) {
            table.row(
                    Printable.of(name),
                    state(state.now().stats().path("ports").path(name)),
                    CounterRates.text(rates.port(name, "received")),
                    megabits(rates.port(name, "received_bytes")),
                    CounterRates.text(rates.port(name, "transmitted")),
                    megabits(rates.port(name, "transmitted_bytes")),
                    CounterRates.text(rates.drops(name)),
                    CounterRates.text(rates.port(name, "peer_dropped")));
        }
        String drops = drops(rates);
        scrolled(lines, linesOf(table), drops.isEmpty() ? 1 : 2);
        if (!drops.isEmpty()) {
            lines.add(drops);
        }
        events(lines);
    }

    private String totals(CounterRates rates) {
        JsonNode ports = state.now().stats().path("ports");
        long up = ports.valueStream()
                .filter(port -> port.path("state").asString("").equals("UP"))
                .count();
        return "in " + CounterRates.text(rates.allPorts("received")) + " pps, "
                + megabits(rates.allPorts("received_bytes")) + " Mbit/s   out "
                + CounterRates.text(rates.allPorts("transmitted")) + " pps, "
                + megabits(rates.allPorts("transmitted_bytes")) + " Mbit/s   ports " + up + " of " + ports.size()
                + " up   addresses " + AnswerText.number(state.now().stats(), "fdb_entries");
    }

    private static String megabits(double bytesPerSecond) {
        return Double.isNaN(bytesPerSecond) ? "-" : String.format(Locale.ROOT, "%,.1f", BITS * bytesPerSecond / MEGA);
    }

    private void workers(List<String> lines) {
        List<String> own = new ArrayList<>();
        for (JsonNode worker : state.now().runtime()) {
            JsonNode before =
                    state.before().runtime().path(worker.path("worker").asInt(0));
            long batches =
                    worker.path("batches").asLong(0) - before.path("batches").asLong(0);
            long frames =
                    worker.path("frames").asLong(0) - before.path("frames").asLong(0);
            StringBuilder line = new StringBuilder("worker ")
                    .append(worker.path("worker").asInt(0))
                    .append(
                            batches <= 0
                                    ? ": nothing to do"
                                    : String.format(Locale.ROOT, ": %.1f frames a batch", frames / (double) batches));
            String separator = "; ns a frame: ";
            for (var stage : worker.path("ns_per_frame").properties()) {
                if (stage.getValue().isNumber()) {
                    line.append(separator)
                            .append(Printable.of(stage.getKey()))
                            .append(' ')
                            .append(decimal(stage.getValue()));
                    separator = ", ";
                }
            }
            own.add(line.toString());
        }
        addSome(lines, own, "workers");
    }

    private void programs(List<String> lines, double seconds) {
        List<String> own = new ArrayList<>();
        for (var each : state.now().programs().properties()) {
            JsonNode program = each.getValue();
            if (!program.path("switch").asString("").equals(state.shown())) {
                continue;
            }
            JsonNode before = state.before().programs().path(each.getKey());
            double frames = rate(before, program, "frames", seconds);
            StringBuilder line = new StringBuilder("program ")
                    .append(text(program, "program"))
                    .append(" at ")
                    .append(Printable.of(each.getKey()))
                    .append(": ")
                    .append(CounterRates.text(frames))
                    .append(" pps");
            for (var action : program.path("actions").properties()) {
                double rate = CounterRates.perSecond(
                        action.getValue().asLong(0)
                                - before.path("actions").path(action.getKey()).asLong(0),
                        seconds);
                if (rate > 0 && frames > 0) {
                    line.append(String.format(
                            Locale.ROOT,
                            ", %s %.1f %%",
                            Printable.of(action.getKey()).replace("XDP_", ""),
                            PERCENT * rate / frames));
                }
            }
            if (program.path("ns_per_frame").isNumber()) {
                line.append(", ").append(decimal(program.path("ns_per_frame"))).append(" ns a frame");
            }
            long faults = program.path("faults").asLong(0);
            if (faults > 0) {
                line.append(", ").append(colours.error(String.format(Locale.ROOT, "%,d faults", faults)));
            }
            own.add(line.toString());
        }
        addSome(lines, own, "programs");
    }

    private static void addSome(List<String> lines, List<String> own, String what) {
        boolean tooMany = own.size() > LINES_OF_A_KIND;
        int shown = tooMany ? LINES_OF_A_KIND - 1 : own.size();
        lines.addAll(own.subList(0, shown));
        if (tooMany) {
            lines.add("... and " + (own.size() - shown) + " " + what + " more");
        }
    }

    private Comparator<String> order(CounterRates rates) {
        return switch (state.order()) {
            case NUMBER ->
                Comparator.comparingInt(name -> state.now()
                        .stats()
                        .path("ports")
                        .path(name)
                        .path("number")
                        .asInt(0));
            case RECEIVED -> largestFirst(name -> rates.port(name, "received"));
            case TRANSMITTED -> largestFirst(name -> rates.port(name, "transmitted"));
            case DROPS -> largestFirst(rates::drops);
            case NAME -> Comparator.naturalOrder();
        };
    }

    private static Comparator<String> largestFirst(ToDoubleFunction<String> rate) {
        return Comparator.<String>comparingDouble(name -> {
                    double value = rate.applyAsDouble(name);
                    return Double.isNaN(value) ? 0 : -value;
                })
                .thenComparing(Comparator.naturalOrder());
    }

    private String drops(CounterRates rates) {
        StringBuilder line = new StringBuilder();
        for (String reason : state.now().stats().path("drops").propertyNames()) {
            double rate = rates.reason(reason);
            if (rate > 0) {
                line.append(line.isEmpty() ? "drops a second: " : ", ")
                        .append(Printable.of(reason))
                        .append(' ')
                        .append(CounterRates.text(rate));
            }
        }
        return line.toString();
    }

    // ---- what both have ------------------------------------------------------------------------------

    private List<String> linesOf(TextTable table) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        table.print(out, width, true);
        out.flush();
        return text.toString().lines().toList();
    }

    /**
     * Adds a table: its heading, and as many rows as there is room for; the marked one among them.
     *
     * @param below lines that follow, without events
     */
    private void scrolled(List<String> lines, List<String> table, int below) {
        if (table.isEmpty()) {
            return;
        }
        int rows = table.size() - 1;
        int reserved = lines.size() + 1 + below + Math.min(EVENTS_AT_LEAST, events.size());
        int room = Math.max(1, height - reserved);
        int first = rows <= room ? 0 : Math.min(Math.max(0, state.cursor() - room / 2), rows - room);
        lines.add(colours.bold(table.getFirst()));
        for (int row = first; row < Math.min(rows, first + room); row++) {
            String line = table.get(1 + row);
            lines.add((rows > room && row == state.cursor()) || line.startsWith(">") ? colours.bold(line) : line);
        }
    }

    /** Adds an empty line, and the last events that there is room for. */
    private void events(List<String> lines) {
        int room = height - lines.size() - 1;
        if (room > 0 && !events.isEmpty()) {
            lines.add("");
            lines.addAll(events.subList(Math.max(0, events.size() - room), events.size()));
        }
    }
}
