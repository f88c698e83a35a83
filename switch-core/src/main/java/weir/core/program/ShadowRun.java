// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import weir.core.frame.Frame;
import weir.core.frame.Mem;
import weir.ebpf.map.Bytes;
import weir.ebpf.xdp.XdpBatch;

/**
 * A new program in the shadow of the one in place: live frames are copied before that one runs on them, and the new
 * one runs on the copies later, with maps of its own. Nothing that it does has an effect. One control thread;
 * {@link #close} frees it all.
 */
public final class ShadowRun implements AutoCloseable {
    /** Most frames that are copied. */
    public static final int MAX_FRAMES = 65_536;

    private static final long MAX_AREA_BYTES = 64L << 20;
    private static final int BATCH_FRAMES = 64;
    private static final int TAIL_ROOM_BYTES = 320;
    private static final int ALIGNMENT = 64;

    private final AttachedProgram candidate;
    private final EbpfForwardingProgram observed;
    private final Runnable quiesce;
    private final AtomicInteger left;
    private final List<FrameCapture> captures = new ArrayList<>();
    private boolean isEnded;
    private boolean isClosed;

    /**
     * Begins to copy frames.
     *
     * @param candidate the new program, in nobody else's use; closed with this
     * @param observed the one in place
     */
    ShadowRun(AttachedProgram candidate, EbpfForwardingProgram observed, int workers, int frames, Runnable quiesce) {
        if (frames < 1 || frames > MAX_FRAMES) {
            throw new IllegalArgumentException("frames=" + frames + ": needed are 1 to " + MAX_FRAMES);
        }
        this.candidate = candidate;
        this.observed = observed;
        this.quiesce = quiesce;
        left = new AtomicInteger(frames);
        long areaBytes = Math.min((long) frames * Frame.SLOT_UNIT_BYTES, MAX_AREA_BYTES / workers);
        for (int i = 0; i < workers; i++) {
            captures.add(new FrameCapture(frames, left, areaBytes));
        }
        observed.capture(captures::get);
    }

    /** Whether as many frames were copied as were asked for. */
    public boolean hasAllFrames() {
        return left.get() <= 0;
    }

    /** Ends copying, runs the new program on what was copied, and compares. Once. */
    public ShadowReport finish() {
        endCapture();
        Comparison comparison = new Comparison();
        for (int worker = 0; worker < captures.size(); worker++) {
            FrameCapture capture = captures.get(worker);
            for (int from = 0; from < capture.size(); from += BATCH_FRAMES) {
                compare(capture, from, Math.min(BATCH_FRAMES, capture.size() - from), worker, comparison);
            }
        }
        return comparison.report();
    }

    private void endCapture() {
        if (!isEnded) {
            isEnded = true;
            observed.capture(worker -> null);
            quiesce.run();
        }
    }

    private void compare(FrameCapture capture, int from, int count, int worker, Comparison comparison) {
        XdpBatch batch = new XdpBatch(count);
        ProgramContract contract = ProgramContract.of(candidate.spec().type());
        try (Arena arena = Arena.ofConfined()) {
            for (int i = from; i < from + count; i++) {
                int bytes = capture.lengthBytes(i);
                int room = Math.max(Frame.SLOT_UNIT_BYTES, Frame.HEADROOM_BYTES + bytes + TAIL_ROOM_BYTES);
                long start = arena.allocate(room, ALIGNMENT).address();
                long data = start + Frame.HEADROOM_BYTES;
                Mem.copy(capture.address(i), data, bytes);
                int port = contract.ingressPort(capture.port(i));
                batch.add(start, data, data + bytes, start + room, port, capture.queue(i));
            }
            candidate.prepared().program().run(batch, worker);
            for (int k = 0; k < count; k++) {
                comparison.add(capture, from + k, contract.outcome(batch, k));
            }
        }
    }

    /** Counts pairs of verdicts. */
    private static final class Comparison {
        private record Pair(long before, long after) {}

        private final Map<Pair, Long> counts = new LinkedHashMap<>();
        private final List<ShadowReport.Example> examples = new ArrayList<>();

        void add(FrameCapture capture, int i, long after) {
            long before = capture.outcome(i);
            counts.merge(new Pair(before, after), 1L, Long::sum);
            if (before != after && examples.size() < ShadowReport.MAX_EXAMPLES) {
                byte[] frame = new byte[capture.lengthBytes(i)];
                for (int b = 0; b < frame.length; b++) {
                    frame[b] = Mem.getByte(capture.address(i) + b);
                }
                examples.add(new ShadowReport.Example(
                        capture.port(i), Bytes.of(frame), Outcome.text(before), Outcome.text(after)));
            }
        }

        ShadowReport report() {
            List<ShadowReport.Count> list = counts.entrySet().stream()
                    .map(each -> new ShadowReport.Count(
                            Outcome.text(each.getKey().before()),
                            Outcome.text(each.getKey().after()),
                            each.getValue()))
                    .toList();
            long frames = counts.values().stream().mapToLong(Long::longValue).sum();
            return new ShadowReport((int) frames, list, examples);
        }
    }

    /** Ends copying if need be, and frees the copies and the new program. Idempotent. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            endCapture();
            captures.forEach(FrameCapture::close);
            candidate.close();
        }
    }
}
