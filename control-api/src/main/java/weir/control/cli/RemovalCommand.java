// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Option;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;

/** A command that removes something, which may have to be there. */
abstract class RemovalCommand extends ClientCommand {
    @Option(names = "--if-exists", description = "That there is none is no failure.")
    private boolean ifExists;

    /** Removes what a request names, and says that it is done. */
    final void remove(DaemonClient client, ApiRequest request, String done) {
        try {
            client.json(request);
            say(done);
        } catch (DaemonException e) {
            if (!ifExists || !e.refusal().code().equals("not_found")) {
                throw e;
            }
        }
    }
}
