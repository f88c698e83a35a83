// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import weir.core.trace.Trace;
import weir.core.trace.TraceConsumer;
import weir.core.trace.TraceCounters;
import weir.core.trace.TraceSettings;
import weir.core.trace.TracedEgress;
import weir.core.trace.TracedFrame;
import weir.core.trace.TracedLearning;
import weir.core.trace.TracedLookup;

/** Keeps what a trace tells. Read it when the trace is closed. */
public final class Traced implements TraceConsumer {
    private final List<TracedFrame> frames = Collections.synchronizedList(new ArrayList<>());
    private volatile TraceCounters counters = new TraceCounters(0, 0, 0, 0, 0, 0);

    /** Something that sends frames. */
    @FunctionalInterface
    public interface Traffic {
        void run() throws Exception;
    }

    /** What a trace tells of what is sent meanwhile. */
    public static Traced of(HandDrivenSwitch hand, TraceSettings settings, Traffic traffic) throws Exception {
        Traced traced = new Traced();
        try (Trace _ = hand.sw().trace(settings, traced)) {
            traffic.run();
        }
        return traced;
    }

    @Override
    public void frame(int number, TracedFrame frame) {
        if (number != frames.size() + 1) {
            throw new IllegalStateException("number " + number + " behind " + frames.size());
        }
        frames.add(frame);
    }

    @Override
    public void end(TraceCounters all) {
        counters = all;
    }

    public List<TracedFrame> frames() {
        return frames;
    }

    public TraceCounters counters() {
        return counters;
    }

    public TracedFrame only() {
        if (frames.size() != 1) {
            throw new AssertionError("one frame was expected, and not " + texts());
        }
        return frames.getFirst();
    }

    /** Each frame in one line. */
    public List<String> texts() {
        return frames.stream().map(Traced::text).toList();
    }

    /** {@code a: learned a, hit b, b enqueued: forwarded} and so on. */
    public static String text(TracedFrame frame) {
        List<String> parts = new ArrayList<>();
        frame.programs().forEach(program -> parts.add(program.name() + " " + program.action()));
        TracedLearning learning = frame.learning();
        if (learning != null) {
            parts.add(lower(learning.result()) + (learning.from().isEmpty() ? "" : " from " + learning.from()));
        }
        TracedLookup lookup = frame.lookup();
        if (lookup != null) {
            parts.add(lower(lookup.result()) + (lookup.port().isEmpty() ? "" : " " + lookup.port()));
        }
        for (TracedEgress port : frame.egress()) {
            parts.add(port.port() + " " + lower(port.outcome())
                    + (port.reason() == null ? "" : " " + port.reason().label())
                    + (port.tag().isEmpty() ? "" : " " + port.tag()));
        }
        return frame.port() + ": " + String.join(", ", parts) + ": " + lower(frame.verdict())
                + (frame.reason() == null ? "" : " " + frame.reason().label());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
