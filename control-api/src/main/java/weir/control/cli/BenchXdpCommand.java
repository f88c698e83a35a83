// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Command;
import weir.control.bench.container.Attachment;

/** {@code weir bench xdp}. */
@Command(
        name = "xdp",
        description = {
            "Measures a switch between network namespaces by veth pairs and AF_XDP sockets, as root: small frames, TCP, latency and CPU time, in"
                    + " turn with the kernel's bridge and others, which join veth pairs.",
            "",
            "Nothing has to be fetched, nothing leaves the namespaces that it makes, and everything is removed again, also"
                    + " after Ctrl-C."
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
