// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.number;
import static weir.control.cli.AnswerText.text;

import java.util.LinkedHashMap;
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

/** {@code weir fdb}: forwarding databases. */
@Command(
        name = "fdb",
        description = "Shows and changes which address is behind which port.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir fdb show lan --port web",
            "  weir fdb add lan 02:00:00:00:00:01 web --vlan 10",
            "  weir fdb flush lan"
        })
@Subcommands({FdbCommand.Show.class, FdbCommand.Flush.class, FdbCommand.Add.class, FdbCommand.Delete.class})
public final class FdbCommand extends CommandGroup {
    private static final String STATIC = "static";

    /** For picocli. */
    public FdbCommand() {}

    private static ApiPath path(String switchName) {
        return ApiPath.of("switches", switchName, "fdb");
    }

    /** Which entries. */
    static final class Filter {
        @Option(names = "--port", paramLabel = "PORT", description = "Only addresses behind this port.")
        @DynamicCandidates(NameKind.PORT)
        private @Nullable String port;

        @Option(names = "--vlan", paramLabel = "N", description = "Only this VLAN; 0 for ports that ignore VLANs.")
        private @Nullable Integer vlan;

        /** For picocli. */
        Filter() {}

        ApiPath on(ApiPath path) {
            ApiPath filtered = port == null ? path : path.with("port", port);
            return vlan == null ? filtered : filtered.with("vlan", vlan.toString());
        }
    }

    /** {@code weir fdb show}. */
    @Command(name = "show", description = "Shows the addresses that a switch knows.")
    static final class Show extends QueryCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private SwitchArgument target;

        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private Filter filter;

        @Option(names = "--mac", paramLabel = "MAC", description = "Only this address.")
        private @Nullable String mac;

        @Option(names = "--static", description = "Only static entries.")
        private boolean onlyStatic;

        @Option(names = "--learned", description = "Only entries that were learned.")
        private boolean onlyLearned;

        @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 1000).")
        private @Nullable Integer limit;

        /** For picocli. */
        Show() {}

        @Override
        void ask(DaemonClient client) {
            if (onlyStatic && onlyLearned) {
                throw usage("--static and --learned leave nothing");
            }
            ApiPath path = filter.on(path(target.name()));
            path = mac == null ? path : path.with("mac", mac);
            path = onlyStatic || onlyLearned ? path.with(STATIC, onlyStatic ? "1" : "0") : path;
            path = limit == null ? path : path.with("limit", limit.toString());
            JsonNode answer = client.json(ApiRequest.get(path));
            print(answer, out -> {
                table(answer.path("entries")).print(out);
                long leftOut = answer.path("left_out").asLong(0);
                if (leftOut > 0) {
                    out.println("... and " + leftOut + " more; --limit " + number(answer, "count") + " shows all");
                }
            });
        }

        private static TextTable table(JsonNode entries) {
            TextTable table = new TextTable("VLAN", "MAC", "PORT", "KIND", "AGE");
            entries.forEach(entry -> {
                boolean isStatic = entry.path(STATIC).asBoolean(false);
                table.row(
                        number(entry, "vlan"),
                        text(entry, "mac"),
                        text(entry, "port"),
                        isStatic ? STATIC : "learned",
                        isStatic ? "-" : number(entry, "age_seconds") + " s");
            });
            return table;
        }
    }

    /** {@code weir fdb flush}. */
    @Command(name = "flush", description = "Removes what was learned; static entries stay.")
    static final class Flush extends QueryCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private SwitchArgument target;

        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private Filter filter;

        /** For picocli. */
        Flush() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.delete(filter.on(path(target.name()))));
            print(answer, out -> out.println(number(answer, "flushed") + " addresses removed"));
        }
    }

    /** {@code weir fdb add}. */
    @Command(name = "add", description = "Adds a static entry, which is not aged and not learned elsewhere.")
    static final class Add extends QueryCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private SwitchArgument target;

        @Parameters(index = "1", paramLabel = "MAC", description = "The address, 02:00:00:00:00:01.")
        private String mac = "";

        @Parameters(index = "2", paramLabel = "PORT", description = "The port that it is behind.")
        @DynamicCandidates(NameKind.PORT)
        private String port = "";

        @Option(names = "--vlan", paramLabel = "N", description = "Its VLAN (default: 0, for ports that ignore them).")
        private int vlan;

        /** For picocli. */
        Add() {}

        @Override
        void ask(DaemonClient client) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("vlan", vlan);
            entry.put("mac", mac);
            entry.put("port", port);
            JsonNode answer = client.json(ApiRequest.post(path(target.name())).withJson(entry));
            print(answer, out -> out.println(text(answer, "mac") + " is behind " + target.name() + ":" + port));
        }
    }

    /** {@code weir fdb delete}. */
    @Command(name = "delete", description = "Removes one entry, static or learned.")
    static final class Delete extends RemovalCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private SwitchArgument target;

        @Parameters(index = "1", paramLabel = "MAC", description = "The address, 02:00:00:00:00:01.")
        private String mac = "";

        @Option(names = "--vlan", paramLabel = "N", description = "Its VLAN (default: 0, for ports that ignore them).")
        private int vlan;

        /** For picocli. */
        Delete() {}

        @Override
        void ask(DaemonClient client) {
            ApiPath path = ApiPath.of("switches", target.name(), "fdb", Integer.toString(vlan), mac);
            remove(client, ApiRequest.delete(path), mac + " removed");
        }
    }
}
