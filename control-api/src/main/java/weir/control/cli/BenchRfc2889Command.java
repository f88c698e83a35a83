// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import weir.control.bench.rfc.Rfc2889;
import weir.control.bench.rfc.Rfc2889Report;
import weir.control.bench.rfc.Rfc2889Settings;
import weir.control.bench.rfc.Rfc2889Test;

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
public final class BenchRfc2889Command extends RfcBenchCommand {
    private static final int MIN_PORTS = 2;
    private static final int MAX_PORTS = 64;
    private static final int MAX_ADDRESSES = 1 << 20;

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
        OptionRange.require(command(), "--ports", ports, MIN_PORTS, MAX_PORTS);
        OptionRange.require(command(), "--addresses", addresses, 1, MAX_ADDRESSES);
        List<Rfc2889Test> all = List.of(Rfc2889Test.values());
        Rfc2889Settings settings = new Rfc2889Settings(
                TestNames.read(command(), tests, Rfc2889Test.values(), Rfc2889Test::label, all), addresses, trials());
        return measure(ports, settings.trials(), settings.secondsAtMost(), (open, progress) -> {
            Rfc2889Report report = Rfc2889.run(open, settings, progress::show);
            print(progress, report, out -> Rfc2889Text.print(out, report), () -> Rfc2889Text.forwarding(report));
        });
    }
}
