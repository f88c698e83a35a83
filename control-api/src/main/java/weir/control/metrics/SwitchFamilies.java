// SPDX-License-Identifier: Apache-2.0

package weir.control.metrics;

import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import weir.control.capture.CaptureTotals;
import weir.control.report.LinkReport;
import weir.core.LinkInfo;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.counter.WorkerCounters;
import weir.core.link.LinkCounters;
import weir.core.port.PortState;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramCounters;
import weir.core.program.ProgramPlace;

/**
 * Reads one switch after the other: only what its workers published, so neither they nor whoever changes a switch notices.
 */
final class SwitchFamilies {
    private static final String SWITCH = "switch";
    private static final String PORT = "port";
    private static final String REASON = "reason";
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Families families;
    private final List<HistogramDataPointSnapshot> batches = new ArrayList<>();

    SwitchFamilies(Families families) {
        this.families = families;
    }

    void read(String name, Switch sw, CaptureTotals captures) {
        Labels labels = Labels.of(SWITCH, name);
        List<PortInfo> ports = sw.ports();
        ports.forEach(port -> readPort(name, port));
        sw.links().all().stream().filter(LinkReport::isUsed).forEach(link -> readLink(name, link));
        sw.programs().all().forEach(program -> readProgram(name, program));
        families.gauge("weir_switch_ports", "Ports of the switch.", labels, ports.size());
        families.gauge(
                "weir_switch_fdb_entries",
                "Addresses that the switch knows, static ones included.",
                labels,
                sw.fdbEntries());
        families.counter(
                "weir_switch_fdb_moves",
                "Addresses that were seen at another port than before.",
                labels,
                sw.fdbMoves());
        families.gauge(
                "weir_switch_in_flight_packets",
                "Frames that came in or were made of others, and neither left nor were dropped yet; 0 at rest.",
                labels,
                sw.total().inFlight());
        families.counter(
                "weir_switch_lost_events", "Events that found no room on their way out.", labels, sw.lostEvents());
        families.gauge("weir_switch_captures", "Captures that run.", labels, captures.running());
        families.counter("weir_switch_capture_packets", "Frames that captures copied.", labels, captures.captured());
        families.counter(
                "weir_switch_capture_lost_packets",
                "Frames that captures would have taken, had there been room for them.",
                labels,
                captures.lost());
        readBatches(labels, sw.runtime());
    }

    /** After the last switch. */
    void finish() {
        families.histograms("weir_batch_packets", "Frames of a batch, of all workers.", batches);
    }

    private void readBatches(Labels labels, List<WorkerCounters> workers) {
        List<Double> bounds = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        int sizes = workers.getFirst().batchesBySize().size();
        for (int i = 0; i < sizes; i++) {
            int size = i;
            bounds.add((double) WorkerCounters.sizeBound(i));
            counts.add(workers.stream()
                    .mapToLong(worker -> worker.batchesBySize().get(size))
                    .sum());
        }
        bounds.add(Double.POSITIVE_INFINITY);
        counts.add(0L);
        long frames = workers.stream().mapToLong(WorkerCounters::frames).sum();
        batches.add(Families.histogram(labels, bounds, counts, (double) frames));
    }

    private void readPort(String switchName, PortInfo port) {
        Labels labels = Labels.of(SWITCH, switchName, PORT, port.name());
        PortCounters counters = port.counters();
        families.gauge(
                "weir_port_up", "Whether the port carries frames.", labels, port.state() == PortState.UP ? 1 : 0);
        families.gauge(
                "weir_port_loop_blocked",
                "Whether the port is blocked, since it is part of a loop.",
                labels,
                port.loopBlocked() ? 1 : 0);
        families.counter("weir_port_receive_packets", "Frames that came in by the port.", labels, counters.received());
        families.counter("weir_port_receive_bytes", "Their bytes.", labels, counters.receivedBytes());
        families.counter("weir_port_transmit_packets", "Frames that left by the port.", labels, counters.transmitted());
        families.counter("weir_port_transmit_bytes", "Their bytes.", labels, counters.transmittedBytes());
        families.gauge(
                "weir_port_created_packets",
                "Frames that were made of the port's others, by floods, programs and segmentation, without the others.",
                labels,
                counters.created());
        readDrops(
                "weir_port_receive_drop",
                "Frames of the port that the switch dropped, by reason.",
                labels,
                List.of(counters.ingressDrops(), counters.decisionDrops()));
        readDrops(
                "weir_port_transmit_drop",
                "Frames for the port that were dropped there, by reason.",
                labels,
                List.of(counters.egressDrops()));
        families.counter(
                "weir_port_peer_drop",
                "Frames that the system behind the port dropped.",
                labels,
                Math.max(0, port.peerDropped()));
        families.counter(
                "weir_port_learn_refused",
                "Addresses of the port that were not learned for want of quota.",
                labels,
                port.learnRefused());
    }

    private void readDrops(String name, String help, Labels labels, List<Map<DropReason, Long>> stages) {
        for (DropReason reason : DropReason.ALL) {
            long frames = stages.stream()
                    .mapToLong(drops -> drops.getOrDefault(reason, 0L))
                    .sum();
            if (frames != 0) {
                families.counter(name, help, labels.add(REASON, reason.label()), frames);
            }
        }
    }

    private void readLink(String switchName, LinkInfo link) {
        Labels labels = Labels.of(SWITCH, switchName, PORT, link.port());
        families.gauge(
                "weir_link_emulated",
                "Whether the port's link is emulated now.",
                labels,
                link.settings().isPresent() ? 1 : 0);
        readLink("receive", labels, link.fromPort());
        readLink("transmit", labels, link.toPort());
    }

    private void readLink(String direction, Labels labels, LinkCounters counters) {
        String prefix = "weir_link_" + direction + "_";
        families.gauge(
                prefix + "held_packets", "Frames on their way through the emulated link.", labels, counters.held());
        families.counter(prefix + "duplicated_packets", "Frames that it sent twice.", labels, counters.duplicated());
        families.counter(
                prefix + "reordered_packets", "Frames that overtook others in it.", labels, counters.reordered());
        families.counter(
                prefix + "corrupted_packets", "Frames in which it flipped a bit.", labels, counters.corrupted());
    }

    private void readProgram(String switchName, AttachedProgram program) {
        Labels onSwitch =
                Labels.of(SWITCH, switchName, "program", program.spec().name());
        Labels labels =
                program.place() instanceof ProgramPlace.OnPort(String port) ? onSwitch.add(PORT, port) : onSwitch;
        ProgramCounters counters = program.counters();
        counters.byAction(program.spec().type())
                .forEach((action, frames) -> families.counter(
                        "weir_program_actions",
                        "Frames by what the program returned.",
                        labels.add("action", action),
                        frames));
        families.counter(
                "weir_program_run_seconds",
                "Time that the program took, estimated from one batch in 64.",
                labels,
                counters.runNanos() / NANOS_PER_SECOND);
        families.counter("weir_program_faults", "Frames on which the program had a fault.", labels, counters.faults());
    }
}
