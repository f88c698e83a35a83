// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.counts;
import static weir.control.cli.AnswerText.decimal;
import static weir.control.cli.AnswerText.number;
import static weir.control.cli.AnswerText.text;

import java.io.PrintWriter;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;
import weir.control.program.Printable;

/** The commands of {@code weir program} for programs that the daemon runs. */
final class LiveProgramCommands {
    private static final String PROGRAMS = "programs";

    private LiveProgramCommands() {}

    /** {@code weir program unload}. */
    @Command(name = "unload", description = "Takes a program off; the switch learns, as without one.")
    static final class Unload extends RemovalCommand {
        @Parameters(
                paramLabel = "SWITCH[:PORT]",
                converter = Place.OfEither.class,
                description = "Where the program is.")
        @DynamicCandidates(NameKind.SWITCH_OR_PORT)
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private Place place;

        /** For picocli. */
        Unload() {}

        @Override
        void ask(DaemonClient client) {
            remove(client, ApiRequest.delete(place.path("program")), "program at " + place + " unloaded");
        }
    }

    /** {@code weir program list}. */
    @Command(name = "list", description = "Lists the programs that the daemon runs.")
    static final class ListAll extends QueryCommand {
        /** For picocli. */
        ListAll() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(ApiPath.of(PROGRAMS)));
            printTable(answer, AnswerTables.programs(answer.path(PROGRAMS)));
        }
    }

    /** A command about the program at a place. */
    abstract static class OfPlace extends QueryCommand {
        @Parameters(
                paramLabel = "SWITCH[:PORT]",
                converter = Place.OfEither.class,
                description = "Where the program is.")
        @DynamicCandidates(NameKind.SWITCH_OR_PORT)
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        Place place;
    }

    /** {@code weir program show}. */
    @Command(name = "show", description = "Shows a program that the daemon runs: what it is and how it was loaded.")
    static final class Show extends OfPlace {
        /** For picocli. */
        Show() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(place.path("program")));
            print(answer, out -> show(out, answer));
        }

        private static void show(PrintWriter out, JsonNode program) {
            new TextTable("", "")
                    .row("program", text(program, "program"))
                    .row("place", text(program, "id"))
                    .row("section", text(program, "section"))
                    .row("type", text(program, "type"))
                    .row("engine", text(program, "engine"))
                    .row("object", text(program, "object"))
                    .row(
                            "maps",
                            program.path("maps")
                                    .valueStream()
                                    .map(map -> Printable.of(map.asString("")))
                                    .collect(Collectors.joining(" ")))
                    .printRows(out);
            program.path("warnings").forEach(warning -> out.println("warning: " + Printable.of(warning.asString(""))));
        }
    }

    /** {@code weir program stats}. */
    @Command(name = "stats", description = "Shows what a program did: frames by what it returned, faults, time.")
    static final class Stats extends OfPlace {
        /** For picocli. */
        Stats() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(ApiPath.of(PROGRAMS, place.toString(), "stats")));
            print(answer, out -> stats(out, answer));
        }

        private static void stats(PrintWriter out, JsonNode program) {
            new TextTable("", "")
                    .row("program", text(program, "program"))
                    .row("frames", number(program, "frames").toString())
                    .row("actions", counts(program.path("actions")))
                    .row("faults", number(program, "faults").toString())
                    .row("ns per frame", decimal(program.path("ns_per_frame")))
                    .row(
                            "egress",
                            number(program, "egress_frames") + " frames, " + number(program, "egress_drops")
                                    + " dropped")
                    .row(
                            "cpumap",
                            number(program, "cpumap_frames") + " frames, " + number(program, "cpumap_drops")
                                    + " dropped")
                    .printRows(out);
            program.path("last_faults").forEach(fault -> out.println("last fault: " + fault(fault)));
        }
    }

    private static String fault(JsonNode fault) {
        String where = fault.path("file").isNull() || fault.path("file").isMissingNode()
                ? "instruction " + number(fault, "instruction")
                : text(fault, "file") + ":" + number(fault, "line") + ": " + text(fault, "text");
        return text(fault, "program") + ": " + text(fault, "cause") + " at " + where;
    }

    /** {@code weir program log}. */
    @Command(
            name = "log",
            description = "Shows what a program printed with bpf_trace_printk, and its warnings and last faults.")
    static final class Log extends OfPlace {
        /** For picocli. */
        Log() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(ApiPath.of(PROGRAMS, place.toString(), "log")));
            print(answer, out -> log(out, answer));
        }

        private static void log(PrintWriter out, JsonNode log) {
            log.path("warnings").forEach(warning -> out.println("warning: " + Printable.of(warning.asString(""))));
            log.path("faults").forEach(fault -> out.println("last fault: " + fault(fault)));
            log.path("lines").forEach(line -> out.println(text(line, "time") + "  " + text(line, "text")));
            long lost = log.path("lost").asLong(0);
            if (lost > 0) {
                out.println(lost + " lines found no room");
            }
        }
    }
}
