// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import weir.control.bench.rfc.Rfc2889;
import weir.control.bench.rfc.Rfc2889Report;
import weir.control.bench.rfc.Rfc2889Settings;
import weir.control.bench.rfc.Rfc2889Test;
import weir.control.bench.rfc.TrialSettings;

/** {@code weir bench rfc2889}. */
@Command(
        name = "rfc2889",
        description = {
            "Measures a switch as RFC 2889 says: forwarding between all ports, one to many and many to one, congestion,"
                    + " forward pressure, how many addresses it keeps and how fast it learns them, what it does with"
                    + " broken frames, and broadcasts. Without --dut that is Weir's own switch between memory ports; with"
                    + " --dut anything that joins the ports.",
            "",
            "Rates are those of all ports together. Congestion and forward pressure need a --line-rate. A device that cannot"
                    + " be told to forget, as every one behind --dut, keeps the addresses of trials before; where it"
                    + " refuses new ones when it is full, its capacity is found all the same."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir bench rfc2889",
            "  weir bench rfc2889 --ports 8 --macs 8 --tests fully_meshed --sizes 64",
            "  weir bench rfc2889 --tests congestion,forward_pressure \\",
            "      --line-rate 100mbit --sizes 512",
            "  weir bench rfc2889 --tests address_caching --fdb 1024 --fdb-quota 1024",
            "  sudo weir bench rfc2889 --dut packet:v1,packet:v2,packet:v3 -o json"
        })
public final class BenchRfc2889Command implements Callable<Integer> {
    private static final int MIN_PORTS = 2;
    private static final int MAX_PORTS = 64;
    private static final int MAX_ADDRESSES = 1 << 20;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private DeviceOptions device;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private TrialOptions trials;

    @Option(
            names = "--tests",
            split = ",",
            paramLabel = "NAME",
            description = "fully_meshed, one_to_many, many_to_one, congestion, forward_pressure, address_caching,"
                    + " address_learning, errored_frames, broadcast, or all (default: all).")
    private List<String> tests = List.of();

    @Option(names = "--ports", paramLabel = "N", description = "Ports of the own switch, 2 to 64 (default: 4).")
    private int ports = 4;

    @Option(
            names = "--addresses",
            paramLabel = "N",
            description = "Most that are tried for the caching capacity (default: 16384).")
    private int addresses = 16_384;

    /** For picocli. */
    public BenchRfc2889Command() {}

    @Override
    public Integer call() {
        OptionRange.require(spec.commandLine(), "--ports", ports, MIN_PORTS, MAX_PORTS);
        OptionRange.require(spec.commandLine(), "--addresses", addresses, 1, MAX_ADDRESSES);
        List<Rfc2889Test> all = List.of(Rfc2889Test.values());
        TrialSettings common = trials.read(spec.commandLine());
        Rfc2889Settings settings = new Rfc2889Settings(
                TestNames.read(spec.commandLine(), tests, Rfc2889Test.values(), Rfc2889Test::label, all),
                addresses,
                common);
        DeviceOptions.Opener opener = device.read(
                spec.commandLine(), ports, common.longestSize() - TrialSettings.FCS_BYTES, common.lineRate() > 0);
        return BenchRun.run(spec.commandLine(), opener, (open, progress) -> {
            BenchRun.announce(spec.commandLine(), output, open, settings.secondsAtMost());
            Rfc2889Report report = Rfc2889.run(open, settings, progress::show);
            progress.close();
            PrintWriter out = spec.commandLine().getOut();
            if (output.format() == OutputFormat.TABLE) {
                Rfc2889Text.print(out, report);
            } else {
                output.print(out, report, () -> Rfc2889Text.forwarding(report));
            }
        });
    }
}
