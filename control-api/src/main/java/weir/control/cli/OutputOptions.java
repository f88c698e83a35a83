// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.function.Supplier;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/**
 * The option {@code -o}, for use as a picocli mixin by every command that prints data:
 *
 * <pre>{@code
 * @Mixin
 * private OutputOptions output;
 * ...
 * output.print(spec.commandLine().getOut(), report, () -> report.asTable());
 * }</pre>
 */
public final class OutputOptions {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "How to print: table, json or yaml (default: table).")
    private OutputFormat format = OutputFormat.TABLE;

    /** For picocli. */
    public OutputOptions() {}

    public OutputFormat format() {
        return format;
    }

    /** Prints one of many documents that follow one another: JSON as a line, YAML behind {@code ---}. */
    void printLine(PrintWriter out, Object data) {
        if (format == OutputFormat.YAML) {
            out.print(YAMLMapper.shared().writeValueAsString(data));
        } else {
            out.println(JsonMapper.shared().writeValueAsString(data));
        }
        out.flush();
    }

    /**
     * Prints in the format asked for.
     *
     * @param data what JSON and YAML show: records, maps and lists
     * @param table what people see, made only when asked for
     */
    public void print(PrintWriter out, Object data, Supplier<TextTable> table) {
        switch (format) {
            case TABLE -> table.get().print(out);
            case JSON ->
                out.println(JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(data));
            case YAML ->
                out.print(YAMLMapper.builder()
                        .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
                        .build()
                        .writeValueAsString(data));
        }
        out.flush();
    }
}
