// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.counts;
import static weir.control.cli.AnswerText.number;
import static weir.control.cli.AnswerText.state;
import static weir.control.cli.AnswerText.text;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;

/** {@code weir port}: ports of the daemon's switches. */
@Command(
        name = "port",
        description = "Attaches, detaches, changes and shows ports of the daemon's switches.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir port attach lan tap:web",
            "  weir port attach lan tap:db --vlan access:10 --may-exist",
            "  weir port set lan:db --storm broadcast:1000",
            "  weir port detach lan:web"
        })
@Subcommands({
    PortCommand.Attach.class,
    PortCommand.Detach.class,
    PortCommand.ListAll.class,
    PortCommand.Show.class,
    PortCommand.Change.class
})
public final class PortCommand extends CommandGroup {
    private static final String SWITCHES = "switches";
    private static final String PORTS = "ports";

    /** For picocli. */
    public PortCommand() {}

    /** How the switch treats a port: what attach and set both take. */
    static final class Treatment {
        @Option(
                names = "--vlan",
                paramLabel = "MODE",
                description = "How it treats VLAN tags: unaware (default), access:N or trunk:LIST[,native=N].")
        private @Nullable String vlan;

        @Option(
                names = "--storm",
                paramLabel = "LIMITS",
                description = "Frames a second that it may flood: broadcast:1000,multicast:500,unknown:2000, any of"
                        + " them, or none.")
        private @Nullable String storm;

        @Option(
                names = "--hairpin",
                negatable = true,
                description = "Let frames leave by the port that they came in by.")
        private @Nullable Boolean hairpin;

        /** For picocli. */
        Treatment() {}

        void putInto(Map<String, Object> definition) {
            putIfGiven(definition, "vlan", vlan);
            putIfGiven(definition, "storm", storm);
            putIfGiven(definition, "hairpin", hairpin);
        }
    }

    private static void putIfGiven(Map<String, Object> definition, String field, @Nullable Object value) {
        if (value != null) {
            definition.put(field, value);
        }
    }

    /** {@code weir port attach}. */
    @Command(
            name = "attach",
            description = {
                "Opens a port and attaches it to a switch.",
                "",
                "'weir run --help' lists the kinds of ports; 'weir doctor' says which work here."
            })
    static final class Attach extends QueryCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private SwitchArgument target;

        @Parameters(index = "1", paramLabel = "SPEC", description = "What to open, such as tap:web.")
        private String portSpec = "";

        @Option(names = "--name", paramLabel = "NAME", description = "Its name (default: as in SPEC, web for tap:web).")
        private @Nullable String name;

        @Option(
                names = "--number",
                paramLabel = "N",
                description = "1 to 65535, for programs (default: the next free).")
        private @Nullable Integer number;

        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private Treatment treatment;

        @Option(
                names = "--link",
                paramLabel = "SETTINGS",
                description = "Emulate the link behind it: delay:20ms,loss:1%%, as for 'weir run'.")
        private @Nullable String link;

        @Option(
                names = "--may-exist",
                description = "A port of that name with the same SPEC that is there already is no failure; it stays as"
                        + " it is.")
        private boolean mayExist;

        /** For picocli. */
        Attach() {}

        @Override
        void ask(DaemonClient client) {
            Map<String, Object> wanted = new LinkedHashMap<>();
            putIfGiven(wanted, "name", name);
            wanted.put("spec", portSpec);
            putIfGiven(wanted, "number", number);
            treatment.putInto(wanted);
            putIfGiven(wanted, "link", link);
            ApiPath ports = ApiPath.of(SWITCHES, target.name(), PORTS);
            try {
                JsonNode answer = client.json(ApiRequest.post(ports).withJson(wanted));
                print(answer, out -> out.println("port " + target.name() + ":" + text(answer, "name") + " attached"));
            } catch (DaemonException e) {
                JsonNode there = mayExist && e.refusal().code().equals("conflict")
                        ? same(client.json(ApiRequest.get(ports)).path(PORTS)).orElseThrow(() -> e)
                        : null;
                if (there == null) {
                    throw e;
                }
                print(
                        there,
                        out -> out.println("port " + target.name() + ":" + text(there, "name") + " is there already"));
            }
        }

        private Optional<JsonNode> same(JsonNode ports) {
            return ports.valueStream()
                    .filter(port ->
                            name == null || name.equals(port.path("name").asString("")))
                    .filter(port -> portSpec.equals(port.path("spec").asString(""))
                            || portSpec.equals(
                                    port.path("definition").path("spec").asString("")))
                    .findFirst();
        }
    }

    /** {@code weir port detach}. */
    @Command(name = "detach", description = "Detaches a port and closes it.")
    static final class Detach extends RemovalCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private PortArgument target;

        /** For picocli. */
        Detach() {}

        @Override
        void ask(DaemonClient client) {
            remove(client, ApiRequest.delete(target.place().path()), "port " + target.place() + " detached");
        }
    }

    /** {@code weir port list}. */
    @Command(name = "list", description = "Lists the ports of a switch.")
    static final class ListAll extends QueryCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private SwitchArgument target;

        /** For picocli. */
        ListAll() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(ApiPath.of(SWITCHES, target.name(), PORTS)));
            printTable(answer, AnswerTables.ports(answer.path(PORTS)));
        }
    }

    /** {@code weir port show}. */
    @Command(name = "show", description = "Shows a port with its counters.")
    static final class Show extends QueryCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private PortArgument target;

        /** For picocli. */
        Show() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(target.place().path()));
            print(answer, out -> show(out, answer));
        }
    }

    private static void show(PrintWriter out, JsonNode port) {
        new TextTable("", "")
                .row("port", text(port, "switch") + ":" + text(port, "name"))
                .row("number", number(port, "number").toString())
                .row("spec", text(port, "spec"))
                .row("state", state(port))
                .row("vlan", text(port, "vlan"))
                .row("storm", text(port, "storm"))
                .row("mtu", number(port, "mtu_bytes") + " bytes")
                .row("program", text(port, "program"))
                .row("link", text(port, "link"))
                .row("received", frames(port, "received"))
                .row("transmitted", frames(port, "transmitted"))
                .row("drops", counts(port.path("drops")))
                .row("peer dropped", number(port, "peer_dropped").toString())
                .row("learn refused", number(port, "learn_refused").toString())
                .printRows(out);
    }

    private static String frames(JsonNode port, String field) {
        return String.format(
                Locale.ROOT,
                "%,d frames, %,d bytes",
                port.path(field).asLong(0),
                port.path(field + "_bytes").asLong(0));
    }

    /** {@code weir port set}. */
    @Command(
            name = "set",
            description = "Changes how a switch treats a port; what is not given stays. Its program and link have"
                    + " commands of their own.")
    static final class Change extends QueryCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private PortArgument target;

        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private Treatment treatment;

        /** For picocli. */
        Change() {}

        @Override
        void ask(DaemonClient client) {
            Map<String, Object> changes = new LinkedHashMap<>();
            treatment.putInto(changes);
            if (changes.isEmpty()) {
                throw usage("nothing to change is given");
            }
            if ("none".equals(changes.get("storm"))) {
                changes.put("storm", null);
            }
            JsonNode answer =
                    client.json(ApiRequest.patch(target.place().path()).withJson(changes));
            print(answer, out -> out.println("port " + target.place() + " changed"));
        }
    }
}
