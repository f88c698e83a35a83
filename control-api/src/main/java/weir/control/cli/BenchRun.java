// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.time.Duration;
import picocli.CommandLine;
import weir.control.tester.DeviceUnderTest;
import weir.core.port.PortException;

/** A benchmark that Ctrl-C ends early, and that then still tells what it knows. */
final class BenchRun {
    private static final long LONG_SECONDS = 180;

    private BenchRun() {}

    /** Measures, in the thread that opened the device, which an interrupt stops. */
    @FunctionalInterface
    interface Measurement {
        /** Returns when it is over, or was interrupted; has printed by then. */
        void run(DeviceUnderTest device, Progress progress) throws PortException;
    }

    /** Runs it to the end, or until a signal. Returns the exit code. */
    static int run(CommandLine command, DeviceOptions.Opener opener, Measurement measurement) {
        try (StopSignal signal = new StopSignal()) {
            signal.exitWith(StopSignal.INTERRUPTED);
            Thread measuring = Thread.currentThread();
            Thread watcher = Thread.ofPlatform()
                    .name("weir-bench-stop")
                    .daemon(true)
                    .start(() -> {
                        signal.await();
                        if (signal.isAsked()) {
                            measuring.interrupt();
                        }
                    });
            try (DeviceUnderTest device = opener.open();
                    Progress progress = Progress.on(command.getErr())) {
                measurement.run(device, progress);
            } catch (PortException e) {
                throw CommandFailures.of(e);
            } finally {
                watcher.interrupt();
            }
            int exitCode = signal.isAsked() ? StopSignal.INTERRUPTED : ExitCode.OK.number();
            signal.exitWith(exitCode);
            return exitCode;
        }
    }

    /** Says what is measured, and how long that takes at most: on standard output, unless that is for a program. */
    static void announce(CommandLine command, OutputOptions output, DeviceUnderTest device, double secondsAtMost) {
        PrintWriter writer = output.format() == OutputFormat.TABLE ? command.getOut() : command.getErr();
        writer.println("device: " + device.description());
        writer.println("takes " + inWords(secondsAtMost) + " at most; Ctrl-C ends it and prints what is known");
        writer.flush();
    }

    /** A time for people: {@code 90 s}, {@code 12 min}. */
    static String inWords(double seconds) {
        Duration time = Duration.ofSeconds((long) Math.ceil(seconds));
        return time.toSeconds() <= LONG_SECONDS
                ? time.toSeconds() + " s"
                : time.plusSeconds(59).toMinutes() + " min";
    }
}
