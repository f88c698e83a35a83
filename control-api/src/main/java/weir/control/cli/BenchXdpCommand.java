// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Command;
import weir.control.bench.container.Attachment;

/** {@code weir bench xdp}. */
@Command(
        name = "xdp",
        description = {
            "Measures a switch between network namespaces by veth pairs and AF_XDP sockets"
                    + StationBenchCommand.MEASURED,
            "",
            StationBenchCommand.LEAVES_NOTHING
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sudo weir bench xdp --baseline bridge,ovs", "  sudo weir bench xdp --seconds 3 --plot ratios.svg"})
public final class BenchXdpCommand extends StationBenchCommand {
    /** For picocli. */
    public BenchXdpCommand() {}

    @Override
    Attachment attachment() {
        return Attachment.XDP;
    }
}
