// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Parameters;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;

/** The port that a command is about. */
final class PortArgument {
    @Parameters(index = "0", paramLabel = "SWITCH:PORT", converter = Place.OfPort.class, description = "The port.")
    @DynamicCandidates(NameKind.SWITCH_PORT)
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Place place;

    /** For picocli. */
    PortArgument() {}

    Place place() {
        return place;
    }
}
