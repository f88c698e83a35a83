// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.text;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.ApiStream;
import weir.control.client.DaemonClient;
import weir.control.client.ServerEvents;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;
import weir.control.program.Printable;

/** {@code weir events}. */
@Command(
        name = "events",
        description = {
            "Shows what happens on the daemon's switches, line by line, until Ctrl-C.",
            "",
            "With -o json each line is one JSON object."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir events", "  weir events --switch lan --type port,fdb", "  weir events --type stats -o json"})
public final class EventsCommand extends QueryCommand {
    @Option(
            names = "--switch",
            paramLabel = "SWITCH",
            description = "Only of this switch, which has to be there, but for --after.")
    @DynamicCandidates(NameKind.SWITCH)
    private @Nullable String switchName;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            split = ",",
            description =
                    "Only of these types, joined by commas: port, program, fdb, link, loop, storm, worker, config,"
                            + " stats (default: all but stats).")
    private List<String> types = List.of();

    @Option(names = "--after", paramLabel = "ID", description = "Begin behind this event, as far as it is kept.")
    private @Nullable Integer after;

    /** For picocli. */
    public EventsCommand() {}

    @Override
    void ask(DaemonClient client) {
        if (after != null && after < 0) {
            throw usage("--after " + after + " is no event's number");
        }
        if (switchName != null && after == null) {
            client.check(ApiRequest.get(ApiPath.of("switches", switchName))); // who mistypes it would wait for ever
        }
        ApiPath path = ApiPath.of("events");
        path = switchName == null ? path : path.with("switch", switchName);
        path = types.isEmpty() ? path : path.with("types", String.join(",", types));
        ApiRequest request = ApiRequest.get(path).withHeader("Accept", "text/event-stream");
        if (after != null) {
            request = request.withHeader("Last-Event-ID", after.toString());
        }
        try (ApiStream stream = client.stream(request)) {
            ServerEvents events = new ServerEvents(stream.body());
            for (ServerEvents.Event event = events.next(); event != null && hasReader(); event = events.next()) {
                show(event);
            }
        }
    }

    private void show(ServerEvents.Event event) {
        JsonNode data;
        try {
            data = JsonMapper.shared().readTree(event.data());
        } catch (JacksonException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "event " + Printable.of(event.id()) + " is not JSON",
                    "see whether the daemon is of this version",
                    e);
        }
        if (output().format() != OutputFormat.TABLE) {
            output().printLine(out(), data);
        } else if (data.has("missed")) {
            out().println(missed(data.path("missed")));
        } else if (event.type().equals("stats")) {
            out().println(text(data, "time") + "  " + text(data, "switch") + "  drops: "
                    + AnswerText.counts(data.path("drops")));
        } else {
            String place = text(data, "switch");
            out().println(text(data, "time") + "  " + place + "  " + text(data, "text"));
        }
        out().flush();
    }

    /** Events that a client asked for, or was too slow for, and that nobody has any more. */
    private static String missed(JsonNode count) {
        return count.isNumber()
                ? "(" + count.asLong(0) + " events are no longer kept)"
                : "(the event to begin behind is not known to this daemon; these are all that it has)";
    }
}
