// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Reads stamps: what is missing of each generator's frames, and how long they took. Written by one worker. The histogram
 * can be taken out by another thread meanwhile; the rest is read when the worker is done.
 */
final class SinkMeter {
    /** Generators that are told apart; frames of further ones are counted as strangers. */
    static final int MAX_STREAMS = 64;

    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int DIGITS = 3;

    private final SingleWriterRecorder recorder = new SingleWriterRecorder(1, LONGEST_NANOS, DIGITS);
    private final Histogram total = new Histogram(1, LONGEST_NANOS, DIGITS);
    private final StreamTracker[] trackers = new StreamTracker[MAX_STREAMS];
    private @Nullable Histogram interval;
    private int streams;
    private long stamped;
    private long strangers;
    private long implausible;

    /** @param stamp address of a {@link StampLayout} */
    void add(long stamp, long nowNanos) {
        stamped++;
        StreamTracker tracker = tracker(StampLayout.stream(stamp));
        if (tracker == null) {
            strangers++;
        } else {
            tracker.add(StampLayout.sequence(stamp));
        }
        long latency = nowNanos - StampLayout.nanos(stamp);
        if (latency >= 0 && latency <= LONGEST_NANOS) {
            recorder.recordValue(latency);
        } else {
            implausible++; // stamped on another machine, or long ago
        }
    }

    private @Nullable StreamTracker tracker(int stream) {
        for (int i = 0; i < streams; i++) {
            if (trackers[i].stream() == stream) {
                return trackers[i];
            }
        }
        if (streams == MAX_STREAMS) {
            return null;
        }
        StreamTracker fresh = new StreamTracker(stream);
        trackers[streams++] = fresh;
        return fresh;
    }

    /** Latencies since the last call; one thread, not the worker's. */
    SinkReport.@Nullable Latency takeInterval() {
        Histogram recent = recorder.getIntervalHistogram(interval);
        interval = recent;
        total.add(recent);
        return SinkReport.Latency.of(recent);
    }

    /** All latencies up to the last {@link #takeInterval}. */
    SinkReport.@Nullable Latency latency() {
        return SinkReport.Latency.of(total);
    }

    /** When the worker is done. */
    List<SinkReport.StreamReport> streams() {
        List<SinkReport.StreamReport> reports = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            reports.add(trackers[i].report());
        }
        return reports;
    }

    long stamped() {
        return stamped;
    }

    long strangers() {
        return strangers;
    }

    long implausible() {
        return implausible;
    }
}
