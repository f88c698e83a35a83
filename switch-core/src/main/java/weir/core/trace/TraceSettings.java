// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.util.Optional;
import weir.core.capture.FrameFilter;

/**
 * What a trace takes. Immutable; every {@code with} gives a changed copy.
 *
 * @param port name of the ingress port; empty for all. A port of that name that is attached later is traced, too
 * @param frames after which the trace ends
 * @param dropsOnly whether only frames are told that are dropped, at ingress or at an egress port; all others that match
 *     are decided alone all the same
 * @param detail of programs' paths
 * @param filter which frames; without one all
 */
public record TraceSettings(
        String port, int frames, boolean dropsOnly, TraceDetail detail, Optional<FrameFilter> filter) {
    public static final int DEFAULT_FRAMES = 20;
    public static final int MAX_FRAMES = 10_000;

    /** Frames that a trace takes a second; the first {@link #MAX_WAITING} may come at once. */
    public static final int FRAMES_PER_SECOND = 1_000;

    /** Frames that wait for the reader of a trace. */
    public static final int MAX_WAITING = 256;

    /** Traces of one switch at a time. */
    public static final int MAX_RUNNING = 8;

    /** The next frames of all ports, with lines of source. */
    public static final TraceSettings NEXT =
            new TraceSettings("", DEFAULT_FRAMES, false, TraceDetail.LINES, Optional.empty());

    public TraceSettings {
        if (frames < 1 || frames > MAX_FRAMES) {
            throw new IllegalArgumentException("frames=" + frames + " is out of range [1, " + MAX_FRAMES + "]");
        }
    }

    public TraceSettings withPort(String name) {
        return new TraceSettings(name, frames, dropsOnly, detail, filter);
    }

    public TraceSettings withFrames(int number) {
        return new TraceSettings(port, number, dropsOnly, detail, filter);
    }

    public TraceSettings withDropsOnly(boolean only) {
        return new TraceSettings(port, frames, only, detail, filter);
    }

    public TraceSettings withDetail(TraceDetail wanted) {
        return new TraceSettings(port, frames, dropsOnly, wanted, filter);
    }

    public TraceSettings withFilter(FrameFilter only) {
        return new TraceSettings(port, frames, dropsOnly, detail, Optional.of(only));
    }
}
