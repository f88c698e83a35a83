// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import org.jspecify.annotations.Nullable;
import weir.core.counter.PortCells;
import weir.core.frame.FrameRings;
import weir.core.port.PortQueue;
import weir.core.ring.SpscRing;

/**
 * The egress ports of a worker that are fed through a ring ({@link PortQueue#egressRing}): frames go
 * there as they are dispatched, instead of into rows.
 */
final class EgressRings {
    private FrameRings rings = new FrameRings(0);
    private int smallestMaxFrameBytes = Integer.MAX_VALUE;
    private boolean any;

    /** Takes up new targets; nothing is unpublished. */
    void adopt(@Nullable EgressTarget[] targets) {
        rings = new FrameRings(targets.length);
        smallestMaxFrameBytes = Integer.MAX_VALUE;
        any = false;
        for (EgressTarget target : targets) {
            SpscRing.Producer ring = target == null ? null : target.ring();
            if (target != null && ring != null) {
                rings.set(target.port.index(), ring);
                smallestMaxFrameBytes = Math.min(smallestMaxFrameBytes, target.port.maxFrameBytes());
                any = true;
            }
        }
    }

    /** Whether there is any such port. */
    boolean any() {
        return any;
    }

    /** Whether frames up to this length fit all such ports. */
    boolean allFit(int lengthBytes) {
        return lengthBytes <= smallestMaxFrameBytes;
    }

    FrameRings rings() {
        return rings;
    }

    /** Makes all frames visible to their consumers, and counts them. */
    void publish(PortCells[] cells) {
        FrameRings touched = rings;
        int n = touched.touched();
        for (int t = 0; t < n; t++) {
            int port = touched.touchedGroup(t);
            long bytes = touched.unpublishedBytes(port);
            int frames = touched.publish(port);
            PortCells counters = cells[port];
            counters.enqueued(frames);
            counters.transmitted(frames, bytes);
        }
    }

    /** Wakes consumers that wait; after {@link #publish} and a full fence. Forgets which were touched. */
    void wake(@Nullable EgressTarget[] targets) {
        FrameRings touched = rings;
        int n = touched.touched();
        for (int t = 0; t < n; t++) {
            int port = touched.touchedGroup(t);
            if (touched.consumerWaits(port)) {
                EgressTarget target = targets[port];
                if (target != null) {
                    target.flush();
                }
            }
        }
        touched.forgetTouched();
    }
}
