// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.ObjectFile;
import weir.ebpf.TestRun;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.program.AddressKind;
import weir.ebpf.program.Fault;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.program.SourceLine;
import weir.ebpf.xdp.ValeVerdict;
import weir.ebpf.xdp.XdpContext;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;
import weir.ports.pcap.CaptureWriter;
import weir.ports.pcap.LinkType;

/**
 * Runs one program over the frames of a capture and counts what it does. Repeatable: the program's clock is
 * that of the capture, from 1 s on, random numbers follow from a fixed seed, there is one CPU. One thread.
 */
public final class ProgramReplay implements AutoCloseable {
    /** Places of faults that are told apart; more are counted only. */
    public static final int MAX_FAULTS = 20;

    private static final int CPUS = 1;
    private static final int MTU_BYTES = 1500;
    private static final int MAX_TRACE_LINES = 100;
    private static final int MAX_VERDICTS = 256;
    private static final int MAX_TARGETS = 64;
    private static final String OTHER = "other";

    /** Before what is repeated to be measured: compiled code is as fast as it gets after so long. */
    private static final Duration WARM_UP = Duration.ofMillis(500);

    private final ObjectFile object;
    private final ProgramSpec spec;
    private final ReplaySettings settings;
    private final DeterministicHost host = new DeterministicHost(CPUS);
    private final LoadedObject loaded;
    private final EbpfProgram program;

    private final Durations durations = new Durations();
    private final Map<String, Long> skipped = new TreeMap<>();
    private final Map<String, Long> verdicts = new TreeMap<>(Verdicts.ORDER);
    private final Map<Target, Long> targets = new LinkedHashMap<>();
    private final Map<Place, FaultTally> faults = new LinkedHashMap<>();
    private final EventLog events;
    private final List<ReplayReport.TraceLine> trace = new ArrayList<>();
    private long traceLeftOut;
    private long faultedFrames;
    private long read;
    private long frames;
    private long cut;
    private long written;
    private long lastTimestampNanos;

    private record Target(@Nullable String map, long target, long flags) {}

    private record Place(String program, int slot, String rule) {}

    private record FaultTally(Fault first, long firstFrame, long frames) {}

    /**
     * Loads the program with its maps, and what it may tail-call.
     *
     * @throws LoadException when the engine lacks what they need
     * @throws ReplayException when a map does not take what it is set to
     */
    public ProgramReplay(ObjectFile object, ProgramSpec spec, ReplaySettings settings)
            throws LoadException, ReplayException {
        this.object = object;
        this.spec = spec;
        this.settings = settings;
        host.port(settings.port() == 0 ? 1 : settings.port(), MTU_BYTES);
        events = new EventLog(settings.mapEntries());
        List<MapEntry> entries = entries(object, settings);
        loaded = LoadedObject.load(object, options(entries));
        try {
            program = loaded.program(spec.name())
                    .orElseThrow(() -> new LoadException("program " + spec.name() + " is not an XDP program"));
            for (MapEntry entry : entries) {
                entry.put(loaded);
            }
            if (settings.repeat() > 1) {
                loaded.warmUp(WARM_UP);
            }
        } catch (LoadException | ReplayException | RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    private LoadOptions options(List<MapEntry> entries) {
        LoadOptions options = LoadOptions.on(host).under(settings.engine()).only(name -> isNeeded(name, spec, entries));
        return settings.verified() ? options.onlyVerified() : options;
    }

    /** What was done otherwise than the settings asked for, in sentences. */
    public List<String> warnings() {
        return loaded.warnings();
    }

    private String engineName() {
        return loaded.warnings().isEmpty() ? EngineText.of(settings.engine()) : EngineText.INTERPRETER;
    }

    private static List<MapEntry> entries(ObjectFile object, ReplaySettings settings) throws ReplayException {
        List<MapEntry> entries = new ArrayList<>();
        for (MapSetting setting : settings.entries()) {
            entries.add(setting.in(object));
        }
        return entries;
    }

    /** The program and those that maps are set to; what they tail-call is loaded with them. */
    private static boolean isNeeded(String name, ProgramSpec spec, List<MapEntry> entries) {
        return name.equals(spec.name())
                || entries.stream()
                        .anyMatch(each -> each instanceof MapEntry.OfProgram slot
                                && slot.program().equals(name));
    }

    /**
     * The programs that a replay may run: the one on all frames, and those that it may tail-call.
     *
     * @throws ReplayException when a map does not take what it is set to
     */
    public static List<ProgramSpec> programs(ObjectFile object, ProgramSpec spec, ReplaySettings settings)
            throws ReplayException {
        List<MapEntry> entries = entries(object, settings);
        return LoadedObject.chosen(object, name -> isNeeded(name, spec, entries));
    }

    /** Frames read so far. */
    public long framesRead() {
        return read;
    }

    /**
     * Runs the program on all frames.
     *
     * @param out takes the frames that the program lets live, as it left them; null for none
     * @throws ReplayException for a capture of something else than Ethernet
     */
    public ReplayReport run(CaptureReader in, @Nullable CaptureWriter out) throws IOException, ReplayException {
        while (read < settings.count()) {
            CaptureFrame frame = in.next();
            if (frame == null) {
                break;
            }
            read++;
            run(frame, out);
        }
        return report(out != null);
    }

    private void run(CaptureFrame frame, @Nullable CaptureWriter out) throws IOException, ReplayException {
        checkLink(frame);
        moveClock(frame.timestampNanos());
        byte[] bytes = frame.bytes();
        int port = settings.port() == 0 ? 1 + frame.source().index() : settings.port();
        if (bytes.length < XdpContext.MIN_FRAME_BYTES) {
            skipped.merge("shorter_than_14_bytes", 1L, Long::sum);
            return;
        }
        if (bytes.length > TestRun.MAX_DATA_BYTES) {
            skipped.merge("longer_than_65536_bytes", 1L, Long::sum);
            return;
        }
        int maxPort = Verdicts.maxPort(spec.type());
        if (port > maxPort) {
            skipped.merge("port_beyond_" + maxPort, 1L, Long::sum);
            return;
        }
        TestRun.Result result = repeat(new TestRun(Bytes.of(bytes), 0, port, 0, 1, 0));
        frames++;
        cut += frame.originalBytes() > bytes.length ? 1 : 0;
        count(result);
        if (out != null && Verdicts.isAlive(spec.type(), result.action())) {
            out.write(after(frame, result));
            written++;
        }
    }

    /** Every repetition has the frame as it was captured. The result is that of the first fault, else of the last. */
    private TestRun.Result repeat(TestRun test) {
        TestRun.Result result = runOnce(test);
        long nanos = result.nanosPerRun();
        for (int i = 1; i < settings.repeat(); i++) {
            TestRun.Result next = runOnce(test);
            nanos += next.nanosPerRun();
            result = result.fault() == null ? next : result;
        }
        durations.add(nanos / settings.repeat());
        return result;
    }

    private TestRun.Result runOnce(TestRun test) {
        TestRun.Result result = test.run(program);
        for (String line : host.takeLines()) {
            if (trace.size() < MAX_TRACE_LINES) {
                trace.add(new ReplayReport.TraceLine(read, line.stripTrailing()));
            } else {
                traceLeftOut++;
            }
        }
        events.take(read, host, loaded.maps().values());
        return result;
    }

    private void checkLink(CaptureFrame frame) throws ReplayException {
        if (frame.source().linkType() != LinkType.ETHERNET) {
            throw new ReplayException(
                    ReplayException.Kind.CONTENT,
                    "frame " + read + " is of link type "
                            + LinkType.name(frame.source().linkType()) + "; XDP programs take Ethernet frames",
                    "capture on one Ethernet interface: tcpdump -i eth0 -w file.pcap");
        }
    }

    /** The clock never goes back, whatever the capture says. */
    private void moveClock(long timestampNanos) {
        if (lastTimestampNanos != 0 && timestampNanos > lastTimestampNanos) {
            host.advance(timestampNanos - lastTimestampNanos);
        }
        lastTimestampNanos = Math.max(lastTimestampNanos, timestampNanos);
    }

    private void count(TestRun.Result result) {
        String action = Verdicts.name(spec.type(), result.action());
        boolean isKnown = verdicts.containsKey(action) || verdicts.size() < MAX_VERDICTS;
        verdicts.merge(isKnown ? action : OTHER, 1L, Long::sum);
        if (Verdicts.isRedirect(spec.type(), result.action())) {
            EbpfMap map = result.targetMap();
            Target target = new Target(map == null ? null : map.spec().name(), result.target(), result.redirectFlags());
            if (targets.containsKey(target) || targets.size() < MAX_TARGETS) {
                targets.merge(target, 1L, Long::sum);
            }
        }
        Fault fault = result.fault();
        if (fault != null) {
            count(fault);
        }
    }

    private void count(Fault fault) {
        faultedFrames++;
        Place place = new Place(fault.program(), fault.slot(), rule(fault));
        if (faults.containsKey(place) || faults.size() < MAX_FAULTS) {
            faults.merge(
                    place,
                    new FaultTally(fault, read, 1),
                    (before, now) -> new FaultTally(before.first(), before.firstFrame(), before.frames() + 1));
        }
    }

    private static String rule(Fault fault) {
        return fault.addressKind() == AddressKind.NONE
                ? fault.rule()
                : fault.rule() + ": the address is " + fault.addressKind().text();
    }

    private CaptureFrame after(CaptureFrame frame, TestRun.Result result) {
        byte[] data = result.data().toArray();
        byte[] bytes = Arrays.copyOfRange(data, result.metadataBytes(), data.length);
        int missing = frame.originalBytes() - frame.bytes().length;
        String comment = spec.name() + ": " + Verdicts.name(spec.type(), result.action()) + targetText(result);
        CaptureFrame left = CaptureFrame.of(frame.source(), frame.timestampNanos(), bytes)
                .withOriginalBytes(bytes.length + missing)
                .withComment(frame.comment().isEmpty() ? comment : frame.comment() + "\n" + comment);
        return spec.type() == ProgramType.XDP ? left.withXdpAction(result.action()) : left;
    }

    /** Where a redirect goes, or the ring of a VALE program's port where it is not the first. */
    private String targetText(TestRun.Result result) {
        if (spec.type() == ProgramType.VALE) {
            boolean isPort = result.action() >= 0 && result.action() <= ValeVerdict.MAX_PORT;
            return isPort && result.queue() != 0 ? " ring " + result.queue() : "";
        }
        if (!Verdicts.isRedirect(spec.type(), result.action())) {
            return "";
        }
        EbpfMap map = result.targetMap();
        return Redirects.text(map == null ? null : map.spec().name(), result.target(), result.redirectFlags());
    }

    private ReplayReport report(boolean hasOutput) {
        MapReader reader = new MapReader(object.btf(), settings.mapEntries());
        Map<String, MapDump> maps = new LinkedHashMap<>();
        loaded.maps().forEach((name, map) -> maps.put(name, reader.read(map)));
        return new ReplayReport(
                spec.name(),
                spec.section(),
                spec.type().name().toLowerCase(Locale.ROOT),
                engineName(),
                frames,
                frames * settings.repeat(),
                skipped,
                cut,
                hasOutput ? written : null,
                durations.isEmpty() ? null : durations.summary(),
                verdicts,
                targets.entrySet().stream()
                        .map(each -> new ReplayReport.RedirectCount(
                                each.getKey().map(),
                                each.getKey().target(),
                                each.getKey().flags(),
                                each.getValue()))
                        .toList(),
                new ReplayReport.FaultCounts(faultedFrames, faultCounts()),
                new ReplayReport.Trace(trace, traceLeftOut),
                events.events(),
                maps);
    }

    private List<ReplayReport.FaultCount> faultCounts() {
        List<ReplayReport.FaultCount> counts = new ArrayList<>();
        faults.forEach((place, tally) -> {
            SourceLine line = tally.first().line();
            counts.add(new ReplayReport.FaultCount(
                    place.program(),
                    place.slot(),
                    place.rule(),
                    line == null ? null : line.file(),
                    line == null ? null : line.line(),
                    line == null ? null : line.text().strip(),
                    tally.frames(),
                    tally.firstFrame()));
        });
        return counts;
    }

    /** Frees the program and its maps. */
    @Override
    public void close() {
        loaded.close();
    }
}
