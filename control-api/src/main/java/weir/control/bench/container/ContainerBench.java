// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import weir.control.bench.PairStatistics;
import weir.control.bench.process.BenchFailure;
import weir.control.bench.process.Closing;
import weir.control.bench.process.Scratch;
import weir.control.machine.Capability;
import weir.control.machine.Commands;
import weir.control.machine.MachineFacts;
import weir.control.run.HostConfig;
import weir.core.port.PortException;

/**
 * {@code weir bench container} and its kin, without their command lines. All contenders are made at first and stay; each turn measures one
 * after the other, so that the machine's own moods hit all of them. A turn before the first warms up and does not count.
 *
 * <pre>
 *   weir | bridge | ovs | weir | bridge | ovs | ...      of each: frames, latency, TCP there, TCP back
 *   `--- pair 1 ---'     `--- pair 2 ---'
 * </pre>
 */
public final class ContainerBench {
    private static final Set<Capability> NEEDED =
            EnumSet.of(Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW, Capability.CAP_SYS_ADMIN);

    /** First two bytes are of RFC 2544; a third byte for each contender. */
    private static final String SUBNET = "198.18.";

    private static final int WEIRS_SUBNET = 70;

    private static final String DOCKER_PREFIX = "weir-bench-";
    private static final String PLAIN_PREFIX = "weir-bench-plain-";

    private static final Map<String, String> PACKAGES = new TreeMap<>(Map.of(
            "ip", "iproute2",
            "iperf3", "iperf3",
            "nsenter", "util-linux",
            "setpriv", "util-linux",
            "taskset", "util-linux",
            "unshare", "util-linux"));

    private final String benchmark;
    private final ContainerBenchSettings settings;
    private final Consumer<String> progress;
    private final Scratch scratch;
    private final Map<Contender, List<Turn>> turns = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    private ContainerBench(
            String benchmark, ContainerBenchSettings settings, Consumer<String> progress, Scratch scratch) {
        this.benchmark = benchmark;
        this.settings = settings;
        this.progress = progress;
        this.scratch = scratch;
    }

    /**
     * Measures all; whatever it made is removed when this returns, also after an interrupt.
     *
     * @param benchmark the command's name behind {@code weir bench}, for the report and for messages
     * @param progress hears of each step
     */
    public static ContainerBenchReport run(String benchmark, ContainerBenchSettings settings, Consumer<String> progress)
            throws BenchFailure, PortException, InterruptedException {
        requireMachine(benchmark);
        requirePrograms(benchmark);
        if (settings.docker()) {
            DockerContender.require();
        }
        try (Closing closing = new Closing()) {
            Scratch scratch = Scratch.named(settings.docker() ? DOCKER_PREFIX : PLAIN_PREFIX);
            closing.add(scratch::close);
            if (!settings.docker()) {
                scratch.clear();
            }
            return new ContainerBench(benchmark, settings, progress, scratch).run(closing);
        }
    }

    private static void requireMachine(String benchmark) throws BenchFailure {
        if (!HostConfig.isLinux()) {
            throw new BenchFailure(
                    "bench " + benchmark + " is Linux only, this is " + System.getProperty("os.name"),
                    "'weir bench memory' runs everywhere");
        }
        Set<Capability> missing = EnumSet.copyOf(NEEDED);
        missing.removeAll(Capability.effective());
        if (!missing.isEmpty()) {
            throw new BenchFailure(
                    "bench " + benchmark + " makes network namespaces and interfaces, which needs "
                            + missing.stream().map(Enum::name).collect(Collectors.joining(" and ")),
                    "run it as root: sudo weir bench " + benchmark);
        }
    }

    private static void requirePrograms(String benchmark) throws BenchFailure {
        for (Map.Entry<String, String> each : PACKAGES.entrySet()) {
            if (Commands.find(each.getKey()).isEmpty()) {
                throw new BenchFailure(
                        "bench " + benchmark + " needs the program '" + each.getKey() + "', which is not on the PATH",
                        "install it, for example: apt install " + each.getValue());
            }
        }
    }

    private ContainerBenchReport run(Closing closing) throws BenchFailure, PortException, InterruptedException {
        add(closing, weir());
        int subnet = WEIRS_SUBNET;
        for (Baseline baseline : settings.baselines()) {
            subnet++;
            Optional<Contender> contender = baseline(baseline, SUBNET + subnet);
            if (contender.isPresent()) {
                add(closing, contender.get());
            }
        }
        try (TrafficMeter meter = new TrafficMeter(settings)) {
            measure("warming up", meter);
            turns.values().forEach(List::clear);
            for (int pair = 1; pair <= settings.pairs(); pair++) {
                measure("pair " + pair + " of " + settings.pairs(), meter);
            }
        }
        return report();
    }

    private void add(Closing closing, Contender contender) {
        closing.add(contender);
        turns.put(contender, new ArrayList<>());
    }

    private Contender weir() throws BenchFailure, InterruptedException {
        int stations = settings.topology().stations();
        String subnet = SUBNET + WEIRS_SUBNET;
        progress.accept("starting weir");
        return settings.docker()
                ? new DockerContender(scratch, settings.mode(), stations, subnet, settings.switchCpu())
                : new WeirContender(scratch, settings.mode(), stations, subnet, settings.switchCpu());
    }

    private Optional<Contender> baseline(Baseline kind, String subnet) throws BenchFailure, InterruptedException {
        int stations = settings.topology().stations();
        progress.accept("starting " + kind.label());
        if (kind != Baseline.OVS) {
            return Optional.of(new BridgeContender(scratch, kind, stations, subnet, settings.switchCpu()));
        }
        Optional<String> gap = OvsContender.gap();
        if (gap.isPresent()) {
            notes.add("ovs is left out: " + gap.get());
            return Optional.empty();
        }
        notes.add(
                "ovs: TCP is not measured, since its switch in user space does not finish the checksums that veths leave");
        return Optional.of(new OvsContender(scratch, stations, subnet, settings.switchCpu()));
    }

    private void measure(String step, TrafficMeter meter) throws BenchFailure, PortException, InterruptedException {
        for (Map.Entry<Contender, List<Turn>> each : turns.entrySet()) {
            progress.accept(step + ": " + each.getKey().name());
            each.getValue().add(turn(each.getKey(), meter));
        }
    }

    private Turn turn(Contender contender, TrafficMeter meter)
            throws BenchFailure, PortException, InterruptedException {
        Turn turn = new Turn();
        meter.announce(contender);
        Map<String, Long> before = contender.drops();
        if (contender.carriesTcp()) {
            turn.put(Figure.TCP_THERE_GBPS, tcp(contender, false));
            turn.put(Figure.TCP_BACK_GBPS, tcp(contender, true));
        }
        meter.measureFrames(contender, turn);
        meter.measureLatency(contender, turn);
        turn.putDrops(before, contender.drops());
        return turn;
    }

    private double tcp(Contender contender, boolean back) throws BenchFailure, InterruptedException {
        return TcpStream.gbps(scratch, contender.stations(), settings.trafficCpu(), settings.seconds(), back);
    }

    // ---- report --------------------------------------------------------------------------------------

    private ContainerBenchReport report() {
        List<ContainerBenchReport.Measured> measured = new ArrayList<>();
        List<ContainerBenchReport.Ratios> ratios = new ArrayList<>();
        List<Turn> weir = turns.values().iterator().next();
        turns.forEach((contender, own) -> {
            measured.add(new ContainerBenchReport.Measured(contender.name(), figures(own), drops(own)));
            if (!contender.name().equals(WeirContender.NAME)) {
                ratios.add(new ContainerBenchReport.Ratios(contender.name(), ratios(weir, own)));
            }
        });
        return new ContainerBenchReport(
                benchmark, MachineFacts.now(), settings, settings.pinning(), measured, ratios, List.copyOf(notes));
    }

    private static Map<String, PairStatistics> figures(List<Turn> turns) {
        Map<String, PairStatistics> figures = new LinkedHashMap<>();
        for (Figure figure : Figure.values()) {
            List<Double> values = turns.stream()
                    .map(turn -> turn.figures().get(figure))
                    .filter(Objects::nonNull)
                    .toList();
            if (!values.isEmpty()) {
                figures.put(figure.key(), PairStatistics.of(values));
            }
        }
        return figures;
    }

    private static Map<String, PairStatistics> ratios(List<Turn> weir, List<Turn> other) {
        Map<String, PairStatistics> ratios = new LinkedHashMap<>();
        for (Figure figure : Figure.values()) {
            List<Double> values = new ArrayList<>();
            for (int pair = 0; pair < weir.size(); pair++) {
                Double own = weir.get(pair).figures().get(figure);
                Double others = other.get(pair).figures().get(figure);
                if (own != null && others != null && others > 0) {
                    values.add(own / others);
                }
            }
            if (!values.isEmpty()) {
                ratios.put(figure.key(), PairStatistics.of(values));
            }
        }
        return ratios;
    }

    private static Map<String, Long> drops(List<Turn> turns) {
        Map<String, Long> drops = new TreeMap<>();
        turns.forEach(turn -> turn.drops().forEach((reason, frames) -> drops.merge(reason, frames, Long::sum)));
        return drops;
    }
}
