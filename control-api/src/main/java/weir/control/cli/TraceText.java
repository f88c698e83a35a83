// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.text;

import java.io.PrintWriter;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import weir.control.program.Printable;

/** What a trace tells, for people: a few lines for each frame, in the order in which things happened. */
final class TraceText {
    private static final String CONTINUED = " ".repeat(12);
    private static final int PLACE_WIDTH = 22;
    private static final int MAX_BYTES_SHOWN = 64;

    private final PrintWriter out;
    private final Colours colours;

    TraceText(PrintWriter out, Colours colours) {
        this.out = out;
        this.colours = colours;
    }

    /** A frame, or the trace itself, which is the last. */
    void print(JsonNode line) {
        if (line.has("frame")) {
            frame(line);
        } else {
            end(line.path("trace"));
        }
    }

    private void frame(JsonNode frame) {
        out.println(colours.bold("#" + frame.path("frame").asInt(0)) + "  " + time(frame) + "  in by port "
                + colours.bold(text(frame, "port")) + " ("
                + frame.path("port_number").asInt(0) + ")"
                + queue(frame) + ", worker " + frame.path("worker").asInt(0) + ", "
                + frame.path("length").asInt(0) + " bytes");
        labelled("frame", text(frame, "headers"));
        String bytes = frame.path("bytes").asString("");
        out.println(CONTINUED
                + Printable.of(bytes.substring(0, Math.min(bytes.length(), MAX_BYTES_SHOWN)))
                + (bytes.length() > MAX_BYTES_SHOWN ? "..." : ""));
        int vlan = frame.path("vlan").asInt(0);
        if (vlan != 0) {
            labelled("vlan", Integer.toString(vlan));
        }
        int segments = frame.path("segments").asInt(0);
        if (segments != 0) {
            labelled("cut", "into " + segments + " packets; programs tell of the first");
        }
        frame.path("programs").forEach(this::program);
        learning(frame.path("learning"));
        lookup(frame.path("lookup"));
        frame.path("egress").forEach(this::egress);
        int more = frame.path("more_egress").asInt(0);
        if (more > 0) {
            labelled("egress", more + " more");
        }
        verdict(frame);
        out.println();
    }

    private static String time(JsonNode frame) {
        String time = frame.path("time").asString("");
        int from = time.indexOf('T') + 1;
        return Printable.of(time.substring(from).replace("Z", ""));
    }

    private static String queue(JsonNode frame) {
        JsonNode queue = frame.path("queue");
        return queue.isNumber() ? ", queue " + queue.asInt(0) : ", dropped by the port itself";
    }

    private void labelled(String label, String text) {
        out.println(String.format(Locale.ROOT, "   %-9s", label) + text);
    }

    private void program(JsonNode program) {
        JsonNode instructions = program.path("instructions");
        JsonNode fault = program.path("fault");
        labelled(
                "program",
                colours.bold(text(program, "program")) + " on " + place(program) + ": " + text(program, "action")
                        + (instructions.isNumber() ? ", " + instructions.asLong(0) + " instructions" : ""));
        if (fault.isString()) {
            out.println(CONTINUED + colours.error(text(program, "fault")));
        }
        if (program.path("frames").asInt(1) > 1) {
            out.println(CONTINUED + "for " + program.path("frames").asInt(1) + " packets or ports; this is the first");
        }
        program.path("path").forEach(this::line);
        if (program.path("path_cut").asBoolean(false)) {
            out.println(CONTINUED + "... and so on");
        }
        if (program.path("change").isString()) {
            out.println(CONTINUED + "frame: " + text(program, "change"));
        }
    }

    private static String place(JsonNode program) {
        return switch (program.path("place").asString("")) {
            case "port" -> "the port";
            case "switch" -> "the switch";
            case String map -> "an entry of a " + Printable.of(map);
        };
    }

    private void line(JsonNode line) {
        int times = line.path("times").asInt(1);
        String place = text(line, "place");
        out.println((CONTINUED
                        + place
                        + " ".repeat(Math.max(2, PLACE_WIDTH - place.length()))
                        + Printable.of(line.path("text").asString(""))
                        + (times > 1 ? "  x" + times : ""))
                .stripTrailing());
        line.path("calls")
                .forEach(call ->
                        out.println(CONTINUED + " ".repeat(PLACE_WIDTH) + "-> " + Printable.of(call.asString(""))));
    }

    private void learning(JsonNode learning) {
        if (!learning.isObject()) {
            return;
        }
        String mac = text(learning, "mac");
        String port = text(learning, "port");
        String from = text(learning, "from");
        labelled(
                "learn",
                switch (learning.path("result").asString("")) {
                    case "learned" -> mac + " is new, at " + port;
                    case "known" -> mac + " is known at " + port;
                    case "refreshed" -> mac + " is known at " + port + ", refreshed";
                    case "moved" -> mac + " moved from " + from + " to " + port;
                    case "static" -> mac + " was set for " + port + " and stays there";
                    case "held" -> mac + " moves too often and is held at " + port;
                    case "refused_quota" -> mac + " is not learned: the port has as many addresses as it may";
                    case "refused_full" -> mac + " is not learned: the database is full";
                    case "invalid" -> mac + " is no address of a station";
                    case String other -> mac + " " + Printable.of(other);
                });
    }

    private void lookup(JsonNode lookup) {
        if (!lookup.isObject()) {
            return;
        }
        String mac = text(lookup, "mac");
        labelled(
                "lookup",
                switch (lookup.path("result").asString("")) {
                    case "hit" ->
                        mac + " is at " + text(lookup, "port")
                                + (lookup.path("static").asBoolean(false)
                                        ? ", as was set"
                                        : ", seen " + lookup.path("age_seconds").asInt(0) + " s ago");
                    case "unknown_unicast" -> mac + " is not known: to all ports";
                    case "multicast" -> mac + " is a group: to all ports";
                    case "broadcast" -> "broadcast: to all ports";
                    case "reserved_group" -> mac + " is reserved for the link itself";
                    case String other -> mac + " " + Printable.of(other);
                });
    }

    private void egress(JsonNode port) {
        StringBuilder line = new StringBuilder(text(port, "port")).append(": ");
        switch (port.path("outcome").asString("")) {
            case "enqueued" -> line.append("enqueued");
            case "handed_over" ->
                line.append("handed to worker ").append(port.path("worker").asInt(0));
            default -> line.append(colours.error("dropped " + text(port, "reason")));
        }
        if (port.path("frames").asInt(1) > 1) {
            line.append(", ").append(port.path("frames").asInt(1)).append(" packets");
        }
        if (port.path("tag").isString()) {
            line.append(", ").append(text(port, "tag"));
        }
        if (port.path("link").isString()) {
            line.append(", emulated link: ").append(text(port, "link"));
        }
        labelled("egress", line.toString());
    }

    private void verdict(JsonNode frame) {
        String verdict = Printable.of(frame.path("verdict").asString(""));
        String said = frame.path("reason").isString()
                ? colours.error(verdict + " " + text(frame, "reason"))
                : colours.good(verdict);
        String why = frame.path("why").asString("");
        labelled("verdict", said + (why.isEmpty() ? "" : ": " + Printable.of(why)));
    }

    private void end(JsonNode trace) {
        long traced = trace.path("traced").asLong(0);
        long passed = trace.path("passed").asLong(0);
        long skipped = trace.path("skipped").asLong(0);
        long lost = trace.path("lost").asLong(0);
        StringBuilder line = new StringBuilder()
                .append(traced)
                .append(traced == 1 ? " frame" : " frames")
                .append(" (")
                .append(text(trace, "end"))
                .append(')');
        append(line, passed, "were not dropped");
        append(line, skipped, "more matched and were not taken");
        append(line, lost, "lost, since they were not read in time");
        out.println(line);
    }

    private static void append(StringBuilder line, long count, String what) {
        if (count > 0) {
            line.append("; ").append(count).append(' ').append(what);
        }
    }
}
