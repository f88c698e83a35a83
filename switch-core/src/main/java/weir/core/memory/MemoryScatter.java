// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import java.lang.invoke.VarHandle;
import java.util.List;
import weir.core.frame.FrameRings;

/**
 * Sends batches whose frames belong to different endpoints: each frame goes straight into the ring of
 * its endpoint, each ring that got some is published once. One thread, the one that uses all the
 * endpoints.
 */
public final class MemoryScatter {
    private final MemoryEndpoint[] endpoints;
    private final FrameRings rings;

    public MemoryScatter(List<MemoryEndpoint> endpoints) {
        this.endpoints = endpoints.toArray(MemoryEndpoint[]::new);
        rings = new FrameRings(this.endpoints.length);
        for (int i = 0; i < this.endpoints.length; i++) {
            rings.set(i, this.endpoints[i].submitted());
        }
    }

    /**
     * Takes frames for their endpoints; the switch sees them after {@link #publish}. As {@link
     * MemoryEndpoint#enqueue}: frames that came from this switch unchanged, and no endpoint is closed.
     *
     * @param endpointOf index of each frame's endpoint in the list
     * @return how many were taken, from the front; the others are still the caller's: the next one's ring
     *     is full
     */
    public int enqueue(int[] endpointOf, long[] frames, int from, int count) {
        int end = from + count;
        int i = rings.add(endpointOf, frames, from, end);
        while (i < end && rings.add(endpointOf[i], frames[i])) {
            i = rings.add(endpointOf, frames, i + 1, end);
        }
        return i - from;
    }

    /** Hands over what was taken, and wakes the workers that sleep. */
    public void publish() {
        int touched = publishRings();
        VarHandle.fullFence();
        ring(touched);
    }

    /** {@link #publish} for a worker hook on the ports' own worker, where no fence is needed. */
    public void publishFromWorker() {
        ring(publishRings());
    }

    private int publishRings() {
        int touched = rings.touched();
        for (int t = 0; t < touched; t++) {
            rings.publish(rings.touchedGroup(t));
        }
        return touched;
    }

    private void ring(int touched) {
        for (int t = 0; t < touched; t++) {
            endpoints[rings.touchedGroup(t)].ringAfterFence();
        }
        rings.forgetTouched();
    }
}
