// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import java.util.List;
import weir.control.gen.FrameSource;
import weir.control.gen.Pace;
import weir.control.gen.Traffic;
import weir.control.gen.UdpFrames;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;

/**
 * One {@link Stream} on its way into a port. The tester's thread; nothing is allocated for a frame. A frame that found no
 * room waits for its turn, and those due behind it with it; what is due for longer than {@link Pace} makes up for is left out.
 */
final class SendingPort {
    private static final int BATCH = 64;

    /** Empty frames at hand, so that a device which gives some at a time does not hold up a burst. */
    private static final int STOCK = 512;

    /** What a step may take longer than its time before the rest of it is left out. */
    private static final double GRACE = 0.01;

    private static final long LEAST_GRACE_NANOS = 5_000_000;

    private final Stream stream;
    private final MemoryEndpoint end;
    private final long poolBase;
    private final int ports;
    private final FrameSource frames;
    private final FirstLoads loads = new FirstLoads();
    private final long[] batch = new long[BATCH];
    private final long[] stock = new long[STOCK];
    private final long[] stepStarts;
    private Pace pace;
    private int step;
    private long made;
    private int stocked;
    private int held;
    private int heldFrom;
    private int nextSource;
    private int nextDestination;
    private boolean done;
    private long stepEnd;
    private long sent;
    private long expected;
    private long rounds;
    private long fullRounds;
    private long starvedRounds;
    private long firstNanos;
    private long lastNanos;

    /** @param number that its frames carry, to tell them from those of other streams */
    SendingPort(Stream stream, DeviceUnderTest device, int number) {
        this.stream = stream;
        end = device.end(stream.port());
        poolBase = device.poolBase();
        ports = device.ports();
        Traffic simple = Traffic.simple();
        frames = new UdpFrames(
                new Traffic(
                        List.of(stream.frameBytes()),
                        stream.flows(),
                        simple.sourceMac(),
                        1,
                        simple.destinationMac(),
                        1,
                        simple.source(),
                        simple.destination(),
                        true),
                number);
        stepStarts = new long[stream.steps().size()];
        pace = new Pace(stream.steps().getFirst().pps(), 1);
    }

    /** Takes empty frames; returns whether there are enough to begin. */
    boolean isStocked() {
        restock();
        return stocked == STOCK;
    }

    private void restock() {
        stocked += end.allocate(stock, stocked, STOCK - stocked);
    }

    void start(long now) {
        begin(0, now);
        firstNanos = now;
        lastNanos = now;
    }

    private void begin(int number, long now) {
        Stream.Step next = stream.steps().get(number);
        step = number;
        stepStarts[number] = now;
        made = 0;
        long time = next.nanos();
        stepEnd = now + time + (next.isCounted() ? Math.max((long) (GRACE * time), LEAST_GRACE_NANOS) : 0);
        pace = new Pace(next.pps(), 1);
        pace.start(now);
    }

    /** Sends what is due. Returns how much was done. */
    int send(long now) {
        if (done) {
            return 0;
        }
        if (held == 0) {
            long left = stream.steps().get(step).frames() - made;
            if (left == 0 || now - stepEnd >= 0) {
                endStep(now);
                return 1;
            }
            make((int) Math.min(left, BATCH), now);
        }
        return held > 0 ? put(now) : 0;
    }

    private void endStep(long now) {
        if (step + 1 < stream.steps().size()) {
            begin(step + 1, now);
        } else {
            done = true;
            end.release(stock, 0, stocked);
            stocked = 0;
        }
    }

    private void make(int atMost, long now) {
        int due = pace.take(now, atMost);
        if (due <= 0) {
            return;
        }
        rounds++;
        if (stocked < STOCK / 2) {
            restock();
        }
        int n = Math.min(due, stocked);
        stocked -= n;
        System.arraycopy(stock, stocked, batch, 0, n);
        if (n < due) {
            pace.giveBack(due - n);
            starvedRounds++;
        }
        loads.of(batch, n, poolBase);
        int bytes = stream.frameBytes();
        for (int i = 0; i < n; i++) {
            long address = poolBase + Frame.position(batch[i]);
            frames.writeNext(address, now);
            addresses(address);
            batch[i] = Frame.withLength(batch[i], bytes);
        }
        made += n;
        heldFrom = 0;
        held = n;
    }

    private void addresses(long at) {
        Addresses destinations = stream.destinations();
        long destination = destinations.get(nextDestination);
        nextDestination = nextDestination + 1 < destinations.count() ? nextDestination + 1 : 0;
        Addresses sources = stream.sources();
        Stations.write(at, destination);
        Stations.write(at + Stations.ADDRESS_BYTES, sources.get(nextSource));
        nextSource = nextSource + 1 < sources.count() ? nextSource + 1 : 0;
        expected += destination == Stations.BROADCAST ? ports - 1 : 1;
    }

    private int put(long now) {
        int n = end.enqueue(batch, heldFrom, held);
        if (n > 0) {
            end.ring();
            sent += n;
            lastNanos = now;
        }
        heldFrom += n;
        held -= n;
        if (held > 0) {
            fullRounds++;
            if (now - stepEnd >= 0) {
                giveUp();
            }
        }
        return n;
    }

    /** The time is over, and these never left: they were not offered. */
    private void giveUp() {
        for (int i = heldFrom; i < heldFrom + held; i++) {
            expected -= Stations.isBroadcastAt(poolBase + Frame.position(batch[i])) ? ports - 1 : 1;
        }
        end.release(batch, heldFrom, held);
        held = 0;
    }

    boolean isDone() {
        return done;
    }

    /** Frames that the port has taken. */
    long sent() {
        return sent;
    }

    /** Frames that were to be sent; those sent where the steps do not say. */
    long intended() {
        long sum = 0;
        for (Stream.Step each : stream.steps()) {
            if (!each.isCounted()) {
                return sent;
            }
            sum += each.frames();
        }
        return sum;
    }

    /** Arrivals that these must lead to: one of each, and one at every other port of a broadcast. */
    long expected() {
        return expected;
    }

    /** Whether the port had no room in most rounds in which something was due. */
    boolean isHeldUpByThePort() {
        return fullRounds * 2 > rounds;
    }

    /** Rounds in which something was due, and no room or no frame was there for all of it. */
    long waits() {
        return fullRounds + starvedRounds;
    }

    /** Beginning of the first frame, and of the last. */
    long firstNanos() {
        return firstNanos;
    }

    long lastNanos() {
        return lastNanos;
    }

    /** When a step began; 0 before it did. */
    long stepStart(int number) {
        return stepStarts[number];
    }
}
