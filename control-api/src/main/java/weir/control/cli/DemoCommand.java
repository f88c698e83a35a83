// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weir.control.demo.DemoFailure;
import weir.control.demo.DemoStopped;
import weir.control.demo.MemoryDemo;
import weir.control.demo.MemoryDemoReport;
import weir.control.demo.TapDemo;
import weir.control.demo.TapDemoReport;
import weir.core.port.PortException;
import weir.core.program.ProgramException;
import weir.ebpf.LoadException;

/** {@code weir demo}. */
@Command(
        name = "demo",
        description = {
            "Shows a switch at work on this machine, in seconds: it learns, then an eBPF program decides.",
            "",
            "Without --tap: 8 in-process ports, a generator and a sink; needs no privileges.",
            "With --tap, as root: two network namespaces with a TAP interface each; ping and UDP across the switch and"
                    + " its program, which is swapped under traffic; everything is removed again, also after Ctrl-C."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir demo                  frames between in-process ports",
            "  sudo weir demo --tap       real frames between two namespaces",
            "  weir demo --seconds 2 -o json"
        })
public final class DemoCommand implements Callable<Integer> {
    private static final double MAX_SECONDS = 25;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Option(names = "--tap", description = "Real frames between two network namespaces (root).")
    private boolean tap;

    @Option(names = "--seconds", paramLabel = "S", description = "Seconds of traffic, up to 25 (default: 6).")
    private double seconds = 6;

    /** For picocli. */
    public DemoCommand() {}

    @Override
    public Integer call() throws InterruptedException, PortException {
        if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
            throw new ParameterException(
                    spec.commandLine(), "--seconds " + seconds + " is out of range (0, " + MAX_SECONDS + "]");
        }
        return tap ? showTaps() : showMemoryPorts();
    }

    private boolean isForPeople() {
        return output.format() == OutputFormat.TABLE;
    }

    private int showMemoryPorts() throws InterruptedException, PortException {
        DemoText text = new DemoText(spec.commandLine().getOut(), isForPeople());
        text.introduceMemoryPorts();
        boolean live = isForPeople() && Progress.isTerminal();
        MemoryDemoReport report = memoryDemo(text.progress(live));
        if (isForPeople()) {
            text.summary(report);
        } else {
            output.print(spec.commandLine().getOut(), report, () -> SwitchTables.ports(report.result()));
        }
        return (report.result().law().holds() ? ExitCode.OK : ExitCode.FAILURE).number();
    }

    private MemoryDemoReport memoryDemo(MemoryDemo.Listener listener) throws InterruptedException, PortException {
        try {
            return MemoryDemo.run(seconds, listener);
        } catch (LoadException | ProgramException e) {
            throw new IllegalStateException("the demo's own program cannot be loaded: " + e.getMessage(), e);
        }
    }

    private int showTaps() throws InterruptedException {
        try (StopSignal signal = new StopSignal()) {
            signal.exitWith(StopSignal.INTERRUPTED);
            int exitCode = showTaps(signal::isAsked);
            signal.exitWith(exitCode);
            return exitCode;
        }
    }

    /** Has printed everything when it returns: after a signal the process may end at any moment from then on. */
    private int showTaps(BooleanSupplier stopped) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        DemoText text = new DemoText(out, isForPeople());
        try {
            TapDemoReport report = TapDemo.run(seconds, stopped, text);
            if (isForPeople()) {
                text.summary(report);
            } else {
                output.print(out, report, () -> SwitchTables.ports(report.result()));
            }
            return (report.worked() ? ExitCode.OK : ExitCode.FAILURE).number();
        } catch (DemoFailure e) {
            throw CommandFailures.of(ExitCode.FAILURE, e, e.hint());
        } catch (DemoStopped e) {
            text.line("stopped; everything is removed again");
            return StopSignal.INTERRUPTED;
        }
    }
}
