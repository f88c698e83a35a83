// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weir.control.client.DaemonClient;

/** A command that has the daemon do something. */
abstract class ClientCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private DaemonOption daemon;

    @Override
    public final Integer call() {
        ask(daemon.client());
        out().flush();
        return ExitCode.OK.number();
    }

    /** Asks the daemon and prints what it says. */
    abstract void ask(DaemonClient client);

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** A line for people about what was done. */
    void say(String line) {
        out().println(line);
    }

    /** Whether what is printed still gets anywhere: commands that go on for ever end with their reader. */
    final boolean hasReader() {
        return !out().checkError();
    }

    final CommandLine commandLine() {
        return spec.commandLine();
    }

    final ParameterException usage(String cause) {
        return new ParameterException(commandLine(), cause);
    }
}
