// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;

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

    /** Removes something. With {@code ifExists}, that it is not there is no failure. */
    final void remove(DaemonClient client, ApiRequest request, boolean ifExists, String done) {
        try {
            client.json(request);
            say(done);
        } catch (DaemonException e) {
            if (!ifExists || !e.refusal().code().equals("not_found")) {
                throw e;
            }
        }
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** A line for people about what was done. */
    void say(String line) {
        out().println(line);
    }

    final ParameterException usage(String cause) {
        return new ParameterException(spec.commandLine(), cause);
    }
}
