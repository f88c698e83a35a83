// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Command;
import weir.control.bench.container.Attachment;

/** {@code weir bench tap}. */
@Command(
        name = "tap",
        description = {
            "Measures a switch between network namespaces by TAP interfaces, as root: small frames, TCP, latency and CPU time, in"
                    + " turn with the kernel's bridge and others, which join veth pairs.",
            "",
            "Nothing has to be fetched, nothing leaves the namespaces that it makes, and everything is removed again, also"
                    + " after Ctrl-C."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sudo weir bench tap", "  sudo weir bench tap --topology star8 --plot ratios.svg"})
public final class BenchTapCommand extends StationBenchCommand {
    /** For picocli. */
    public BenchTapCommand() {}

    @Override
    Attachment attachment() {
        return Attachment.TAP;
    }
}
