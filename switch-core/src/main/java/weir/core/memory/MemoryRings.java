// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import weir.core.ring.SpscRing;

/** The four rings between a user's thread and a worker, and what each side tells the other. */
final class MemoryRings {
    final SpscRing submitted;
    final SpscRing returned;
    final SpscRing delivered;
    final SpscRing empty;

    /** The user found the ring of empty frames dry; the worker fills it and clears this. */
    volatile boolean emptyWanted;

    private boolean oneSideLeft;

    MemoryRings(int frames) {
        submitted = new SpscRing(frames);
        returned = new SpscRing(frames);
        delivered = new SpscRing(frames);
        empty = new SpscRing(frames);
    }

    /**
     * Called once by each side when it will never touch the rings again. The one that leaves last empties
     * them all.
     *
     * @return whether the other side had left before
     */
    synchronized boolean leave() {
        boolean last = oneSideLeft;
        oneSideLeft = true;
        return last;
    }
}
