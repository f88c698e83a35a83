// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonNames;
import weir.control.completion.NameKind;
import weir.control.completion.NameSource;
import weir.control.docker.ContainerNames;

/** {@code weir __complete -- KIND WORD...}: names for the scripts of {@code weir completion}, one a line; not for people. */
@Command(name = "__complete", hidden = true, description = "Names for the scripts of 'weir completion'.")
public final class CompleteCommand implements Callable<Integer> {
    private final NameSource source;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "KIND", description = "What to name.")
    private String kind = "";

    @Parameters(index = "1..*", paramLabel = "WORD", description = "The command line so far.")
    private List<String> words = List.of();

    /** For picocli. */
    public CompleteCommand() {
        NameSource daemon = new DaemonNames(
                words -> DaemonClient.at(DaemonChoice.typed(words).address(System.getenv())));
        NameSource docker = new ContainerNames(System.getenv());
        this((kind, words) -> (kind == NameKind.CONTAINER ? docker : daemon).names(kind, words));
    }

    CompleteCommand(NameSource source) {
        this.source = source;
    }

    /** An unknown kind has no names: the script may be older or newer than this build. */
    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Arrays.stream(NameKind.values())
                .filter(each -> each.label().equals(kind))
                .flatMap(each -> source.names(each, words).stream())
                .forEach(out::println);
        return ExitCode.OK.number();
    }
}
