// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** A command that prints what the daemon answers: in JSON and YAML as it came. */
abstract class QueryCommand extends ClientCommand {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    /** Prints an answer; for people as {@code text} does. */
    final void print(JsonNode answer, Consumer<PrintWriter> text) {
        if (output.format() == OutputFormat.TABLE) {
            text.accept(out());
        } else {
            output.print(out(), answer, () -> new TextTable(""));
        }
    }

    /** Prints an answer; for people as a table. */
    final void printTable(JsonNode answer, TextTable table) {
        print(answer, table::print);
    }

    final OutputOptions output() {
        return output;
    }

    /** With {@code -o json} the answer says it. */
    @Override
    final void say(String line) {
        if (output.format() == OutputFormat.TABLE) {
            super.say(line);
        }
    }
}
