// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import weir.control.bench.rfc.RatePlot;
import weir.control.bench.rfc.Rfc2544;
import weir.control.bench.rfc.Rfc2544Report;
import weir.control.bench.rfc.Rfc2544Settings;
import weir.control.bench.rfc.Rfc2544Test;

/** {@code weir bench rfc2544}. */
@Command(
        name = "rfc2544",
        description = {
            "Measures a switch as RFC 2544 says: throughput, latency, frame loss rate, back-to-back frames, system recovery"
                    + " and reset. Without --dut that is Weir's own switch between two memory ports; with --dut anything"
                    + " that joins two ports, such as the kernel's bridge, another switch or hardware.",
            "",
            "Rates are those of each sending port. What could not be offered is told apart from what was lost, and a tester"
                    + " that is slower than the device is named as the limit (>=). The tester takes one core. Frames go from"
                    + " 198.18.0.0/15 to port 9; a device must learn, or flood, their addresses (02:00:PORT:...).",
            "",
            "Differences to the RFC, for the sake of time: trials of 1 s, 0.2 s to settle, a rate fails after two trials. With"
                    + " --seconds 60 --settle 2 --attempts 1 they are as it says."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir bench rfc2544",
            "  weir bench rfc2544 --sizes 64,1518 --tests all --line-rate 100mbit",
            "  weir bench rfc2544 --program examples/programs/bridge.o --bidirectional",
            "  sudo weir bench rfc2544 --dut packet:veth0,packet:veth1 --seconds 10 \\",
            "      --plot rates.svg"
        })
public final class BenchRfc2544Command extends RfcBenchCommand {
    private static final int PORTS = 2;
    private static final int MAX_PERCENT = 100;
    private static final List<Rfc2544Test> DEFAULT_TESTS =
            List.of(Rfc2544Test.THROUGHPUT, Rfc2544Test.LATENCY, Rfc2544Test.FRAME_LOSS);

    @Option(
            names = "--tests",
            split = ",",
            paramLabel = "NAME",
            description =
                    "throughput, latency, frame_loss, back_to_back, system_recovery, reset, or all (default: the first"
                            + " three).")
    private List<String> tests = List.of();

    @Option(names = "--bidirectional", description = "Both ports send (section 14).")
    private boolean bidirectional;

    @Option(
            names = "--broadcast",
            paramLabel = "PERCENT",
            description = "Of the frames that go to everybody; 1 is what section 11.1 asks for (default: 0).")
    private int broadcast;

    @Option(names = "--plot", paramLabel = "FILE", description = "Write a plot of throughput by length, as SVG.")
    private @Nullable Path plot;

    /** For picocli. */
    public BenchRfc2544Command() {}

    @Override
    public Integer call() {
        Rfc2544Settings settings = settings();
        return measure(PORTS, settings.trials(), settings.secondsAtMost(), (open, progress) -> {
            Rfc2544Report report = Rfc2544.run(open, settings, progress::show);
            PlotFile.write(plot, () -> RatePlot.of(report));
            print(progress, report, out -> Rfc2544Text.print(out, report), () -> Rfc2544Text.throughput(report));
        });
    }

    private Rfc2544Settings settings() {
        OptionRange.require(command(), "--broadcast", broadcast, 0, MAX_PERCENT);
        if (namedPorts() > PORTS) {
            throw usage(
                    "--dut names " + namedPorts() + " ports, and RFC 2544 has two; 'weir bench rfc2889' takes more");
        }
        PlotFile.requireFolder(command(), plot);
        List<Rfc2544Test> chosen =
                TestNames.read(command(), tests, Rfc2544Test.values(), Rfc2544Test::label, DEFAULT_TESTS);
        if (plot != null && !chosen.contains(Rfc2544Test.THROUGHPUT)) {
            throw usage("--plot shows throughput, which is not among --tests");
        }
        return new Rfc2544Settings(chosen, bidirectional, broadcast, trials());
    }

    private ParameterException usage(String cause) {
        return new ParameterException(command(), cause);
    }
}
