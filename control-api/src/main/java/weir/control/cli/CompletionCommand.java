// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import weir.control.completion.Shell;

/** {@code weir completion}. */
@Command(
        name = "completion",
        description = {
            "Prints a script that has a shell complete weir's commands, options and values.",
            "",
            "Names of switches and ports are asked of the daemon."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(weir completion bash)",
            "  weir completion bash > /etc/bash_completion.d/weir",
            "  weir completion zsh > \"$${fpath[1]}/_weir\"",
            "  weir completion fish > ~/.config/fish/completions/weir.fish"
        })
public final class CompletionCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Shell shell;

    /** For picocli. */
    public CompletionCommand() {}

    @Override
    public Integer call() {
        spec.commandLine()
                .getOut()
                .print(shell.script(CommandTree.complete(new WeirCommand()).getCommandSpec()));
        return ExitCode.OK.number();
    }
}
