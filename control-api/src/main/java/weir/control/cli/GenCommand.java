// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import weir.control.gen.GenLimits;
import weir.control.gen.GenReport;
import weir.control.gen.GenRun;
import weir.control.gen.GenSettings;
import weir.control.gen.Traffic;
import weir.control.report.EventText;
import weir.core.fdb.MacAddress;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.PortRequest;

/** {@code weir gen}. */
@Command(
        name = "gen",
        description = {
            "Generates frames on a port of any kind, until a limit or Ctrl-C: UDP with numbers and times that 'weir sink'"
                    + " reads, or the frames of a capture.",
            "",
            "Whatever is behind the port gets these frames. Use it where you may, and mind that a switch floods frames to"
                    + " addresses that it does not know. Addresses are from the ranges for benchmarks and documentation"
                    + " (198.18.0.0/15, 2001:db8::/32), and go to port 9, discard, unless you say otherwise."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir gen tap:t1",
            "  weir gen unix:/tmp/s?role=connect --rate max --count 10000000",
            "  weir gen tap:t1 --size imix --rate 50k --burst 32 --flows 1000 --src-macs 100",
            "  weir gen tap:t1 --ipv6 --size 80,1280 --seconds 60",
            "  weir gen null:x --rate max -o json",
            "  weir gen tap:t1 --pcap trace.pcap --rate 1k"
        })
public final class GenCommand implements Callable<Integer> {
    private static final double DEFAULT_SECONDS = 10;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int LOOK_EVERY_MILLIS = 20;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Parameters(paramLabel = "SPEC", description = "The port, such as tap:t1 or unix:/tmp/s.")
    private String portSpec = "";

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            description =
                    "Length of frames without FCS: one, a list to use in turn, or imix for 60, 590 and 1514 as 7:4:1"
                            + " (default: 60, with IPv6 80).")
    private @Nullable String size;

    @Option(
            names = "--rate",
            paramLabel = "PPS",
            description = "Frames a second: 1000, 10k, 1.5M, or max (default: 10k).")
    private String rate = "10k";

    @Option(names = "--burst", paramLabel = "N", description = "Frames that are sent together (default: 1).")
    private int burst = 1;

    @Option(
            names = "--flows",
            paramLabel = "N",
            description = "Pairs of source address and source port, 1 to 655360 (default: 1).")
    private int flows = 1;

    @Option(
            names = "--src-mac",
            paramLabel = "MAC",
            description = "Address of the first station (default: 02:00:00:01:00:00).")
    private @Nullable String sourceMac;

    @Option(names = "--src-macs", paramLabel = "N", description = "Stations to send from, counting up (default: 1).")
    private int sourceMacs = 1;

    @Option(
            names = "--dst-mac",
            paramLabel = "MAC",
            description = "Address of the first station to send to (default: 02:00:00:02:00:00).")
    private @Nullable String destinationMac;

    @Option(names = "--dst-macs", paramLabel = "N", description = "Stations to send to, counting up (default: 1).")
    private int destinationMacs = 1;

    @Option(names = "--ipv6", description = "UDP over IPv6 (default: IPv4).")
    private boolean ipv6;

    @Option(names = "--src-ip", paramLabel = "ADDRESS", description = "Source of the first flow.")
    private @Nullable String sourceIp;

    @Option(names = "--dst-ip", paramLabel = "ADDRESS", description = "Destination.")
    private @Nullable String destinationIp;

    @Option(names = "--no-stamps", description = "Frames without numbers and times.")
    private boolean noStamps;

    @Option(
            names = "--pcap",
            paramLabel = "FILE",
            description = "Send the frames of a capture, over and over, instead of UDP.")
    private @Nullable Path capture;

    @Option(names = "--count", paramLabel = "N", description = "Stop after so many frames.")
    private @Nullable Long count;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Stop after so long; 0 for never (default: 10, or no limit with --count).")
    private @Nullable Double seconds;

    @Option(
            names = "--wait",
            paramLabel = "S",
            description = "How long to wait for the port to be UP, such as a peer at a socket (default: 10).")
    private double waitSeconds = 10;

    @Option(names = "--busy", description = "Never sleep between frames: exact times, one core all the time.")
    private boolean busy;

    /** For picocli. */
    public GenCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        GenSettings settings = settings();
        PortRequest request = PortSpecArgument.read(portSpec);
        long deadline = System.nanoTime() + (long) (waitSeconds * NANOS_PER_SECOND);
        try (StopSignal signal = new StopSignal();
                GenRun run = GenRun.open(
                        PortRequest.of(
                                request.name(), request.identity(), () -> openWhenThere(request, deadline, signal)),
                        settings,
                        event -> EventText.tell(event, this::say))) {
            if (!awaitUp(run, deadline, signal)) {
                return ExitCode.FAILURE.number();
            }
            run.start();
            say("sending: " + run.description() + ", " + rateInWords(settings) + "; Ctrl-C ends");
            ForegroundLoop.run(signal, run::isFinished, () -> say(lineOf(run.interval())));
            GenReport report = run.finish();
            output.print(spec.commandLine().getOut(), report, () -> table(report));
            int exitCode = (report.law().holds() ? ExitCode.OK : ExitCode.FAILURE).number();
            signal.exitWith(exitCode);
            return exitCode;
        } catch (PortException e) {
            throw CommandFailures.of(e);
        }
    }

    /** Opens the port, as soon as the socket is there that it connects to. */
    private Port openWhenThere(PortRequest request, long deadline, StopSignal signal) throws PortException {
        boolean isTold = false;
        while (true) {
            try {
                return request.open();
            } catch (PortException e) {
                if (e.kind() != PortException.Kind.NO_PEER || System.nanoTime() - deadline >= 0) {
                    throw e;
                }
                if (!isTold) {
                    isTold = true;
                    say("waiting: " + e.getMessage());
                }
                if (signal.await(LOOK_EVERY_MILLIS)) {
                    throw e;
                }
            }
        }
    }

    private boolean awaitUp(GenRun run, long deadline, StopSignal signal) {
        if (run.portState() == PortState.DOWN) {
            say("waiting for the port to be UP");
        }
        while (run.portState() == PortState.DOWN && !signal.isAsked()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new CommandFailure(
                        ExitCode.FAILURE,
                        String.format(Locale.ROOT, "port %s is DOWN after %s s", portSpec, waitSeconds),
                        "start what is at its other end, or wait longer with --wait");
            }
            boolean _ = signal.await(1);
        }
        return !signal.isAsked();
    }

    private static String rateInWords(GenSettings settings) {
        return settings.ratePps() == GenSettings.UNLIMITED ? "as fast as possible" : RateText.pps(settings.ratePps());
    }

    // ---- settings -------------------------------------------------------------------------------

    private GenSettings settings() {
        try {
            requireOneSource();
            double limit = seconds == null ? (count == null ? DEFAULT_SECONDS : 0) : seconds;
            if (count != null && count < 1) {
                throw new IllegalArgumentException("--count " + count + " is less than 1");
            }
            if (!(limit >= 0)) {
                throw new IllegalArgumentException("--seconds " + limit + " is less than 0");
            }
            return new GenSettings(
                    traffic(),
                    capture,
                    RateText.parse(rate),
                    burst,
                    new GenLimits(count == null ? 0 : count, limit),
                    busy);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void requireOneSource() {
        boolean shaped = size != null
                || flows != 1
                || sourceMac != null
                || destinationMac != null
                || sourceMacs != 1
                || destinationMacs != 1
                || ipv6
                || sourceIp != null
                || destinationIp != null
                || noStamps;
        if (capture != null && shaped) {
            throw new IllegalArgumentException("--pcap sends frames as they are; leave out options that shape frames");
        }
    }

    private Traffic traffic() {
        boolean six = ipv6 || isIpv6(sourceIp) || isIpv6(destinationIp);
        Traffic simple = Traffic.simple();
        return new Traffic(
                sizes(six),
                flows,
                sourceMac == null ? simple.sourceMac() : MacAddress.parse(sourceMac),
                sourceMacs,
                destinationMac == null ? simple.destinationMac() : MacAddress.parse(destinationMac),
                destinationMacs,
                address(sourceIp, six ? Traffic.IPV6_SOURCE : Traffic.IPV4_SOURCE),
                address(destinationIp, six ? Traffic.IPV6_DESTINATION : Traffic.IPV4_DESTINATION),
                !noStamps);
    }

    private static boolean isIpv6(@Nullable String address) {
        return address != null && address.contains(":");
    }

    private static InetAddress address(@Nullable String text, InetAddress absent) {
        if (text == null) {
            return absent;
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is no IP address", e);
        }
    }

    private List<Integer> sizes(boolean six) {
        if (size == null) {
            return List.of(six ? Traffic.DEFAULT_IPV6_SIZE : Traffic.DEFAULT_SIZE);
        }
        if (size.equals("imix")) {
            return Traffic.IMIX;
        }
        List<Integer> sizes = new ArrayList<>();
        for (String each : size.split(",", -1)) {
            if (!each.matches("[0-9]{1,6}")) {
                throw new IllegalArgumentException(
                        "size '" + each + "' in '" + size + "' is no number of bytes, and not imix");
            }
            sizes.add(Integer.parseInt(each));
        }
        return sizes;
    }

    // ---- output ---------------------------------------------------------------------------------

    private static String lineOf(GenReport.Interval interval) {
        return String.format(
                Locale.ROOT,
                "%5.1f s  %16s  %14s  %,d dropped",
                interval.atSeconds(),
                RateText.pps(interval.pps()),
                RateText.bits(interval.bitsPerSecond()),
                interval.dropped());
    }

    private static TextTable table(GenReport report) {
        return new TextTable("PORT", "GENERATED", "SENT", "DROPPED", "SECONDS", "PPS", "RATE", "DROPS BY REASON")
                .row(
                        report.spec(),
                        report.generated(),
                        report.transmitted(),
                        report.dropped(),
                        report.seconds(),
                        Math.round(report.pps()),
                        RateText.bits(report.bitsPerSecond()),
                        report.drops().isEmpty()
                                ? "none"
                                : report.drops().entrySet().stream()
                                        .map(drop -> drop.getKey() + " " + drop.getValue())
                                        .collect(Collectors.joining(", ")));
    }

    /** One line for people: on standard output, unless that is for a program. */
    private synchronized void say(String line) {
        PrintWriter writer = output.format() == OutputFormat.TABLE
                ? spec.commandLine().getOut()
                : spec.commandLine().getErr();
        writer.println(line);
        writer.flush();
    }
}
