// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What successive programs of one place share: who listens to their events, and the lock under which control code uses
 * maps (reading) and frees them (writing), since a kept map belongs to two programs for a while.
 */
record PlaceState(PerfEvents events, ReentrantReadWriteLock lock) {
    PlaceState() {
        this(new PerfEvents(), new ReentrantReadWriteLock());
    }
}
