// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.List;
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
import weir.control.report.EventText;
import weir.control.report.SwitchReport;
import weir.control.run.HostConfig;
import weir.control.run.PortPlan;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.SwitchEvent;
import weir.core.port.PortException;
import weir.core.worker.WaitMode;

/** {@code weir run}. */
@Command(
        name = "run",
        description = {
            "Runs a switch in the foreground until Ctrl-C, then prints its counters. It learns addresses; with --program"
                    + " an eBPF program decides about frames first.",
            "",
            "Port specs: tap:NAME[?netns=PATH&queues=N&mtu=N&vnet=off&engine=auto|read|io_uring] makes a TAP interface, or takes a persistent one;"
                    + " packet:IFNAME[?netns=PATH&queues=N&mtu=N&vnet=off] takes an interface that exists, such as one end"
                    + " of a veth pair or a network card, and so does xdp:IFNAME[?queue=N|queues=N&mode=native|skb&netns=PATH];"
                    + " shm:NAME[?slots=N&mtu=N&dir=PATH] is shared memory with another process;"
                    + " unix:PATH[?role=listen|connect&wait=on&mtu=N] is a cable to another process in QEMU's framing, with"
                    + " mode=dgram&peer=PATH a message for each frame; pcap:[IN][,OUT][?speed=original|max|Nx&loops=N] replays"
                    + " one capture and writes another; null:NAME swallows frames; memory:NAME is a port inside this process."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir run tap:t1 tap:t2",
            "  weir run packet:veth0 packet:veth1",
            "  weir run 'tap:eth0?netns=/run/netns/a' 'tap:eth0?netns=/run/netns/b'",
            "  weir run unix:/run/weir/vm1 unix:/run/weir/vm2 pcap:,copy.pcap",
            "  weir run tap:t1 tap:t2 tap:up --vlan t1=access:10 --vlan t2=access:20 \\",
            "      --vlan up=trunk:10,20",
            "  weir run tap:t1 tap:t2 --link t1=delay:20ms,jitter:5ms,loss:1%% \\",
            "      --storm t2=broadcast:1000",
            "  weir run tap:t1 tap:t2 --program filter.o --set blocked:53=1 --watch",
            "  weir run tap:t1 tap:t2 --capture frames.pcapng,drops",
            "  weir run tap:t1 tap:t2 --program bridge.o --program t1=acl.o:ingress"
        })
public final class RunCommand implements Callable<Integer> {
    private static final int MAX_WORKERS = 64;
    private static final int EVENTS_PER_SECOND = 20;
    private static final int LOOK_EVERY_MILLIS = 250;

    private final LineLimiter limiter = new LineLimiter(EVENTS_PER_SECOND, System.nanoTime());

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private SwitchProgramsArgument programs;

    @Parameters(paramLabel = "SPEC", arity = "1..*", description = "Two or more ports.")
    private List<String> portSpecs = List.of();

    @Option(names = "--busy", description = "Never sleep: lowest latency, one core per worker all the time.")
    private boolean busy;

    @Option(names = "--workers", paramLabel = "N", description = "Threads that move frames, 1 to 64 (default: 1).")
    private int workers = 1;

    @Option(
            names = "--vlan",
            paramLabel = "PORT=MODE",
            description = "How a port treats VLAN tags: unaware (default), access:N or trunk:LIST[,native=N]."
                    + " Ports are called as in their spec, t1 for tap:t1. May be repeated.")
    private List<String> vlans = List.of();

    @Option(
            names = "--link",
            paramLabel = "PORT=SETTINGS",
            description =
                    "Emulates the link behind a port: delay:20ms, jitter:5ms, distribution:uniform|normal, loss:1%%,"
                            + " loss-burst:5, duplicate:1%%, reorder:1%%, corrupt:1%%, rate:10mbit, burst:64kb, limit:1000, down,"
                            + " cut:MAC+MAC, for:5m, seed:1, joined by commas. Both directions, or direction:to or from; ';' separates what"
                            + " differs. May be repeated for other ports.")
    private List<String> links = List.of();

    @Option(
            names = "--storm",
            paramLabel = "PORT=LIMITS",
            description = "Frames a second of a port that may flood: broadcast:1000,multicast:500,unknown:2000, any of"
                    + " them. May be repeated.")
    private List<String> storms = List.of();

    @Option(
            names = "--no-loop-guard",
            description = "Send no probes and block no port. Without it each port sends two probes a second, and a port"
                    + " whose frames come back is blocked until they no longer do.")
    private boolean noLoopGuard;

    @Option(
            names = "--capture",
            paramLabel = "FILE[,SETTINGS]",
            description =
                    "Writes frames of all ports to a pcapng file, from before the first one. Settings: drops or drops-only,"
                            + " with the reason as comment; in or out; port=NAME; snap=BYTES; filter=FILE, as tcpdump -ddd prints"
                            + " it or an object with a program for XDP.")
    private @Nullable String capture;

    /** For picocli. */
    public RunCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (portSpecs.size() < 2) {
            throw usage("a switch needs two ports or more, and only " + portSpecs + " is given");
        }
        OptionRange.require(spec.commandLine(), "--workers", workers, 1, MAX_WORKERS);
        PortPlan plan = plan();
        CaptureArgument wanted = capture == null ? null : CaptureArgument.parse(capture);
        if (wanted != null) {
            wanted.requirePortAmong(plan.names());
        }
        PrintWriter err = spec.commandLine().getErr();
        programs.read(plan.names(), err);
        SwitchConfig config = HostConfig.named("run")
                .withWorkers(workers)
                .withWaitMode(busy ? WaitMode.BUSY : WaitMode.ADAPTIVE)
                .withLoopGuard(!noLoopGuard);
        try (StopSignal signal = new StopSignal();
                Switch sw = Switch.create(config)) {
            sw.listen(this::tell);
            if (wanted != null) {
                wanted.begin(sw); // ends with the switch
            }
            programs.loadOntoSwitch(sw, err);
            attach(plan, sw, err);
            say("ready: " + ports(sw) + "; Ctrl-C ends");
            while (!signal.await(LOOK_EVERY_MILLIS)) {
                SwitchProgramsArgument.tellTrace(sw, this::tell);
                programs.reloadChanged(sw, this::say, err);
            }
            SwitchReport report = SwitchReport.closing(sw);
            print(report);
            int exitCode = (report.law().holds() ? ExitCode.OK : ExitCode.FAILURE).number();
            signal.exitWith(exitCode);
            return exitCode;
        }
    }

    private ParameterException usage(String cause) {
        return new ParameterException(spec.commandLine(), cause);
    }

    private PortPlan plan() {
        try {
            return PortPlan.of(
                    portSpecs,
                    new PortPlan.Settings(
                            PerPort.read(spec.commandLine(), "--vlan", "MODE", vlans),
                            PerPort.read(spec.commandLine(), "--storm", "LIMITS", storms),
                            PerPort.read(spec.commandLine(), "--link", "SETTINGS", links)));
        } catch (PortException e) {
            throw CommandFailures.ofSpec(e);
        }
    }

    private void attach(PortPlan plan, Switch sw, PrintWriter err) {
        try {
            plan.attachTo(sw, port -> programs.loadOntoPort(sw, port.name(), err));
        } catch (PortException e) {
            throw CommandFailures.of(e);
        }
    }

    private static String ports(Switch sw) {
        return sw.ports().stream().map(port -> port.name() + " " + port.state()).collect(Collectors.joining(", "));
    }

    /** On the switch's own thread for events. */
    private void tell(SwitchEvent event) {
        EventText.tell(event, this::tell);
    }

    private synchronized void tell(String line) {
        limiter.admit(line, System.nanoTime()).forEach(this::say);
    }

    /** One line for people: on standard output, unless that is for a program. */
    private synchronized void say(String line) {
        PrintWriter writer = output.format() == OutputFormat.TABLE
                ? spec.commandLine().getOut()
                : spec.commandLine().getErr();
        writer.println(line);
        writer.flush();
    }

    private void print(SwitchReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() == OutputFormat.TABLE) {
            out.println();
            SwitchTables.print(out, report);
        } else {
            output.print(out, report, () -> SwitchTables.ports(report));
        }
    }
}
