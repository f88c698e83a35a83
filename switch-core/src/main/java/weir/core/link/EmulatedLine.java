// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.fdb.MacAddress;
import weir.core.frame.Frame;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.loop.LoopGuard;
import weir.core.offload.GsoSegmenter;
import weir.core.port.QueueContext;
import weir.core.rate.TokenBucket;

/**
 * One direction of one queue's link. A frame is first lost or not, then doubled, then damaged; each copy then waits for
 * its turn at the rate, and is delayed.
 */
abstract class EmulatedLine extends Timers.Timed {
    private static final int SOURCE_BYTE = 6;

    /**
     * Probes of switches are numbered apart, where no other frame gets: they come by time, and would shift the fates of the
     * frames behind them.
     */
    private static final long FIRST_PROBE = 1L << 48;

    private final LinkCells counted;
    private final HeldFrames held = new HeldFrames();
    final QueueContext context;
    final FrameStore store;
    private final GsoSegmenter segmenter;
    private final boolean towardsPort;
    private final int queue;
    private final int stationByte;

    private Impairments impairments = Impairments.NONE;
    private Fate fate = new Fate(0);
    private @Nullable TokenBucket bucket;
    private double lossEndsWith;
    private double lossBeginsWith;
    private boolean inLoss;
    private long[] cut = {};
    private int limit = Impairments.DEFAULT_LIMIT_FRAMES;
    private long number;
    private long probes;
    private long lastDue;
    private long heldSoFar;

    EmulatedLine(QueueContext context, LinkCells counted, boolean towardsPort, int queue) {
        this.context = context;
        this.counted = counted;
        this.towardsPort = towardsPort;
        this.queue = queue;
        stationByte = towardsPort ? SOURCE_BYTE : 0;
        store = context.frames();
        segmenter = new GsoSegmenter(store);
        held.reserve(limit);
    }

    /** Counts a frame as dropped; the caller releases it. */
    abstract void count(DropReason reason, long frame);

    /** Counts that one frame became two. */
    abstract void countCopy();

    /** Counts that one frame was cut into so many. */
    abstract void countParts(int parts);

    /** Changes what happens to the frames that come from now on; those on their way are not changed. */
    void set(EmulatedLink link) {
        impairments = towardsPort ? link.settings().toPort() : link.settings().fromPort();
        bucket = link.bucket(towardsPort);
        fate = new Fate(link.seed(queue, towardsPort));
        number = 0;
        probes = 0;
        inLoss = false;
        cut = impairments.cut().stream().mapToLong(Long::longValue).toArray();
        limit = impairments.limitFrames();
        held.reserve(limit);
        lossEndsWith = impairments.lossBurstFrames() == 0 ? 0 : 1.0 / impairments.lossBurstFrames();
        lossBeginsWith = impairments.loss() * lossEndsWith / (1 - impairments.loss());
    }

    /** From now on frames pass untouched, behind those on their way, which arrive at once. */
    void end(long now) {
        impairments = Impairments.NONE;
        cut = new long[0];
        bucket = null;
        held.hurry(now);
        lastDue = now;
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    boolean isDue(long now) {
        return held.isDue(now);
    }

    /** Frames that did not pass at once, ever. */
    long heldSoFar() {
        return heldSoFar;
    }

    /** When the last frame that was held arrives. */
    long lastDue() {
        return lastDue;
    }

    /** When the first frame on its way arrives; there is one. */
    long firstDue() {
        return held.firstDue();
    }

    /**
     * Decides about one frame, which belongs to the line from now on.
     *
     * @param out gets what passes at once, from index {@code n} on and below {@code end}
     * @return index behind the last
     */
    int accept(long frame, long now, long[] out, int n, int end) {
        Impairments it = impairments;
        boolean isProbe = hasHeader(frame) && addressAt(frame, 0) == LoopGuard.PROBE_DESTINATION;
        long k = isProbe ? FIRST_PROBE + probes++ : number++;
        if (it.down()) {
            drop(DropReason.LINK_DOWN, frame);
            return n;
        }
        if (cut.length > 0 && isCut(frame)) {
            drop(DropReason.LINK_CUT, frame);
            return n;
        }
        if (isLost(it, k, isProbe)) {
            drop(DropReason.LINK_LOSS, frame);
            return n;
        }
        boolean twice = fate.happens(k, Fate.DUPLICATE, it.duplicate());
        if (twice) {
            store.share(frame, 1);
            counted.duplicated();
            countCopy();
        }
        long delay = delay(it, k, Fate.JITTER, Fate.JITTER_ANGLE);
        int next = fate.happens(k, Fate.CORRUPT, it.corrupt())
                ? passDamaged(frame, it, k, delay, now, out, n, end)
                : pass(frame, it, k, delay, now, out, n, end);
        return twice
                ? pass(frame, it, k, delay(it, k, Fate.COPY_JITTER, Fate.COPY_JITTER_ANGLE), now, out, next, end)
                : next;
    }

    private boolean isCut(long frame) {
        return hasHeader(frame) && Arrays.binarySearch(cut, addressAt(frame, stationByte)) >= 0;
    }

    private static boolean hasHeader(long frame) {
        return Frame.length(frame) >= Frame.ETHERNET_HEADER_BYTES;
    }

    private long addressAt(long frame, int offsetBytes) {
        return Mem.getLong(store.pool().address(frame) + offsetBytes) & MacAddress.MASK;
    }

    /** A burst is one of frames: probes meet it and are lost, but neither begin nor end it. */
    private boolean isLost(Impairments it, long k, boolean isProbe) {
        if (it.lossBurstFrames() == 0) {
            return fate.happens(k, Fate.LOSS, it.loss());
        }
        if (!isProbe) {
            inLoss = inLoss ? !fate.happens(k, Fate.LOSS, lossEndsWith) : fate.happens(k, Fate.LOSS, lossBeginsWith);
        }
        return inLoss;
    }

    /**
     * Passes a frame with one bit flipped. What its sender left to be done is done before, since whoever finished the
     * checksum of a flipped bit would hide it; of a frame that is cut the first packet is damaged, as by
     * {@code netem_enqueue}, net/sched/sch_netem.c.
     */
    private int passDamaged(long frame, Impairments it, long k, long delay, long now, long[] out, int n, int end) {
        if (!Frame.hasOffload(frame)) {
            long own = damaged(frame, k);
            return own < 0 ? n : pass(own, it, k, delay, now, out, n, end);
        }
        int count = segmenter.open(frame);
        if (count == 0) {
            drop(DropReason.BAD_OFFLOAD, frame);
            return n;
        }
        int next = n;
        int made = 0;
        long packet = segmenter.next(context.account());
        while (packet >= 0) {
            long own = made == 0 ? damaged(packet, k) : packet;
            next = own < 0 ? next : pass(own, it, k, delay, now, out, next, end);
            packet = ++made < count ? segmenter.next(context.account()) : -1;
        }
        if (made < count) {
            count(DropReason.NO_BUFFER, frame); // the rest of it, as one
            made++;
        }
        if (made > 1) {
            countParts(made);
        }
        segmenter.close();
        return next;
    }

    /** The frame with one bit flipped, in a copy when others hold it; -1 when there is no slot for one. */
    private long damaged(long frame, long k) {
        long own = frame;
        if (!store.isExclusive(frame)) {
            own = store.copy(frame, context.account());
            if (own < 0) {
                drop(DropReason.NO_BUFFER, frame);
                return -1;
            }
            store.release(frame);
        }
        long bit = fate.below(k, Fate.CORRUPT_BIT, (long) Frame.length(own) * Byte.SIZE);
        long address = store.pool().address(own) + bit / Byte.SIZE;
        Mem.putByte(address, (byte) (Mem.getByte(address) ^ 1 << (bit % Byte.SIZE)));
        counted.corrupted();
        return own;
    }

    private long delay(Impairments it, long k, int draw, int secondDraw) {
        long jitter = it.jitterNanos();
        if (jitter == 0) {
            return it.delayNanos();
        }
        double spread = it.distribution() == DelayDistribution.UNIFORM
                ? 2 * fate.unit(k, draw) - 1
                : fate.normal(k, draw, secondDraw);
        return Math.max(0, it.delayNanos() + (long) (spread * jitter));
    }

    private int pass(long frame, Impairments it, long k, long delay, long now, long[] out, int n, int end) {
        if (held.size() >= limit) {
            drop(DropReason.LINK_QUEUE_FULL, frame);
            return n;
        }
        TokenBucket rate = bucket;
        long due = rate == null
                ? now
                : rate.reserve(now, EmulatedLink.nanosFor(Frame.length(frame), it.rateBitsPerSecond()));
        if (n < end && fate.happens(k, Fate.REORDER, it.reorder())) {
            if (!held.isEmpty()) {
                counted.reordered();
            }
            out[n] = frame;
            return n + 1;
        }
        due += delay;
        if (held.isEmpty()) {
            if (n < end && due - now <= 0) {
                out[n] = frame;
                return n + 1;
            }
        } else if (lastDue - due > 0) {
            due = lastDue;
        }
        lastDue = due;
        held.add(frame, due);
        heldSoFar++;
        counted.held(1);
        return n;
    }

    /** Takes frames that have arrived, in order; returns the index behind the last. */
    int takeDue(long now, long[] out, int from, int end) {
        int n = from;
        while (n < end && held.isDue(now)) {
            out[n++] = held.take();
        }
        if (n > from) {
            counted.held(from - n);
        }
        return n;
    }

    /** Gives up whatever is on its way. */
    void dropAll(DropReason reason) {
        counted.held(-held.size());
        while (!held.isEmpty()) {
            drop(reason, held.take());
        }
    }

    private void drop(DropReason reason, long frame) {
        count(reason, frame);
        store.release(frame);
    }
}
