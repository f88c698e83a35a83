// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;

/**
 * A station behind a memory port with a thread of its own: sends to random other stations and to everybody, takes what
 * comes, gives it back. It goes on while its port is detached.
 */
public final class Talker implements AutoCloseable {
    private static final int BURST = 16;
    private static final long NAP_NANOS = 200_000;

    private final MemoryEndpoint endpoint;
    private final int station;
    private final int stations;
    private final int napAfterRounds;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean sending = true;
    private volatile boolean running = true;

    /**
     * @param stations how many stations there are to talk to, numbered from 0
     * @param napAfterRounds sleep in {@code await} after so many bursts, so that the sleep protocol is in use
     */
    public Talker(MemoryEndpoint endpoint, int station, int stations, int napAfterRounds) {
        this.endpoint = endpoint;
        this.station = station;
        this.stations = stations;
        this.napAfterRounds = napAfterRounds;
        thread = Thread.ofPlatform().name("talker-" + station).daemon(true).start(this::run);
    }

    private void run() {
        try {
            RandomGenerator random = Seeds.random(station);
            long[] frames = new long[BURST];
            for (int round = 1; running; round++) {
                if (sending) {
                    burst(frames, random);
                }
                if (round % napAfterRounds == 0 || !sending) {
                    endpoint.await(NAP_NANOS);
                }
                drain(frames);
            }
            drain(frames);
        } catch (Throwable t) {
            failure.set(t);
        }
    }

    private void burst(long[] frames, RandomGenerator random) {
        int n = endpoint.allocate(frames, 0, BURST);
        for (int i = 0; i < n; i++) {
            long destination = random.nextInt(8) == 0 ? Frames.BROADCAST : Frames.station(random.nextInt(stations));
            byte[] payload = Frames.untagged(destination, Frames.station(station), 60 + random.nextInt(40), i);
            frames[i] = Frame.withLength(frames[i], payload.length);
            endpoint.bytes(frames[i]).copyFrom(MemorySegment.ofArray(payload));
        }
        int taken = endpoint.send(frames, 0, n);
        sent.addAndGet(taken);
        endpoint.release(frames, taken, n - taken);
    }

    private void drain(long[] frames) {
        for (int n = endpoint.receive(frames, 0, BURST); n > 0; n = endpoint.receive(frames, 0, BURST)) {
            received.addAndGet(n);
            endpoint.release(frames, 0, n);
        }
    }

    public long sent() {
        return sent.get();
    }

    public long received() {
        return received.get();
    }

    /** Receives from now on, but sends no more. */
    public void stopSending() {
        sending = false;
    }

    /** Ends the thread; the endpoint is the caller's again. */
    @Override
    public void close() {
        running = false;
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive() || failure.get() != null) {
            throw new AssertionError("talker " + station + " failed", failure.get());
        }
    }
}
