// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.number;
import static weir.control.cli.AnswerText.text;
import static weir.control.cli.AnswerText.value;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;

/** {@code weir map}: maps of the programs that run in the daemon. */
@Command(
        name = "map",
        description = {
            "Shows and changes maps of eBPF programs that the daemon runs.",
            "",
            "A map is called SWITCH::MAP when the switch's program has it, SWITCH:PORT:MAP when a port's does. Keys and"
                    + " values are written as for 'weir program run --set': numbers, addresses, hex:BYTES, and by field"
                    + " where the object has types."
        },
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir map list",
            "  weir map dump lan::flows",
            "  weir map update lan:web:blocked 53 1",
            "  weir map delete lan:web:blocked 53"
        })
@Subcommands({
    MapCommand.ListAll.class,
    MapCommand.Dump.class,
    MapCommand.Lookup.class,
    MapCommand.Update.class,
    MapCommand.Delete.class
})
public final class MapCommand extends CommandGroup {
    private static final String MAPS = "maps";
    private static final String KEY = "key";

    /** For picocli. */
    public MapCommand() {}

    private static ApiPath path(String map) {
        return ApiPath.of(MAPS, map, "entries");
    }

    /** {@code weir map list}. */
    @Command(name = "list", description = "Lists the maps of all programs.")
    static final class ListAll extends QueryCommand {
        /** For picocli. */
        ListAll() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(ApiPath.of(MAPS)));
            TextTable table = new TextTable("MAP", "PROGRAM", "TYPE", "KEY BYTES", "VALUE BYTES", "MOST ENTRIES");
            answer.path(MAPS)
                    .propertyStream()
                    .forEach(each -> table.row(
                            each.getKey(),
                            text(each.getValue(), "program"),
                            text(each.getValue(), "type"),
                            number(each.getValue(), "key_bytes"),
                            number(each.getValue(), "value_bytes"),
                            number(each.getValue(), "max_entries")));
            printTable(answer, table);
        }
    }

    /** {@code weir map dump}. */
    @Command(name = "dump", description = "Shows the entries of a map.")
    static final class Dump extends QueryCommand {
        @Parameters(paramLabel = "MAP", description = "SWITCH::MAP or SWITCH:PORT:MAP.")
        private String map = "";

        @Option(names = "--limit", paramLabel = "N", description = "At most so many entries (default: 1000).")
        private int limit = 1000;

        /** For picocli. */
        Dump() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(path(map).with("limit", Integer.toString(limit))));
            print(answer, out -> {
                AnswerTables.entries(answer.path("entries")).print(out);
                long leftOut = answer.path("left_out").asLong(0);
                if (leftOut > 0) {
                    out.println("... and " + leftOut + " more; --limit " + number(answer, "count") + " shows all");
                }
            });
        }
    }

    /** {@code weir map lookup}. */
    @Command(name = "lookup", description = "Shows one entry of a map.")
    static final class Lookup extends QueryCommand {
        @Parameters(index = "0", paramLabel = "MAP", description = "SWITCH::MAP or SWITCH:PORT:MAP.")
        private String map = "";

        @Parameters(index = "1", paramLabel = "KEY", description = "Its key.")
        private String key = "";

        /** For picocli. */
        Lookup() {}

        @Override
        void ask(DaemonClient client) {
            JsonNode answer = client.json(ApiRequest.get(path(map).with(KEY, key)));
            print(answer, out -> answer.path("entries").forEach(entry -> out.println(value(entry.path("value")))));
        }
    }

    /** {@code weir map update}. */
    @Command(name = "update", description = "Puts an entry into a map while the program runs.")
    static final class Update extends ClientCommand {
        @Parameters(index = "0", paramLabel = "MAP", description = "SWITCH::MAP or SWITCH:PORT:MAP.")
        private String map = "";

        @Parameters(index = "1", paramLabel = "KEY", description = "Its key; '' for maps without keys.")
        private String key = "";

        @Parameters(index = "2", paramLabel = "VALUE", description = "Its value.")
        private String value = "";

        /** For picocli. */
        Update() {}

        @Override
        void ask(DaemonClient client) {
            Map<String, Object> entry = new LinkedHashMap<>();
            if (!key.isEmpty()) {
                entry.put(KEY, key);
            }
            entry.put("value", value);
            client.json(ApiRequest.put(path(map)).withJson(entry));
            say("map " + map + ": entry set");
        }
    }

    /** {@code weir map delete}. */
    @Command(name = "delete", description = "Removes an entry of a map.")
    static final class Delete extends RemovalCommand {
        @Parameters(index = "0", paramLabel = "MAP", description = "SWITCH::MAP or SWITCH:PORT:MAP.")
        private String map = "";

        @Parameters(index = "1", paramLabel = "KEY", description = "Its key.")
        private String key = "";

        /** For picocli. */
        Delete() {}

        @Override
        void ask(DaemonClient client) {
            remove(client, ApiRequest.delete(path(map).with(KEY, key)), "map " + map + ": entry removed");
        }
    }
}
