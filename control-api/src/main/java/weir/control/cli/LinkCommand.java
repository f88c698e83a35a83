// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;

/** {@code weir link}: emulated links behind ports. */
@Command(
        name = "link",
        description = "Emulates what is behind a port: delay, loss, a lower rate.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir link set lan:web --delay 20ms --jitter 5ms --loss 1%%",
            "  weir link set lan:web --down --for 30s",
            "  weir link set lan:web --rate 10mbit --direction to",
            "  weir link clear lan:web"
        })
@Subcommands({LinkCommand.Change.class, LinkCommand.Show.class, LinkCommand.Clear.class})
public final class LinkCommand extends CommandGroup {
    private static final String LINKS = "links";

    /** For picocli. */
    public LinkCommand() {}

    private static ApiPath path(Place place) {
        return ApiPath.of(LINKS, place.switchName(), String.valueOf(place.port()));
    }

    /** {@code weir link set}. */
    @Command(
            name = "set",
            description =
                    "Emulates the link behind a port, instead of what was emulated before. Both directions, unless"
                            + " --direction says otherwise.")
    static final class Change extends QueryCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private PortArgument target;

        @Option(names = "--delay", paramLabel = "TIME", description = "Each frame arrives so much later, 20ms.")
        private @Nullable String delay;

        @Option(names = "--jitter", paramLabel = "TIME", description = "The delay varies by so much, 5ms.")
        private @Nullable String jitter;

        @Option(names = "--distribution", paramLabel = "NAME", description = "How it varies: uniform or normal.")
        private @Nullable String distribution;

        @Option(names = "--loss", paramLabel = "PERCENT", description = "So many frames are lost, 1%%.")
        private @Nullable String loss;

        @Option(
                names = "--loss-burst",
                paramLabel = "N",
                description = "They are lost in bursts of so many on average.")
        private @Nullable String lossBurst;

        @Option(names = "--duplicate", paramLabel = "PERCENT", description = "So many frames come twice.")
        private @Nullable String duplicate;

        @Option(names = "--reorder", paramLabel = "PERCENT", description = "So many frames overtake others.")
        private @Nullable String reorder;

        @Option(names = "--corrupt", paramLabel = "PERCENT", description = "In so many frames a bit is flipped.")
        private @Nullable String corrupt;

        @Option(names = "--rate", paramLabel = "RATE", description = "No more than this, 10mbit.")
        private @Nullable String rate;

        @Option(names = "--burst", paramLabel = "SIZE", description = "So much at once in spite of the rate, 64kb.")
        private @Nullable String burst;

        @Option(names = "--limit", paramLabel = "N", description = "At most so many frames wait.")
        private @Nullable String limit;

        @Option(names = "--down", description = "Nothing gets through.")
        private boolean down;

        @Option(
                names = "--cut",
                paramLabel = "MAC[+MAC...]",
                description = "Frames from these do not reach the port, nor the port's own them.")
        private @Nullable String cut;

        @Option(names = "--for", paramLabel = "TIME", description = "End by itself, 5m; then as it was configured.")
        private @Nullable String duration;

        @Option(
                names = "--seed",
                paramLabel = "N",
                description = "Same seed, same fate of the n-th frame (default: 0).")
        private @Nullable String seed;

        @Option(names = "--direction", paramLabel = "to|from", description = "Only to the port, or only from it.")
        private @Nullable String direction;

        @Option(
                names = "--settings",
                paramLabel = "TEXT",
                description = "All of it as 'weir run --link' takes it, delay:20ms,loss:1%%; ';' separates directions.")
        private @Nullable String settings;

        /** For picocli. */
        Change() {}

        @Override
        void ask(DaemonClient client) {
            String text = asText();
            if (text.isEmpty()) {
                throw usage("nothing to emulate is given");
            }
            JsonNode answer = client.json(ApiRequest.put(path(target.place())).withJson(Map.of("settings", text)));
            print(answer, out -> out.println("link of " + target.place() + ": " + text(answer, "settings")));
        }

        private String asText() {
            Map<String, @Nullable String> given = new LinkedHashMap<>();
            given.put("direction", direction);
            given.put("delay", delay);
            given.put("jitter", jitter);
            given.put("distribution", distribution);
            given.put("loss", loss);
            given.put("loss-burst", lossBurst);
            given.put("duplicate", duplicate);
            given.put("reorder", reorder);
            given.put("corrupt", corrupt);
            given.put("rate", rate);
            given.put("burst", burst);
            given.put("limit", limit);
            given.put("cut", cut);
            given.put("for", duration);
            given.put("seed", seed);
            List<String> parts = new ArrayList<>();
            given.forEach((name, value) -> {
                if (value != null) {
                    parts.add(name + ":" + value);
                }
            });
            if (down) {
                parts.add("down");
            }
            if (settings != null && !parts.isEmpty()) {
                throw usage("--settings stands alone");
            }
            if (settings != null) {
                return settings;
            }
            boolean isEmpty = parts.stream().allMatch(part -> part.matches("(direction|for|seed|limit):.*"));
            return isEmpty ? "" : String.join(",", parts);
        }
    }

    /** {@code weir link show}. */
    @Command(name = "show", description = "Shows the links of all ports, or that of one.")
    static final class Show extends QueryCommand {
        @Parameters(
                paramLabel = "SWITCH:PORT",
                arity = "0..1",
                converter = Place.OfPort.class,
                description = "The port (default: all).")
        @DynamicCandidates(NameKind.SWITCH_PORT)
        private @Nullable Place place;

        /** For picocli. */
        Show() {}

        @Override
        void ask(DaemonClient client) {
            if (place == null) {
                JsonNode answer = client.json(ApiRequest.get(ApiPath.of(LINKS)));
                printTable(answer, AnswerTables.links(answer.path(LINKS)));
                return;
            }
            JsonNode answer = client.json(ApiRequest.get(path(place)));
            printTable(answer, AnswerTables.link(place.toString(), answer));
        }
    }

    /** {@code weir link clear}. */
    @Command(name = "clear", description = "Ends the emulation: the link is as it is.")
    static final class Clear extends RemovalCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private PortArgument target;

        /** For picocli. */
        Clear() {}

        @Override
        void ask(DaemonClient client) {
            remove(client, ApiRequest.delete(path(target.place())), "link of " + target.place() + " cleared");
        }
    }
}
