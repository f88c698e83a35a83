// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;

/**
 * What is written down about a frame while it is decided. One worker's thread; what has no room is counted only.
 *
 * <p>A frame that is cut into packets is one frame here: programs and ports say for how many packets they stand.
 */
public final class FrameTrace {
    private final int worker;
    private final String port;
    private final int portNumber;
    private final int queue;
    private final int lengthBytes;
    private final FrameBytes bytes;
    private final boolean wantsPath;
    private final long epochNanos;
    private final List<TracedProgram> programs = new ArrayList<>();
    private final List<TracedEgress> egress = new ArrayList<>();
    private final List<DropReason> drops = new ArrayList<>();
    private String place = "";
    private int vlan;
    private int segments;
    private int moreEgress;
    private boolean isFlooded;
    private @Nullable TracedLearning learning;
    private @Nullable TracedLookup lookup;

    /**
     * @param bytes the frame's first ones
     * @param wantsPath whether the ways through programs are to be written down
     */
    public FrameTrace(
            int worker, String port, int portNumber, int queue, int lengthBytes, FrameBytes bytes, boolean wantsPath) {
        this.worker = worker;
        this.port = port;
        this.portNumber = portNumber;
        this.queue = queue;
        this.lengthBytes = lengthBytes;
        this.bytes = bytes;
        this.wantsPath = wantsPath;
        Instant now = Instant.now();
        epochNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    public boolean wantsPath() {
        return wantsPath;
    }

    /** The VLAN that the frame was classified into. */
    public void vlan(int id) {
        vlan = id;
    }

    /** The frame was cut into so many packets. */
    public void segments(int packets) {
        segments = packets;
    }

    /** Where programs are met from now on: {@code port} or {@code switch}. */
    public void place(String where) {
        place = where;
    }

    public String place() {
        return place;
    }

    /** Programs that were told of. */
    public int programs() {
        return programs.size();
    }

    public void program(TracedProgram program) {
        if (programs.size() < TracedFrame.MAX_PROGRAMS) {
            programs.add(program);
        }
    }

    /** What became of the source address; the first packet's is kept. */
    public void learning(TracedLearning what) {
        learning = learning == null ? what : learning;
    }

    /** What was found for the destination address; the first packet's is kept. */
    public void lookup(TracedLookup what) {
        lookup = lookup == null ? what : lookup;
    }

    /** The frame goes to every other port of its VLAN. */
    public void flooded() {
        isFlooded = true;
    }

    /** The frame, or a copy, ended before it came to a port. */
    public void drop(DropReason reason) {
        drops.add(reason);
    }

    /** A port that the frame came to; like ones are counted together. */
    public void egress(TracedEgress port) {
        for (int i = egress.size() - 1; i >= 0; i--) {
            TracedEgress known = egress.get(i);
            if (known.equals(withFrames(port, known.frames()))) {
                egress.set(i, withFrames(known, known.frames() + port.frames()));
                return;
            }
        }
        if (egress.size() < TracedFrame.MAX_EGRESS) {
            egress.add(port);
        } else {
            moreEgress++;
        }
    }

    private static TracedEgress withFrames(TracedEgress port, int frames) {
        return new TracedEgress(
                port.port(),
                port.number(),
                port.outcome(),
                frames,
                port.reason(),
                port.worker(),
                port.tag(),
                port.link());
    }

    /** The whole of it. */
    public TracedFrame finish() {
        DropReason reason = dropReason();
        TracedFrame.Verdict verdict = verdict(reason);
        return new TracedFrame(
                epochNanos,
                worker,
                port,
                portNumber,
                queue,
                lengthBytes,
                bytes,
                vlan,
                segments,
                programs,
                learning,
                lookup,
                egress,
                moreEgress,
                verdict,
                reason);
    }

    /** Why nothing of the frame got anywhere; null when something did. */
    private @Nullable DropReason dropReason() {
        DropReason reason = drops.isEmpty() ? null : drops.getFirst();
        for (TracedEgress each : egress) {
            if (each.outcome() != TracedEgress.Outcome.DROPPED) {
                return null;
            }
            reason = reason == null ? each.reason() : reason;
        }
        return reason;
    }

    private TracedFrame.Verdict verdict(@Nullable DropReason reason) {
        if (reason != null) {
            return TracedFrame.Verdict.DROPPED;
        }
        if (isFlooded) {
            return TracedFrame.Verdict.FLOODED;
        }
        long ports = egress.stream().map(TracedEgress::port).distinct().count();
        return ports > 1 ? TracedFrame.Verdict.COPIED : TracedFrame.Verdict.FORWARDED;
    }
}
