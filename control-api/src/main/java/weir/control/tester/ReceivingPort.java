// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import weir.control.gen.StampLayout;
import weir.control.gen.StreamTracker;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;

/**
 * What comes out of a port in a trial. A frame counts when it is of the trial's streams (a signature, and the number of its
 * stream) and for a station of this port, or a broadcast. The tester's thread; nothing is allocated for a frame.
 */
final class ReceivingPort {
    private static final int BATCH = 64;
    private static final int STREAM_MASK = 0xffff;

    private final int port;
    private final DeviceUnderTest device;
    private final MemoryEndpoint end;
    private final long poolBase;
    private final int firstStream;
    private final StreamTracker[] trackers;
    private final long[] lastGapNanos;
    private final @Nullable Histogram latencies;
    private final FirstLoads loads = new FirstLoads();
    private final long[] batch = new long[BATCH];
    private long flooded;
    private long strangers;
    private long firstNanos;
    private long lastNanos;
    private long arrived;
    /**
     * Takes frames of some streams, whose numbers follow one another.
     *
     * @param latencies hears of every frame's; null when nobody wants to know
     */
    ReceivingPort(int port, DeviceUnderTest device, int firstStream, int streams, @Nullable Histogram latencies) {
        this.port = port;
        this.device = device;
        end = device.end(port);
        poolBase = device.poolBase();
        this.firstStream = firstStream;
        this.latencies = latencies;
        trackers = new StreamTracker[streams];
        for (int i = 0; i < streams; i++) {
            trackers[i] = new StreamTracker(i);
        }
        lastGapNanos = new long[streams];
    }

    /** Takes what is there, as much as so many senders make in a round, and a batch more. Returns how much that was. */
    int takeAll(int senders) {
        int taken = 0;
        int n = BATCH;
        for (int i = 0; i <= senders && n == BATCH; i++) {
            n = take();
            taken += n;
        }
        return taken;
    }

    private int take() {
        int n = end.receive(batch, 0, BATCH);
        if (n == 0) {
            return 0;
        }
        long now = device.nanos();
        loads.of(batch, n, poolBase);
        for (int i = 0; i < n; i++) {
            look(poolBase + Frame.position(batch[i]), Frame.length(batch[i]), now);
        }
        end.release(batch, 0, n);
        return n;
    }

    private void look(long frame, int lengthBytes, long now) {
        long stamp = StampLayout.find(frame, lengthBytes);
        int stream = stamp < 0 ? -1 : StampLayout.stream(stamp) - firstStream & STREAM_MASK;
        if (stream < 0 || stream >= trackers.length) {
            strangers++;
            return;
        }
        if (Stations.portAt(frame) == port || Stations.isBroadcastAt(frame)) {
            count(stream, stamp, now);
        } else {
            flooded++;
            lastNanos = now;
        }
    }

    private void count(int stream, long stamp, long now) {
        long sequence = StampLayout.sequence(stamp);
        long made = StampLayout.nanos(stamp);
        StreamTracker tracker = trackers[stream];
        if (sequence > tracker.next()) {
            lastGapNanos[stream] = made;
        }
        tracker.add(sequence);
        if (latencies != null) {
            latencies.recordValue(Math.min(Math.max(1, now - made), latencies.getHighestTrackableValue()));
        }
        if (arrived++ == 0) {
            firstNanos = now;
        }
        lastNanos = now;
    }

    /** Frames of a stream, each counted once. */
    long received(int stream) {
        return trackers[stream].report().received();
    }

    long received() {
        long sum = 0;
        for (int i = 0; i < trackers.length; i++) {
            sum += received(i);
        }
        return sum;
    }

    /** Frames for this port so far, those that came twice included: cheap. */
    long arrived() {
        return arrived;
    }

    long duplicates() {
        long sum = 0;
        for (StreamTracker each : trackers) {
            sum += each.report().duplicates();
        }
        return sum;
    }

    long reordered() {
        long sum = 0;
        for (StreamTracker each : trackers) {
            sum += each.report().reordered();
        }
        return sum;
    }

    /** Frames for stations of other ports. */
    long flooded() {
        return flooded;
    }

    /** Frames that are none of this trial's. */
    long strangers() {
        return strangers;
    }

    /** First and last frame that counts or was flooded; 0 without. */
    long firstNanos() {
        return firstNanos;
    }

    long lastNanos() {
        return lastNanos;
    }

    /** When the frame was made behind the last that is missing of a stream; 0 when none is. */
    long lastGapNanos(int stream) {
        return lastGapNanos[stream];
    }
}
