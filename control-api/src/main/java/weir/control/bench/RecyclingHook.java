// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameRows;
import weir.core.frame.Mem;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryScatter;
import weir.core.worker.WorkerHook;

/**
 * Generator and sink of the memory benchmark, in the worker's own thread: takes every delivered frame,
 * reads from its payload which port it came from, and sends it from there again. Frames are grouped by
 * origin like the switch groups by destination.
 */
final class RecyclingHook implements WorkerHook {
    /** Byte of the frame where the generator wrote its port as a little-endian 16-bit number. */
    static final int ORIGIN_BYTE = 48; // behind the headers of UDP over IPv4

    /** Frames of several ports are gathered before they go back, so that each origin gets more at a time. */
    private static final int GATHER = FrameBatch.MAX_CAPACITY;

    /** Rows of 16 frames and more are worth the second copy; below, frames go straight to their rings. */
    private static final int ROWS_PAY_UP_TO = GATHER / 16;

    private final MemoryEndpoint[] endpoints;
    private final long poolBase;
    private final int batch;
    private final long[] received;
    private final FrameRows rows;
    private final @Nullable MemoryScatter scatter;
    private final int[] origins;
    private long recycled;

    RecyclingHook(List<MemoryEndpoint> endpoints, long poolBase, int batch) {
        this.endpoints = endpoints.toArray(MemoryEndpoint[]::new);
        this.poolBase = poolBase;
        this.batch = batch;
        received = new long[GATHER];
        rows = new FrameRows(GATHER);
        rows.reserve(endpoints.size());
        scatter = endpoints.size() > ROWS_PAY_UP_TO ? new MemoryScatter(endpoints) : null;
        origins = new int[GATHER];
    }

    /** Frames recycled so far; the worker's thread only, or after it stopped. */
    long recycled() {
        return recycled;
    }

    @Override
    public int run() {
        int total = 0;
        int gathered = 0;
        for (MemoryEndpoint endpoint : endpoints) {
            if (gathered > GATHER - batch) {
                recycle(gathered);
                gathered = 0;
            }
            int n = endpoint.receive(received, gathered, batch);
            gathered += n;
            total += n;
        }
        if (gathered > 0) {
            recycle(gathered);
        }
        recycled += total;
        return total;
    }

    private void recycle(int n) {
        readOrigins(n);
        if (scatter != null) {
            if (scatter.enqueue(origins, received, 0, n) != n) {
                throw cannotHold();
            }
            scatter.publishFromWorker();
        } else {
            recycleByRows(n);
        }
    }

    private void recycleByRows(int n) {
        rows.add(origins, received, 0, n);
        int ports = rows.touched();
        for (int t = 0; t < ports; t++) {
            int origin = rows.touchedGroup(t);
            int count = rows.count(origin);
            rows.empty(origin);
            MemoryEndpoint endpoint = endpoints[origin];
            if (endpoint.enqueue(rows.words(), rows.first(origin), count) != count) {
                throw cannotHold();
            }
            endpoint.ringAfterFence();
        }
        rows.forgetTouched();
    }

    private static IllegalStateException cannotHold() {
        return new IllegalStateException("a port's ring cannot hold its own frames");
    }

    /** Header loads only, so that their misses overlap. */
    private void readOrigins(int n) {
        long base = poolBase;
        long[] frames = received;
        int[] from = origins;
        for (int i = 0; i < n; i++) {
            from[i] = Mem.getShort(base + Frame.position(frames[i]) + ORIGIN_BYTE);
        }
    }
}
