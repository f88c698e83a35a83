// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;
import weir.core.testing.Frames;

/** Two stations: a burst goes over and must arrive whole, then the next one goes back. */
final class Neighbours implements AutoCloseable {
    private static final int BURST = 16;
    private static final int FRAME_BYTES = 64;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final MemoryEndpoint[] endpoints;
    private final AtomicLong exchanged = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean running = true;

    Neighbours(MemoryEndpoint first, MemoryEndpoint second) {
        endpoints = new MemoryEndpoint[] {first, second};
        thread = Thread.ofPlatform().name("neighbours").daemon(true).start(this::run);
    }

    private void run() {
        try {
            while (running) {
                carry(0, 1);
                carry(1, 0);
                exchanged.addAndGet(BURST);
            }
        } catch (Throwable t) {
            failure.set(t);
        }
    }

    private void carry(int from, int to) {
        long[] frames = new long[BURST];
        byte[] payload = Frames.untagged(Frames.station(100 + to), Frames.station(100 + from), FRAME_BYTES, 1);
        for (int i = 0; i < BURST; i++) {
            frames[i] = Frame.withLength(endpoints[from].allocate(PATIENCE_NANOS), FRAME_BYTES);
            endpoints[from].bytes(frames[i]).copyFrom(MemorySegment.ofArray(payload));
        }
        for (int sent = 0; sent < BURST; ) {
            sent += endpoints[from].send(frames, sent, BURST - sent);
        }
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (int got = 0; got < BURST; ) {
            endpoints[to].await(PATIENCE_NANOS);
            int n = endpoints[to].receive(frames, 0, BURST);
            endpoints[to].release(frames, 0, n);
            got += n;
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError((BURST - got) + " of a burst did not arrive");
            }
        }
    }

    /** Frames that either of them has sent and the other has got. */
    long exchanged() {
        return exchanged.get();
    }

    /** Ends with a whole exchange. */
    @Override
    public void close() {
        running = false;
        try {
            thread.join(120_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive() || failure.get() != null) {
            throw new AssertionError("neighbours failed", failure.get());
        }
    }
}
