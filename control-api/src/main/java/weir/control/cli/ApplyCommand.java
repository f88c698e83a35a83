// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.text.FileTrouble;
import weir.control.topology.SourceText;
import weir.control.topology.TextErrors;
import weir.control.topology.TopologyFile;
import weir.control.topology.TopologyJson;

/** {@code weir apply}. */
@Command(
        name = "apply",
        description = {
            "Makes the daemon's topology what a file says, by as few steps as can be, and prints them: + for what comes, ~"
                    + " for what changes, - for what goes.",
            "",
            "Ports that the file leaves as they are keep every frame. When a step fails, those before it are taken back."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir apply -f topology.yaml --dry-run",
            "  weir apply -f topology.yaml",
            "  weir apply --schema > topology.schema.json"
        })
public final class ApplyCommand extends QueryCommand {
    /** Beside the reader that it agrees with. */
    private static final String SCHEMA = "/weir/control/topology/topology.schema.json";

    private static final String STANDARD_INPUT = "-";
    private static final String ON = "1";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The topology, in YAML, or in JSON where its name ends in .json; - for standard input.")
    private String file = "";

    @Option(names = "--dry-run", description = "Print the steps and take none.")
    private boolean dryRun;

    @Option(names = "--keep-maps", description = "Maps of programs that are replaced go on with what they hold.")
    private boolean keepMaps;

    @Option(names = "--schema", description = "Print the JSON Schema of topologies, for editors, and end.")
    private boolean schema;

    /** For picocli. */
    public ApplyCommand() {}

    @Override
    void ask(DaemonClient client) {
        if (schema) {
            out().print(schema());
            return;
        }
        if (file.isEmpty()) {
            throw usage("missing required option: '--file=FILE'");
        }
        TopologyFile wanted = read();
        if (!dryRun) {
            wanted.objects()
                    .values()
                    .forEach(object -> client.json(
                            ApiRequest.post(ApiPath.of("objects")).withBody("application/octet-stream", object)));
        }
        ApiPath path = ApiPath.of("apply");
        path = dryRun ? path.with("dryRun", ON) : path;
        path = keepMaps ? path.with("keepMaps", ON) : path;
        JsonNode plan = client.json(ApiRequest.post(path).withJson(TopologyJson.of(wanted.topology())));
        print(plan, out -> steps(out, plan.path("actions")));
    }

    private void steps(PrintWriter out, JsonNode actions) {
        TextTable table = new TextTable("", "", "");
        actions.forEach(action -> table.row(text(action, "sign"), text(action, "place"), text(action, "text")));
        table.printRows(out);
        String steps = actions.size() == 1 ? "1 step" : actions.size() + " steps";
        out.println(actions.isEmpty() ? "nothing to change" : dryRun ? steps + " to take" : steps + " taken");
    }

    private TopologyFile read() {
        try {
            return file.equals(STANDARD_INPUT)
                    ? TopologyFile.parse(standardInput(), SourceText.Format.YAML, Path.of(""))
                    : TopologyFile.read(Path.of(file));
        } catch (TextErrors e) {
            throw refused(
                    file.equals(STANDARD_INPUT) ? "standard input" : file,
                    e,
                    "docs/topology.md says what a topology can have",
                    spec.commandLine().getErr());
        } catch (NoSuchFileException e) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND, "no file " + file, "docs/topology.md has an example to begin with", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "cannot read " + file + ": " + FileTrouble.of(e),
                    "name a file that you may read",
                    e);
        }
    }

    @SuppressWarnings("PMD.CloseResource") // standard input is not ours to close
    private static byte[] standardInput() throws IOException {
        InputStream in = System.in;
        return in.readNBytes(SourceText.MAX_BYTES + 1);
    }

    /**
     * Tells all faults of a file but the last, which it returns as the failure.
     *
     * @param otherwise what to do about a fault that has no hint
     */
    static CommandFailure refused(String file, TextErrors errors, String otherwise, PrintWriter err) {
        List<TextErrors.Fault> faults = errors.faults();
        for (TextErrors.Fault fault : faults.subList(0, faults.size() - 1)) {
            err.println("weir: " + fault.in(file));
            if (!fault.hint().isEmpty()) {
                err.println("hint: " + fault.hint());
            }
        }
        TextErrors.Fault last = faults.getLast();
        return new CommandFailure(
                ExitCode.USAGE, last.in(file), last.hint().isEmpty() ? otherwise : last.hint(), errors);
    }

    private static String schema() {
        try (InputStream in = Objects.requireNonNull(ApplyCommand.class.getResourceAsStream(SCHEMA), SCHEMA)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILURE, "the schema cannot be read: " + e.getMessage(), "", e);
        }
    }
}
