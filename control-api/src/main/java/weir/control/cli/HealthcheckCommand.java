// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.time.Duration;
import picocli.CommandLine.Command;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;

/** {@code weir healthcheck}: for containers without curl. */
@Command(
        name = "healthcheck",
        description =
                "Asks a daemon whether its configuration is in force: exit code 0 yes, 1 no, 5 it does not answer.")
public final class HealthcheckCommand extends ClientCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** For picocli. */
    public HealthcheckCommand() {}

    @Override
    void ask(DaemonClient client) {
        client.withPatience(PATIENCE).check(ApiRequest.get(ApiPath.ofRoot("readyz")));
        say("ready");
    }
}
