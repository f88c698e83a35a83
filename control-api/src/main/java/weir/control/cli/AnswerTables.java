// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.decimal;
import static weir.control.cli.AnswerText.number;
import static weir.control.cli.AnswerText.state;
import static weir.control.cli.AnswerText.sum;
import static weir.control.cli.AnswerText.text;
import static weir.control.cli.AnswerText.value;

import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Tables that several commands print of the daemon's answers. */
final class AnswerTables {
    private static final double NANOS_PER_SECOND = 1e9;

    private AnswerTables() {}

    /** @param ports by name */
    static TextTable ports(JsonNode ports) {
        TextTable table =
                new TextTable("PORT", "NO", "STATE", "SPEC", "VLAN", "PROGRAM", "RX FRAMES", "TX FRAMES", "DROPPED");
        ports.propertyStream()
                .forEach(each -> table.row(
                        each.getKey(),
                        number(each.getValue(), "number"),
                        state(each.getValue()),
                        text(each.getValue(), "spec"),
                        text(each.getValue(), "vlan"),
                        text(each.getValue(), "program"),
                        number(each.getValue(), "received"),
                        number(each.getValue(), "transmitted"),
                        sum(each.getValue().path("drops"))));
        return table;
    }

    /** @param programs by place */
    static TextTable programs(JsonNode programs) {
        TextTable table = new TextTable(
                "PLACE", "PROGRAM", "TYPE", "FRAMES", "DROP", "PASS", "TX", "REDIRECT", "ABORTED", "FAULTS", "NS");
        programs.propertyStream().forEach(each -> {
            JsonNode program = each.getValue();
            JsonNode actions = program.path("actions");
            table.row(
                    each.getKey(),
                    text(program, "program"),
                    text(program, "type"),
                    number(program, "frames"),
                    actions.path("XDP_DROP").asLong(0) + actions.path("drop").asLong(0),
                    actions.path("XDP_PASS").asLong(0)
                            + actions.path("broadcast").asLong(0),
                    actions.path("XDP_TX").asLong(0),
                    actions.path("XDP_REDIRECT").asLong(0)
                            + actions.path("port").asLong(0),
                    actions.path("XDP_ABORTED").asLong(0),
                    number(program, "faults"),
                    decimal(program.path("ns_per_frame")));
        });
        return table;
    }

    /** @param links by place */
    static TextTable links(JsonNode links) {
        TextTable table = linkTable();
        links.propertyStream().forEach(each -> link(table, each.getKey(), each.getValue()));
        return table;
    }

    /** The link of one port. */
    static TextTable link(String place, JsonNode link) {
        TextTable table = linkTable();
        link(table, place, link);
        return table;
    }

    private static TextTable linkTable() {
        return new TextTable("LINK", "SETTINGS", "LEFT", "HELD", "DUPLICATED", "REORDERED", "CORRUPTED");
    }

    private static void link(TextTable table, String place, JsonNode link) {
        table.row(
                place,
                text(link, "settings"),
                left(link.path("left_ns")),
                both(link, "held"),
                both(link, "duplicated"),
                both(link, "reordered"),
                both(link, "corrupted"));
    }

    private static String left(JsonNode nanos) {
        return nanos.isNumber() ? String.format(Locale.ROOT, "%,.0f s", nanos.asDouble() / NANOS_PER_SECOND) : "-";
    }

    private static long both(JsonNode link, String field) {
        return link.path("to_port").path(field).asLong(0)
                + link.path("from_port").path(field).asLong(0);
    }

    /** @param entries of a map: key and value each */
    static TextTable entries(JsonNode entries) {
        TextTable table = new TextTable("KEY", "VALUE");
        entries.forEach(entry -> table.row(value(entry.path("key")), value(entry.path("value"))));
        return table;
    }
}
