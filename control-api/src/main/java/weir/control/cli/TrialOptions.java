// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import weir.control.bench.rfc.TrialSettings;
import weir.core.link.LinkSettings;

/** How the trials of RFC 2544 and RFC 2889 run. */
final class TrialOptions {
    private static final int MIN_SIZE = 64;
    private static final int MAX_SIZE = 1522;
    private static final double MIN_SECONDS = 0.01;
    private static final double MAX_SECONDS = 3600;
    private static final double MAX_SETTLE_SECONDS = 60;
    private static final double MIN_RESOLUTION = 0.01;
    private static final double MAX_RESOLUTION = 50;
    private static final double MAX_LOSS = 50;
    private static final int MAX_ATTEMPTS = 20;
    private static final int MAX_REPEATS = 1000;
    private static final int MAX_STATIONS = 10_000;
    private static final int MAX_FLOWS = 65_536;

    @Option(
            names = "--sizes",
            split = ",",
            paramLabel = "BYTES",
            description =
                    "Lengths of frames with FCS, 64 to 1522 (default: 64,128,256,512,1024,1280,1518). Frames of Weir"
                            + " have no FCS: what is sent is 4 bytes shorter.")
    private List<Integer> sizes = TrialSettings.ETHERNET_SIZES;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Length of a trial (default: 1; the RFCs want 60 for figures that count).")
    private double seconds = 1;

    @Option(
            names = "--settle",
            paramLabel = "S",
            description = "After learning, and without a frame until a trial is over (default: 0.2; RFC 2544 has 2).")
    private double settle = 0.2;

    @Option(names = "--warm-up", paramLabel = "S", description = "Load before the first trial (default: 3).")
    private double warmUp = 3;

    @Option(
            names = "--resolution",
            paramLabel = "PERCENT",
            description = "Of a rate, to which throughput is searched (default: 1).")
    private double resolution = 1;

    @Option(
            names = "--loss",
            paramLabel = "PERCENT",
            description = "Losses up to this are none, for throughput (default: 0, as the RFCs say).")
    private double loss;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            description = "A rate has failed when so many trials in a row have (default: 2; the RFCs have 1).")
    private int attempts = 2;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            description = "Of what is an average: bursts, recoveries, resets (default: 3).")
    private int repeats = 3;

    @Option(
            names = "--line-rate",
            paramLabel = "RATE",
            description =
                    "Rate of each port's line, such as 100mbit: the most that is offered, and the theoretical maximum."
                            + " The own switch gets links of that rate (default: none, as fast as tester and ports can).")
    private String lineRate = "";

    @Option(
            names = "--macs",
            paramLabel = "N",
            description = "Stations behind each port, 1 to 10000 (default: 1; RFC 2544, 12 has 256 networks).")
    private int stations = 1;

    @Option(
            names = "--flows",
            paramLabel = "N",
            description = "Pairs of IP address and UDP port of each sending port, 1 to 65536 (default: 1).")
    private int flows = 1;

    /** For picocli. */
    TrialOptions() {}

    /** Checked; what is wrong is a mistake of usage. */
    TrialSettings read(CommandLine command) {
        for (int size : sizes) {
            OptionRange.require(command, "--sizes", size, MIN_SIZE, MAX_SIZE);
        }
        OptionRange.require(command, "--seconds", seconds, MIN_SECONDS, MAX_SECONDS);
        OptionRange.require(command, "--settle", settle, MIN_SECONDS, MAX_SETTLE_SECONDS);
        OptionRange.require(command, "--warm-up", warmUp, 0, MAX_SETTLE_SECONDS);
        OptionRange.require(command, "--resolution", resolution, MIN_RESOLUTION, MAX_RESOLUTION);
        OptionRange.require(command, "--loss", loss, 0, MAX_LOSS);
        OptionRange.require(command, "--attempts", attempts, 1, MAX_ATTEMPTS);
        OptionRange.require(command, "--repeats", repeats, 1, MAX_REPEATS);
        OptionRange.require(command, "--macs", stations, 1, MAX_STATIONS);
        OptionRange.require(command, "--flows", flows, 1, MAX_FLOWS);
        return new TrialSettings(
                sizes.stream().distinct().toList(),
                seconds,
                settle,
                warmUp,
                resolution,
                loss,
                attempts,
                repeats,
                bitsPerSecond(command),
                stations,
                flows);
    }

    private long bitsPerSecond(CommandLine command) {
        if (lineRate.isEmpty()) {
            return 0;
        }
        try {
            return LinkSettings.parse("rate:" + lineRate).toPort().rateBitsPerSecond();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "--line-rate: " + e.getMessage(), e);
        }
    }
}
