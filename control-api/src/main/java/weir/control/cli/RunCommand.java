// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import weir.control.program.Printable;
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
            "Port specs: tap:NAME[?netns=PATH&queues=N&mtu=N] makes a TAP interface, or takes a persistent one;"
                    + " memory:NAME is a port inside this process."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir run tap:t1 tap:t2",
            "  weir run 'tap:eth0?netns=/run/netns/a' 'tap:eth0?netns=/run/netns/b'",
            "  weir run tap:t1 tap:t2 tap:up --vlan t1=access:10 --vlan t2=access:20 --vlan up=trunk:10,20",
            "  weir run tap:t1 tap:t2 --program filter.o --set blocked:53=1 --watch",
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

    /** For picocli. */
    public RunCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (portSpecs.size() < 2) {
            throw usage("a switch needs two ports or more, and only " + portSpecs + " is given");
        }
        if (workers < 1 || workers > MAX_WORKERS) {
            throw usage("--workers " + workers + " is out of range [1, " + MAX_WORKERS + "]");
        }
        PortPlan plan = plan();
        PrintWriter err = spec.commandLine().getErr();
        programs.read(plan.names(), err);
        SwitchConfig config =
                HostConfig.named("run").withWorkers(workers).withWaitMode(busy ? WaitMode.BUSY : WaitMode.ADAPTIVE);
        try (StopSignal signal = new StopSignal();
                Switch sw = Switch.create(config)) {
            sw.listen(this::tell);
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
            return PortPlan.of(portSpecs, vlanModes());
        } catch (PortException e) {
            throw CommandFailures.of(ExitCode.USAGE, e);
        }
    }

    private Map<String, String> vlanModes() {
        Map<String, String> modes = new LinkedHashMap<>();
        for (String text : vlans) {
            int equals = text.indexOf('=');
            if (equals < 0) {
                throw usage("--vlan '" + text + "' is not PORT=MODE");
            }
            String port = text.substring(0, equals);
            if (modes.put(port, text.substring(equals + 1)) != null) {
                throw usage("--vlan stands twice for port '" + port + "'");
            }
        }
        return modes;
    }

    private void attach(PortPlan plan, Switch sw, PrintWriter err) {
        try {
            plan.attachTo(sw, port -> programs.loadOntoPort(sw, port.name(), err));
        } catch (PortException e) {
            throw CommandFailures.of(ExitCode.FAILURE, e);
        }
    }

    private static String ports(Switch sw) {
        return sw.ports().stream().map(port -> port.name() + " " + port.state()).collect(Collectors.joining(", "));
    }

    /** On the switch's own thread for events. */
    private void tell(SwitchEvent event) {
        tell(lineOf(event));
    }

    private synchronized void tell(String line) {
        limiter.admit(line, System.nanoTime()).forEach(this::say);
    }

    private static String lineOf(SwitchEvent event) {
        return switch (event) {
            case SwitchEvent.PortStateChanged it -> "port " + it.port() + " " + it.state() + ": " + it.cause();
            case SwitchEvent.MacFlap it ->
                "mac_flap " + it.mac() + (it.vlan() == 0 ? "" : " in VLAN " + it.vlan()) + ": stays at " + it.heldAt();
            case SwitchEvent.ProgramChanged it -> Printable.of(it.event().text());
            case SwitchEvent.WorkerFault it -> "worker " + it.worker() + " fault: " + it.cause();
        };
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
