// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import weir.control.machine.Capability;
import weir.control.machine.ChildProcess;
import weir.control.machine.Commands;
import weir.control.program.VerificationReport;
import weir.control.report.SwitchReport;
import weir.control.run.HostConfig;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.program.ProgramException;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.ebpf.LoadException;
import weir.ebpf.ObjectFile;
import weir.ports.Threads;
import weir.ports.tap.TapEngine;
import weir.ports.tap.TapPort;
import weir.ports.tap.TapSpec;

/**
 * Two hosts, a switch between them, and real frames of the kernel's network stack.
 *
 * <pre>
 *  namespace ...-a                this process                namespace ...-b
 *  +-------------+      +--------------------------+      +-------------+
 *  |   demo0     +------+ port a  (switch)  port b +------+    demo0    |
 *  | 198.18.64.1 |  TAP |      learns, forwards    | TAP  | 198.18.64.2 |
 *  +-------------+      +--------------------------+      +-------------+
 * </pre>
 */
public final class TapDemo {
    static final String AS_ROOT = "run it as root: sudo ./weir demo --tap; 'weir doctor' shows what this machine lacks";

    private static final Set<Capability> NEEDED = EnumSet.of(Capability.CAP_NET_ADMIN, Capability.CAP_SYS_ADMIN);
    private static final int PINGS = 3;
    private static final long TRAFFIC_AFTER_SWAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** For all answers. */
    private static final String PING_PATIENCE_SECONDS = "5";

    private static final int PING_LIMIT_SECONDS = 30;
    private static final Pattern PING_ANSWER = Pattern.compile("seq=(\\d+) ");
    private static final Pattern PING_TIME = Pattern.compile("= [\\d.]+/([\\d.]+)/");

    private final DemoNamespaces namespaces;
    private final Path ping;
    private final BooleanSupplier stopped;
    private final Listener listener;

    /** Hears of each step as it is done. */
    public interface Listener {
        /** Namespaces of a demo that was killed are removed. */
        void removed(List<String> leftovers);

        /** Both stations are connected. */
        void connected(DemoStation a, DemoStation b);

        /** Echo requests were sent. */
        void pinged(TapDemoReport.Ping result);

        /** A burst is over. */
        void burst(TapDemoReport.Burst result);

        /** A program decides from now on; where another did before, it was replaced while frames flowed. */
        void programLoaded(TapDemoReport.Load load);

        /** A program was refused, and nothing has changed. */
        void programRejected(TapDemoReport.Refusal refusal);
    }

    private TapDemo(DemoNamespaces namespaces, Path ping, BooleanSupplier stopped, Listener listener) {
        this.namespaces = namespaces;
        this.ping = ping;
        this.stopped = stopped;
        this.listener = listener;
    }

    /**
     * Runs the demo; whatever it made is removed when this returns.
     *
     * @param seconds of UDP traffic, both directions together
     * @param stopped asked often; when true the demo ends early
     */
    public static TapDemoReport run(double seconds, BooleanSupplier stopped, Listener listener)
            throws DemoFailure, DemoStopped, InterruptedException {
        requirePrivileges();
        Path ip = requireCommand("ip", "iproute2");
        Path ping = requireCommand("ping", "iputils-ping");
        try (DemoNamespaces namespaces = new DemoNamespaces(ip, stopped)) {
            List<String> leftovers = namespaces.removeLeftovers();
            if (!leftovers.isEmpty()) {
                listener.removed(leftovers);
            }
            namespaces.create();
            return new TapDemo(namespaces, ping, stopped, listener).run(seconds);
        }
    }

    private static void requirePrivileges() throws DemoFailure {
        if (!HostConfig.isLinux()) {
            throw new DemoFailure(
                    "TAP interfaces and network namespaces are Linux only, this is " + System.getProperty("os.name"),
                    "'weir demo' runs everywhere");
        }
        Set<Capability> missing = EnumSet.copyOf(NEEDED);
        missing.removeAll(Capability.effective());
        if (!missing.isEmpty()) {
            throw new DemoFailure(
                    "demo --tap makes network namespaces and TAP interfaces, which needs "
                            + missing.stream().map(Enum::name).collect(Collectors.joining(" and ")),
                    "run it as root: sudo ./weir demo --tap; 'weir demo' needs no privileges");
        }
    }

    private static Path requireCommand(String name, String debianPackage) throws DemoFailure {
        return Commands.find(name)
                .orElseThrow(() -> new DemoFailure(
                        "demo --tap needs the program '" + name + "', which is not on the PATH",
                        "install it, for example: apt install " + debianPackage));
    }

    private TapDemoReport run(double seconds) throws DemoFailure, DemoStopped, InterruptedException {
        DemoStation a = namespaces.a();
        DemoStation b = namespaces.b();
        try (Switch sw = Switch.create(HostConfig.named("demo"))) {
            connect(sw, a);
            connect(sw, b);
            listener.connected(a, b);
            List<TapDemoReport.Load> loads = new ArrayList<>();
            loads.add(load(sw, DemoPrograms.FLOOD_BRIDGE));
            List<TapDemoReport.Ping> pings = List.of(ping(a, b.ipv4()), ping(a, b.ipv6()));
            TapDemoReport.Refusal refusal = tryToLoad(sw, DemoPrograms.REJECTED);
            TapDemoReport.Burst there;
            try (Swap swap = new Swap(() -> load(sw, DemoPrograms.BRIDGE), seconds / 8)) {
                there = burst(a, b, seconds / 2, swap::isOver);
                loads.add(swap.result());
            }
            TapDemoReport.Burst back = burst(b, a, seconds / 2, () -> true);
            return new TapDemoReport(
                    List.of(a, b), pings, loads, refusal, List.of(there, back), SwitchReport.closing(sw));
        }
    }

    /** Something that is done by another thread while traffic flows. */
    private static final class Swap implements AutoCloseable {
        private final FutureTask<TapDemoReport.Load> task;
        private final Thread thread;
        private long doneNanos;

        Swap(Callable<TapDemoReport.Load> action, double afterSeconds) {
            task = new FutureTask<>(() -> {
                Thread.sleep(Duration.ofNanos((long) (afterSeconds * 1e9)));
                return action.call();
            });
            thread = Thread.ofPlatform().name("weir-demo-swap").daemon(true).start(task);
        }

        /** Whether the new program has decided for a while, or there will be none. */
        boolean isOver() {
            if (task.isDone() && doneNanos == 0) {
                doneNanos = System.nanoTime();
            }
            return doneNanos != 0 && System.nanoTime() - doneNanos > TRAFFIC_AFTER_SWAP_NANOS;
        }

        TapDemoReport.Load result() throws InterruptedException {
            try {
                return task.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("the program was not swapped: " + e.getCause(), e);
            }
        }

        /** Waits for it, which takes seconds at most: what it works on is closed next. */
        @Override
        public void close() {
            Threads.joinUninterruptibly(thread);
        }
    }

    private TapDemoReport.Load load(Switch sw, String name) {
        String before = sw.programs()
                .at(ProgramPlace.onSwitch())
                .map(program -> program.spec().name())
                .orElse(null);
        List<Integer> numbers = sw.ports().stream().map(PortInfo::number).toList();
        long start = System.nanoTime();
        try {
            sw.programs().load(ProgramPlace.onSwitch(), DemoPrograms.object(name), ProgramOptions.DEFAULT, program -> {
                if (name.equals(DemoPrograms.FLOOD_BRIDGE)) {
                    DemoPrograms.addPorts(program, numbers);
                }
            });
        } catch (LoadException | ProgramException e) {
            throw new IllegalStateException("the demo's own program cannot be loaded: " + e.getMessage(), e);
        }
        TapDemoReport.Load load = new TapDemoReport.Load(name, before, (System.nanoTime() - start) / 1e9);
        listener.programLoaded(load);
        return load;
    }

    private TapDemoReport.Refusal tryToLoad(Switch sw, String name) {
        ObjectFile object = DemoPrograms.object(name);
        try {
            sw.programs().load(ProgramPlace.onSwitch(), object, ProgramOptions.DEFAULT);
        } catch (LoadException e) {
            VerificationReport verdict = VerificationReport.of(
                    null, object, List.of(object.program(name).orElseThrow()), Map.of(), 0);
            String still = sw.programs()
                    .at(ProgramPlace.onSwitch())
                    .map(program -> program.spec().name())
                    .orElse("");
            TapDemoReport.Refusal refusal = new TapDemoReport.Refusal(name, still, verdict);
            listener.programRejected(refusal);
            return refusal;
        } catch (ProgramException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        throw new IllegalStateException("the verifier let " + name + " pass");
    }

    private void connect(Switch sw, DemoStation station) throws DemoFailure, DemoStopped, InterruptedException {
        try {
            TapPort port = TapPort.open(new TapSpec(DemoStation.INTERFACE, station.path(), 1, 0, true, TapEngine.AUTO));
            sw.attach(port, PortOptions.named(station.port()));
        } catch (PortException e) {
            namespaces.throwIfStopped();
            throw new DemoFailure(String.valueOf(e.getMessage()), e.hint().isEmpty() ? AS_ROOT : e.hint());
        }
        namespaces.configure(station);
    }

    private TapDemoReport.Ping ping(DemoStation from, String target) throws DemoStopped, InterruptedException {
        List<String> command = namespaces.exec(
                from, ping, "-n", "-c", Integer.toString(PINGS), "-i", "0.2", "-w", PING_PATIENCE_SECONDS, target);
        String output =
                ChildProcess.run(command, PING_LIMIT_SECONDS, TimeUnit.SECONDS).output();
        Matcher time = PING_TIME.matcher(output);
        // It asks on until it has as many answers; those to the first questions count.
        int received = (int) PING_ANSWER
                .matcher(output)
                .results()
                .map(answer -> Integer.valueOf(answer.group(1)))
                .filter(number -> number <= PINGS)
                .distinct()
                .count();
        if (received < PINGS) {
            namespaces.awaitSignal();
        }
        namespaces.throwIfStopped();
        TapDemoReport.Ping result =
                new TapDemoReport.Ping(target, PINGS, received, time.find() ? Double.valueOf(time.group(1)) : null);
        listener.pinged(result);
        return result;
    }

    private TapDemoReport.Burst burst(DemoStation from, DemoStation to, double seconds, BooleanSupplier isOver)
            throws DemoFailure, DemoStopped, InterruptedException {
        DatagramChannel sender = from.openUdp(to);
        DatagramChannel receiver = to.openUdp(from);
        UdpBurst.Counts counts = new UdpBurst(sender, receiver, stopped).run(seconds, isOver);
        namespaces.throwIfStopped();
        TapDemoReport.Burst result = new TapDemoReport.Burst(
                from.port(),
                to.port(),
                counts.sent(),
                counts.received(),
                counts.nanos() / 1e9,
                counts.received() * 1e3 / counts.nanos());
        listener.burst(result);
        return result;
    }
}
