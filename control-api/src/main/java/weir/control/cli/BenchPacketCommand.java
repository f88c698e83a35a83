// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Command;
import weir.control.bench.container.Attachment;

/** {@code weir bench packet}. */
@Command(
        name = "packet",
        description = {
            "Measures a switch between network namespaces by veth pairs and packet sockets (AF_PACKET)"
                    + StationBenchCommand.MEASURED,
            "",
            StationBenchCommand.LEAVES_NOTHING
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sudo weir bench packet --baseline bridge,ovs", "  sudo weir bench packet --pairs 21 -o json"})
public final class BenchPacketCommand extends StationBenchCommand {
    /** For picocli. */
    public BenchPacketCommand() {}

    @Override
    Attachment attachment() {
        return Attachment.VETH;
    }
}
