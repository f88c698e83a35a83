// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Parameters;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;

/** The switch that a command is about. */
final class SwitchArgument {
    @Parameters(index = "0", paramLabel = "SWITCH", description = "Its name.")
    @DynamicCandidates(NameKind.SWITCH)
    private String name = "";

    /** For picocli. */
    SwitchArgument() {}

    String name() {
        return name;
    }
}
