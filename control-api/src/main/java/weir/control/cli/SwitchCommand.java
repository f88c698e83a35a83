// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.counts;
import static weir.control.cli.AnswerText.number;
import static weir.control.cli.AnswerText.text;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;
import weir.core.worker.WaitMode;

/** {@code weir switch}: the switches of the daemon. */
@Command(
        name = "switch",
        description = "Creates, deletes and shows switches of the daemon.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {"  weir switch create lan", "  weir switch list", "  weir switch show lan -o json"})
@Subcommands({
    SwitchCommand.Create.class,
    SwitchCommand.Delete.class,
    SwitchCommand.ListAll.class,
    SwitchCommand.Show.class
})
public final class SwitchCommand extends CommandGroup {
    private static final String NOUN = "switches";

    /** For picocli. */
    public SwitchCommand() {}

    /** {@code weir switch create}. */
    @Command(name = "create", description = "Creates a switch without ports.")
    static final class Create extends QueryCommand {
        @Parameters(paramLabel = "NAME", description = "Up to 15 letters, digits, '_', '.' and '-'; no '-' first.")
        private String name = "";

        @Option(names = "--workers", paramLabel = "N", description = "Threads that move frames, 1 to 64 (default: 1).")
        private int workers = 1;

        @Option(
                names = "--wait",
                paramLabel = "MODE",
                description = "What they do without frames: adaptive (default), busy or blocking.")
        private WaitMode wait = WaitMode.ADAPTIVE;

        @Option(names = "--no-loop-guard", description = "Send no probes and block no port that is part of a loop.")
        private boolean noLoopGuard;

        @Option(names = "--may-exist", description = "One that is there already is no failure; it stays as it is.")
        private boolean mayExist;

        /** For picocli. */
        Create() {}

        @Override
        void ask(DaemonClient client) {
            Map<String, Object> wanted = new LinkedHashMap<>();
            wanted.put("name", name);
            wanted.put("workers", workers);
            wanted.put("wait", wait.name().toLowerCase(Locale.ROOT));
            wanted.put("loop_guard", !noLoopGuard);
            JsonNode answer;
            try {
                answer = client.json(ApiRequest.post(ApiPath.of(NOUN)).withJson(wanted));
            } catch (DaemonException e) {
                if (!mayExist || !e.refusal().code().equals("conflict")) {
                    throw e;
                }
                answer = client.json(ApiRequest.get(ApiPath.of(NOUN, name)));
                print(answer, out -> out.println("switch " + name + " is there already"));
                return;
            }
            print(answer, out -> out.println("switch " + name + " created"));
        }
    }

    /** {@code weir switch delete}. */
    @Command(name = "delete", description = "Deletes a switch with its ports, programs and links.")
    static final class Delete extends RemovalCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private SwitchArgument target;

        /** For picocli. */
        Delete() {}

        @Override
        void ask(DaemonClient client) {
            remove(client, ApiRequest.delete(ApiPath.of(NOUN, target.name())), "switch " + target.name() + " deleted");
        }
    }

    /** {@code weir switch list}. */
    @Command(name = "list", description = "Lists switches.")
    static final class ListAll extends QueryCommand {
        /** For picocli. */
        ListAll() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(ApiPath.of(NOUN)));
            TextTable table = new TextTable(
                    "SWITCH", "PORTS", "UP", "PROGRAM", "FDB", "RX FRAMES", "TX FRAMES", "DROPPED", "WORKERS", "WAIT");
            answer.path(NOUN)
                    .propertyStream()
                    .forEach(each -> table.row(
                            each.getKey(),
                            number(each.getValue(), "ports"),
                            number(each.getValue(), "ports_up"),
                            text(each.getValue(), "program"),
                            number(each.getValue(), "fdb_entries"),
                            number(each.getValue(), "received"),
                            number(each.getValue(), "transmitted"),
                            number(each.getValue(), "dropped"),
                            number(each.getValue(), "workers"),
                            text(each.getValue(), "wait")));
            printTable(answer, table);
        }
    }

    /** {@code weir switch show}. */
    @Command(name = "show", description = "Shows a switch: its ports, programs, links and drops.")
    static final class Show extends QueryCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private SwitchArgument target;

        /** For picocli. */
        Show() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(ApiPath.of(NOUN, target.name())));
            print(answer, out -> show(out, answer));
        }

        private static void show(PrintWriter out, JsonNode sw) {
            out.println("switch " + text(sw, "name") + ": " + number(sw, "workers") + " "
                    + (sw.path("workers").asInt(0) == 1 ? "worker" : "workers") + ", " + text(sw, "wait")
                    + (sw.path("loop_guard").asBoolean(false) ? ", loop guard" : "") + ", "
                    + number(sw, "fdb_entries") + " addresses");
            out.println();
            AnswerTables.ports(sw.path("ports")).print(out);
            if (!sw.path("programs").isEmpty()) {
                out.println();
                AnswerTables.programs(sw.path("programs")).print(out);
            }
            if (!sw.path("links").isEmpty()) {
                out.println();
                AnswerTables.links(sw.path("links")).print(out);
            }
            out.println();
            out.println("drops by reason: " + counts(sw.path("drops")));
        }
    }
}
