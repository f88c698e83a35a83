// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import weir.control.report.LawReport;
import weir.core.SwitchEvent;
import weir.core.counter.PortCounters;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.PortRequest;

/** The sink on one port, from opening it to its report. One control thread; used as {@link GenRun}. */
public final class SinkRun implements AutoCloseable {
    private static final long QUIET_NANOS = 200_000_000;

    private final SinkMeter meter = new SinkMeter();
    private final SinkPort sink;
    private final TwoPorts ports;
    private final String spec;
    private final List<SinkReport.Interval> intervals = new ArrayList<>();
    private final long startNanos = System.nanoTime();
    private PortCounters before;
    private long receivedLast;
    private long quietSince;
    private long intervalNanos = startNanos;

    private SinkRun(Port port, String name, GenLimits limits, boolean busy, Consumer<SwitchEvent> events)
            throws PortException {
        spec = port.spec();
        sink = new SinkPort(meter, limits);
        ports = new TwoPorts(port, name, false, busy, events);
        boolean done = false;
        try {
            ports.attachInside(sink);
            ports.attachOutside(); // last, so that the first frame finds the sink
            done = true;
        } finally {
            if (!done) {
                ports.close();
            }
        }
        before = ports.outside();
    }

    /** Opens the port; frames are counted from now on. */
    public static SinkRun open(PortRequest request, GenLimits limits, boolean busy, Consumer<SwitchEvent> events)
            throws PortException {
        return new SinkRun(request.open(), request.name(), limits, busy, events);
    }

    /** State of the port. */
    public PortState portState() {
        return ports.state();
    }

    /** Whether a limit was reached, or the port is gone and everything from it has been seen. */
    public boolean isFinished() {
        return sink.isFinished() || (ports.state() == PortState.GONE && isQuiet());
    }

    /** Whether nothing came for a while: what the port still held when it went has been taken. */
    private boolean isQuiet() {
        long now = System.nanoTime();
        long received = ports.outside().received();
        if (received != receivedLast || quietSince == 0) {
            receivedLast = received;
            quietSince = now;
        }
        return now - quietSince >= QUIET_NANOS;
    }

    /** What happened since the last call. */
    public SinkReport.Interval interval() {
        long now = System.nanoTime();
        PortCounters counters = ports.outside();
        SinkReport.Interval interval = new SinkReport.Interval(
                (now - startNanos) / 1e9,
                (now - intervalNanos) / 1e9,
                counters.received() - before.received(),
                counters.receivedBytes() - before.receivedBytes(),
                meter.takeInterval());
        before = counters;
        intervalNanos = now;
        intervals.add(interval);
        return interval;
    }

    /** Takes the port away, and adds up. */
    public SinkReport finish() throws InterruptedException {
        long peerDropped = ports.peerDropped();
        ports.detachOutside();
        ports.detachInside();
        SinkReport.Latency _ = meter.takeInterval();
        LawReport law = ports.law();
        PortCounters counters = ports.outside();
        List<SinkReport.StreamReport> streams = meter.streams();
        double seconds = sink.seconds();
        return new SinkReport(
                spec,
                counters.received(),
                counters.receivedBytes(),
                drops(counters),
                peerDropped,
                seconds,
                Rates.perSecond(counters.received(), seconds),
                Rates.perSecond(counters.receivedBytes() * Byte.SIZE, seconds),
                meter.stamped(),
                meter.strangers(),
                meter.implausible(),
                streams.stream().mapToLong(SinkReport.StreamReport::lost).sum(),
                streams.stream().mapToLong(SinkReport.StreamReport::duplicates).sum(),
                streams.stream().mapToLong(SinkReport.StreamReport::reordered).sum(),
                streams,
                meter.latency(),
                List.copyOf(intervals),
                law);
    }

    private static Map<String, Long> drops(PortCounters counters) {
        Map<String, Long> drops = new LinkedHashMap<>(TwoPorts.labelled(counters.ingressDrops()));
        TwoPorts.labelled(counters.decisionDrops()).forEach((reason, frames) -> drops.merge(reason, frames, Long::sum));
        return drops;
    }

    @Override
    public void close() {
        ports.close();
    }
}
