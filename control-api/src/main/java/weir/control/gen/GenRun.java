// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import weir.control.report.LawReport;
import weir.control.text.FileTrouble;
import weir.core.SwitchEvent;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.frame.Frame;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

/**
 * The generator on one port, from opening it to its report. One control thread.
 *
 * <pre>{@code
 * try (GenRun run = GenRun.open(request, settings, events)) {
 *     run.start();
 *     while (!run.isFinished()) { ... run.interval() ... }
 *     report = run.finish();
 * }
 * }</pre>
 */
public final class GenRun implements AutoCloseable {
    private static final int STREAMS = 1 << 16;

    private final GenSettings settings;
    private final FrameSource source;
    private final TwoPorts ports;
    private final GeneratorPort generator;
    private final String spec;
    private final List<GenReport.Interval> intervals = new ArrayList<>();
    private PortCounters before;
    private long startNanos;
    private long intervalNanos;

    private GenRun(GenSettings settings, FrameSource source, Port port, String name, Consumer<SwitchEvent> events)
            throws PortException {
        this.settings = settings;
        this.source = source;
        spec = port.spec();
        TargetPort target = new TargetPort(port);
        generator = new GeneratorPort(
                source, new Pace(settings.ratePps(), settings.burst()), settings.limits(), target, settings.busy());
        ports = new TwoPorts(target, name, true, settings.busy(), events);
        before = ports.outside();
    }

    /**
     * Opens the port; nothing is sent yet.
     *
     * @throws PortException when a port or a capture cannot be opened, or frames are longer than the port takes
     */
    public static GenRun open(PortRequest request, GenSettings settings, Consumer<SwitchEvent> events)
            throws PortException {
        FrameSource source = sourceOf(settings);
        Port port = request.open();
        int longest = port.mtuBytes() + Frame.ETHERNET_HEADER_BYTES;
        if (source.longestBytes() > longest) {
            port.close();
            throw new PortException(
                    "frames of " + source.longestBytes() + " bytes are longer than " + port.spec() + " takes, which is "
                            + longest,
                    "send shorter ones, or give the port a larger MTU: mtu="
                            + (source.longestBytes() - Frame.ETHERNET_HEADER_BYTES));
        }
        return new GenRun(settings, source, port, request.name(), events);
    }

    private static FrameSource sourceOf(GenSettings settings) throws PortException {
        Path capture = settings.capture();
        if (capture == null) {
            return new UdpFrames(settings.traffic(), (int) (System.nanoTime() >>> Short.SIZE) & (STREAMS - 1));
        }
        try {
            return CaptureFrames.read(capture);
        } catch (IOException e) {
            boolean isMissing = e instanceof NoSuchFileException;
            throw new PortException(
                    isMissing ? PortException.Kind.NOT_FOUND : PortException.Kind.FAILED,
                    "cannot send " + PortSpec.quote(capture.toString()) + ": "
                            + (isMissing ? "there is no such file" : FileTrouble.of(e)),
                    "name a pcap or pcapng file of Ethernet frames",
                    e);
        }
    }

    /** State of the port: frames that are sent while it is not UP are dropped. */
    public PortState portState() {
        return ports.state();
    }

    /** What is sent, in a few words. */
    public String description() {
        if (source instanceof CaptureFrames frames) {
            return frames.count() + " frames of " + settings.capture();
        }
        Traffic traffic = settings.traffic();
        return "UDP over " + (traffic.isIpv4() ? "IPv4" : "IPv6") + ", "
                + traffic.sizes().stream()
                        .distinct()
                        .sorted()
                        .map(String::valueOf)
                        .collect(Collectors.joining("/"))
                + " bytes, " + traffic.flows() + (traffic.flows() == 1 ? " flow" : " flows");
    }

    /** Begins to send. */
    public void start() throws PortException {
        ports.attachInside(generator);
        startNanos = System.nanoTime();
        intervalNanos = startNanos;
        generator.start();
    }

    /** Whether a limit was reached, or the port is gone. */
    public boolean isFinished() {
        return generator.isFinished() || ports.state() == PortState.GONE;
    }

    /** What happened since the last call. */
    public GenReport.Interval interval() {
        long now = System.nanoTime();
        PortCounters counters = ports.outside();
        GenReport.Interval interval = new GenReport.Interval(
                (now - startNanos) / 1e9,
                (now - intervalNanos) / 1e9,
                counters.transmitted() - before.transmitted(),
                counters.transmittedBytes() - before.transmittedBytes(),
                dropped(counters) - dropped(before));
        before = counters;
        intervalNanos = now;
        intervals.add(interval);
        return interval;
    }

    private static long dropped(PortCounters counters) {
        return total(counters.egressDrops());
    }

    private static long total(Map<DropReason, Long> drops) {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Stops, takes the port away, and adds up. */
    public GenReport finish() throws InterruptedException {
        generator.finish();
        ports.detachInside();
        long peerDropped = ports.peerDropped();
        ports.detachOutside();
        LawReport law = ports.law();
        PortCounters counters = ports.outside();
        double seconds = generator.seconds();
        return new GenReport(
                spec,
                generator.generated(),
                counters.transmitted(),
                counters.transmittedBytes(),
                TwoPorts.labelled(counters.egressDrops()),
                generator.skipped(),
                peerDropped,
                counters.received(),
                seconds,
                Rates.perSecond(counters.transmitted(), seconds),
                Rates.perSecond(counters.transmittedBytes() * Byte.SIZE, seconds),
                List.copyOf(intervals),
                law);
    }

    @Override
    public void close() {
        generator.finish();
        ports.close();
    }
}
