// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;

/**
 * A frame that was traced: what happened to it, in the order in which it did.
 *
 * @param epochNanos nanoseconds since 1970, when the worker had it
 * @param worker that decided about it
 * @param port that it came in by
 * @param portNumber never used again in a switch's life
 * @param queue of the port; -1 for a frame that the port itself dropped
 * @param lengthBytes of the frame as it came in
 * @param bytes its first ones
 * @param vlan that it was classified into; 0 for a port that ignores VLANs, or where it did not get so far
 * @param segments packets that it was cut into before programs saw it; 0 when it was not
 * @param programs that ran, in order
 * @param learning null where the switch's own pipeline did not get it
 * @param lookup null where the switch's own pipeline did not get it, or refused its source
 * @param egress ports that it was sent to
 * @param moreEgress ports that are not listed, since there are too many
 * @param verdict what became of it
 * @param reason why it was dropped, there or at its only egress port; null when it was not
 */
public record TracedFrame(
        long epochNanos,
        int worker,
        String port,
        int portNumber,
        int queue,
        int lengthBytes,
        FrameBytes bytes,
        int vlan,
        int segments,
        List<TracedProgram> programs,
        @Nullable TracedLearning learning,
        @Nullable TracedLookup lookup,
        List<TracedEgress> egress,
        int moreEgress,
        Verdict verdict,
        @Nullable DropReason reason) {
    /** Egress ports that are listed. */
    public static final int MAX_EGRESS = 64;

    /** Programs that are listed. */
    public static final int MAX_PROGRAMS = 16;

    /** What became of a frame. */
    public enum Verdict {
        /** To one port. */
        FORWARDED,
        /** To every other port of its VLAN. */
        FLOODED,
        /** To several ports, since a program said so. */
        COPIED,
        DROPPED
    }

    public TracedFrame {
        programs = List.copyOf(programs);
        egress = List.copyOf(egress);
    }

    /** The verdict's cause, in a sentence that begins in lower case; empty where there is nothing to say. */
    public String why() {
        return new Why(port, vlan, programs, lookup, egress).of(verdict, reason);
    }

    /** Whether it was dropped, be it at one of several egress ports only. */
    public boolean isDroppedAnywhere() {
        return verdict == Verdict.DROPPED
                || egress.stream().anyMatch(port -> port.outcome() == TracedEgress.Outcome.DROPPED);
    }
}
