// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import weir.control.bench.container.Attachment;

/** {@code weir bench container}. */
@Command(
        name = "container",
        description = {
            "Measures what containers get out of a switch between them, as root: small frames, TCP, latency and CPU time,"
                    + " through Weir's network driver and, in turn, through the kernel's bridge and others.",
            "",
            "Docker is found as its own client does (DOCKER_HOST). Nothing has to be fetched, and everything is removed"
                    + " again, also after Ctrl-C. With --no-docker containers are plain network namespaces."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sudo weir bench container",
            "  sudo weir bench container --no-docker --mode veth --baseline bridge,ovs",
            "  sudo weir bench container --topology star8 --plot ratios.svg -o json"
        })
public final class BenchContainerCommand extends StationBenchCommand {
    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "What a container has: tap, or veth with a packet socket; with --no-docker also xdp (default: tap).")
    private Attachment mode = Attachment.TAP;

    @Option(names = "--no-docker", description = "Plain network namespaces instead of containers.")
    private boolean noDocker;

    /** For picocli. */
    public BenchContainerCommand() {}

    @Override
    Attachment attachment() {
        if (mode == Attachment.XDP && !noDocker) {
            throw new ParameterException(
                    command(), "--mode xdp is nothing that containers can have, with --no-docker namespaces can");
        }
        return mode;
    }

    @Override
    boolean hasContainers() {
        return !noDocker;
    }
}
