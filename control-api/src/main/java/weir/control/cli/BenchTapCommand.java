// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Command;
import weir.control.bench.container.Attachment;

/** {@code weir bench tap}. */
@Command(
        name = "tap",
        description = {
            "Measures a switch between network namespaces by TAP interfaces" + StationBenchCommand.MEASURED,
            "",
            StationBenchCommand.LEAVES_NOTHING
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
