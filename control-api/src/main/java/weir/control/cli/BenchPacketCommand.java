// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Command;
import weir.control.bench.container.Attachment;

/** {@code weir bench packet}. */
@Command(
        name = "packet",
        description = {
            "Measures a switch between network namespaces by veth pairs and packet sockets (AF_PACKET), as root: small frames, TCP, latency and CPU time, in"
                    + " turn with the kernel's bridge and others, which join veth pairs.",
            "",
            "Nothing has to be fetched, nothing leaves the namespaces that it makes, and everything is removed again, also"
                    + " after Ctrl-C."
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
