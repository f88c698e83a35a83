// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import weir.control.bench.rfc.TrialSettings;
import weir.control.tester.DeviceUnderTest;
import weir.core.port.PortException;

/** A benchmark by an RFC, which Ctrl-C ends early, and which then still tells what it knows. */
abstract class RfcBenchCommand implements Callable<Integer> {
    private static final long LONG_SECONDS = 180;

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

    final CommandLine command() {
        return spec.commandLine();
    }

    /** Ports that {@code --dut} names; 0 for the own switch. */
    final int namedPorts() {
        return device.namedPorts();
    }

    /** How trials run, checked. */
    final TrialSettings trials() {
        return trials.read(command());
    }

    /** Measures, in the thread that opened the device, which an interrupt stops. */
    @FunctionalInterface
    interface Measurement {
        /** Returns when it is over, or was interrupted; has printed by then. */
        void run(DeviceUnderTest device, Progress progress) throws PortException;
    }

    /**
     * Runs it to the end, or until a signal. Returns the exit code.
     *
     * @param ports of the own switch
     * @param secondsAtMost what it takes
     */
    final int measure(int ports, TrialSettings common, double secondsAtMost, Measurement measurement) {
        DeviceOptions.Opener opener =
                device.read(command(), ports, common.longestSize() - TrialSettings.FCS_BYTES, common.lineRate() > 0);
        try (StopSignal signal = new StopSignal()) {
            signal.exitWith(StopSignal.INTERRUPTED);
            signal.interruptThisThread();
            try (DeviceUnderTest open = opener.open();
                    Progress progress = Progress.on(command().getErr())) {
                announce(open, secondsAtMost);
                measurement.run(open, progress);
            } catch (PortException e) {
                throw CommandFailures.of(e);
            } finally {
                signal.interruptNobody();
            }
            int exitCode = signal.isAsked() ? StopSignal.INTERRUPTED : ExitCode.OK.number();
            signal.exitWith(exitCode);
            return exitCode;
        }
    }

    /** Says what is measured, and how long that takes at most: on standard output, unless that is for a program. */
    private void announce(DeviceUnderTest open, double secondsAtMost) {
        PrintWriter writer = output.format() == OutputFormat.TABLE
                ? command().getOut()
                : command().getErr();
        writer.println("device: " + open.description());
        writer.println("takes " + inWords(secondsAtMost) + " at most; Ctrl-C ends it and prints what is known");
        writer.flush();
    }

    /**
     * Prints a report.
     *
     * @param text prints it for people
     * @param table of it, for a program that wants one
     */
    final void print(Progress progress, Object report, Consumer<PrintWriter> text, Supplier<TextTable> table) {
        progress.close();
        PrintWriter out = command().getOut();
        if (output.format() == OutputFormat.TABLE) {
            text.accept(out);
        } else {
            output.print(out, report, table);
        }
    }

    /** A time for people: {@code 90 s}, {@code 12 min}. */
    private static String inWords(double seconds) {
        Duration time = Duration.ofSeconds((long) Math.ceil(seconds));
        return time.toSeconds() <= LONG_SECONDS
                ? time.toSeconds() + " s"
                : time.plusSeconds(59).toMinutes() + " min";
    }
}
