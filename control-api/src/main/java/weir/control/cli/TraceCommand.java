// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.ApiStream;
import weir.control.client.DaemonClient;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;
import weir.core.trace.TraceDetail;
import weir.core.trace.TraceSettings;

/** {@code weir trace}. */
@Command(
        name = "trace",
        description = {
            "Shows what happens to the next frames of a switch, or to those that come in by one of its ports: headers, the way"
                    + " through programs, learning, lookup, where each goes, and the verdict with its cause.",
            "",
            "A traced frame is decided alone and its programs are interpreted, once and on the same maps; all others go on"
                    + " as they did. With -o json each line is one JSON object, the last one the trace itself."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir trace lan",
            "  weir trace lan:web -n 3 --path instructions",
            "  weir trace lan --drops --seconds 30",
            "  tcpdump -ddd -y EN10MB arp > arp.txt; weir trace lan --filter arp.txt"
        })
public final class TraceCommand extends QueryCommand {
    @Parameters(
            paramLabel = "SWITCH[:PORT]",
            converter = Place.OfEither.class,
            description = "The switch, or the port that frames come in by.")
    @DynamicCandidates(NameKind.SWITCH_OR_PORT)
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Place place;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "End after so many frames, 1 to 10000 (default: 20).")
    private int frames = TraceSettings.DEFAULT_FRAMES;

    @Option(names = "--seconds", paramLabel = "N", description = "End after so many seconds.")
    private @Nullable Integer seconds;

    @Option(names = "--drops", description = "Only frames that are dropped, be it at one of several ports.")
    private boolean drops;

    @Option(
            names = "--path",
            paramLabel = "DETAIL",
            description = "How to show the way through programs: none, lines or instructions (default: lines).")
    private TraceDetail detail = TraceDetail.LINES;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private FilterOption filter;

    /** For picocli. */
    public TraceCommand() {}

    @Override
    void ask(DaemonClient client) {
        OptionRange.require(commandLine(), "--count", frames, 1, TraceSettings.MAX_FRAMES);
        Map<String, Object> wanted = new LinkedHashMap<>();
        wanted.put("switch", place.switchName());
        wanted.put("frames", frames);
        wanted.put("path", detail.name().toLowerCase(Locale.ROOT));
        if (place.port() != null) {
            wanted.put("port", place.port());
        }
        if (drops) {
            wanted.put("drops_only", true);
        }
        if (seconds != null) {
            wanted.put("seconds", seconds);
        }
        Map<String, Object> only = filter.json(client);
        if (only != null) {
            wanted.put("filter", only);
        }
        TraceText text = new TraceText(out(), Colours.of(Progress.isTerminal(), System.getenv()));
        try (ApiStream stream =
                client.stream(ApiRequest.post(ApiPath.of("traces")).withJson(wanted))) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null && hasReader(); line = lines.readLine()) {
                if (!line.isBlank()) {
                    show(parsed(line), text);
                }
            }
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "the daemon's stream was cut: " + e.getMessage(), "see whether it still runs", e);
        }
    }

    private static JsonNode parsed(String line) {
        try {
            return JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "what the daemon sends is not JSON",
                    "see whether the daemon is of this version",
                    e);
        }
    }

    private void show(JsonNode line, TraceText text) {
        if (output().format() != OutputFormat.TABLE) {
            output().printLine(out(), line);
        } else {
            text.print(line);
        }
        out().flush();
    }
}
