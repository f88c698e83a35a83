// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.List;
import java.util.concurrent.TimeUnit;
import weir.control.gen.GenLimits;
import weir.control.gen.GenReport;
import weir.control.gen.GenRun;
import weir.control.gen.GenSettings;
import weir.control.gen.SinkReport;
import weir.control.gen.SinkRun;
import weir.control.gen.Traffic;
import weir.control.run.PortSpecs;
import weir.core.port.PortException;
import weir.ports.PortRequest;

/**
 * Small frames from the first station to the others: {@link GenRun} on a packet socket inside the first. How many arrive is
 * counted by the interfaces; for latencies {@link SinkRun} takes them at the second. Both run in this process, so their
 * code stays warm from turn to turn. One control thread.
 */
final class TrafficMeter implements AutoCloseable {
    private static final double LEAD_SECONDS = 0.2;
    private static final double NANOS = 1e9;
    private static final double MILLION = 1e6;
    private static final double LATENCY_PPS = 2_000;
    private static final int BURST = 64;
    private static final int HELLOS = 3;
    private static final int MILLIS = 1_000;

    private final ContainerBenchSettings settings;
    private final PinnedThread generator;
    private final PinnedThread sink;

    TrafficMeter(ContainerBenchSettings settings) throws InterruptedException, PortException {
        this.settings = settings;
        generator = new PinnedThread(settings.trafficCpu());
        sink = new PinnedThread(settings.trafficCpu());
    }

    /** Has the switch hear of every station, so that it floods nothing. */
    void announce(Contender contender) throws InterruptedException, PortException {
        Station first = contender.stations().get(0);
        for (Station station : contender.stations()) {
            GenSettings few = new GenSettings(
                    traffic(station, first, 1), null, GenSettings.UNLIMITED, 1, new GenLimits(HELLOS, 0), false);
            try (GenRun run = generator.call(() -> GenRun.open(port(station), few, event -> {}))) {
                generator.call(() -> started(run));
                while (!run.isFinished()) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
                generator.call(run::finish);
            }
        }
    }

    /** What a measurement began and ended with. */
    private record Reading(long nanos, long received, double kernel, double generator, double process) {
        double all() {
            return kernel + generator + process;
        }
    }

    /** As many small frames as go. */
    void measureFrames(Contender contender, Turn turn) throws InterruptedException, PortException {
        try (GenRun run = generator.call(() -> open(contender, GenSettings.UNLIMITED, BURST))) {
            generator.call(() -> started(run));
            sleep(LEAD_SECONDS);
            Reading before = read(contender);
            sleep(settings.seconds());
            Reading after = read(contender);
            GenReport report = generator.call(run::finish);
            double frames = after.received() - before.received();
            turn.put(Figure.FRAMES_MPPS, frames * NANOS / (after.nanos() - before.nanos()) / MILLION);
            turn.put(Figure.OFFERED_MPPS, report.generated() / report.seconds() / MILLION);
            if (frames > 0) {
                turn.put(Figure.CPU_SECONDS_PER_MILLION, (after.all() - before.all()) * MILLION / frames);
                if (contender.process().isPresent()) {
                    turn.put(
                            Figure.SWITCH_CPU_SECONDS_PER_MILLION,
                            (after.process() - before.process()) * MILLION / frames);
                }
            }
        }
    }

    private Reading read(Contender contender) {
        List<Station> receivers =
                contender.stations().subList(1, contender.stations().size());
        return new Reading(
                System.nanoTime(),
                receivers.stream()
                        .mapToLong(station -> InterfaceCounters.of(station.pid(), Station.INTERFACE)
                                .received())
                        .sum(),
                CpuTime.inInterrupts(),
                CpuTime.ofProcess(ProcessHandle.current().pid()),
                contender.process().isPresent()
                        ? CpuTime.ofProcess(contender.process().getAsLong())
                        : 0);
    }

    /** Few frames, one by one, and how long each takes from its making to its arrival at the sink. */
    void measureLatency(Contender contender, Turn turn) throws InterruptedException, PortException {
        Station second = contender.stations().get(1);
        try (SinkRun arrivals = sink.call(() -> SinkRun.open(port(second), GenLimits.NONE, false, event -> {}));
                GenRun run = generator.call(() -> open(contender, LATENCY_PPS, 1))) {
            generator.call(() -> started(run));
            sleep(settings.seconds());
            generator.call(run::finish);
            SinkReport.Latency latency = sink.call(arrivals::finish).latency();
            if (latency != null) {
                turn.put(Figure.LATENCY_P50_US, latency.p50Us());
                turn.put(Figure.LATENCY_P90_US, latency.p90Us());
                turn.put(Figure.LATENCY_P99_US, latency.p99Us());
                turn.put(Figure.LATENCY_P999_US, latency.p999Us());
            }
        }
    }

    private GenRun open(Contender contender, double pps, int burst) throws PortException {
        List<Station> stations = contender.stations();
        Traffic traffic = traffic(stations.get(0), stations.get(1), burst == 1 ? 1 : stations.size() - 1);
        GenSettings asked = new GenSettings(traffic, null, pps, burst, GenLimits.NONE, false);
        return GenRun.open(port(stations.get(0)), asked, event -> {});
    }

    /** To IP addresses that nobody has, so that no station answers. */
    private Traffic traffic(Station from, Station to, int receivers) {
        return new Traffic(
                List.of(settings.frameBytes()),
                1,
                from.mac(),
                1,
                to.mac(),
                receivers,
                Traffic.IPV4_SOURCE,
                Traffic.IPV4_DESTINATION,
                true);
    }

    private static GenRun started(GenRun run) throws PortException {
        run.start();
        return run;
    }

    private static PortRequest port(Station station) throws PortException {
        return PortSpecs.parse("packet:" + Station.INTERFACE + "?netns=" + station.namespace() + "&vnet=off");
    }

    private static void sleep(double seconds) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep((long) (seconds * MILLIS));
    }

    @Override
    public void close() {
        sink.close();
        generator.close();
    }
}
