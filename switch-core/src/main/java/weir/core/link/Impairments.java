// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import weir.core.fdb.MacAddress;

/**
 * What one direction of a link does to frames. Probabilities are from 0 to 1.
 *
 * @param delayNanos time on the way, 0 to {@link #MAX_DELAY_NANOS}
 * @param jitterNanos how far delays spread, at most the delay. Order is kept: no frame leaves before the one in front, so
 *     frames that come closer together than the jitter are delayed more than their own draw
 * @param distribution how they spread; a draw below 0 counts as 0
 * @param loss frames lost
 * @param lossBurstFrames mean number of frames lost in a row, when losses come in bursts (a Gilbert model: E. N. Gilbert,
 *     Bell System Technical Journal 39, 1960); 0 loses each frame by itself
 * @param duplicate frames that arrive twice
 * @param reorder frames that are not delayed and so overtake those that are
 * @param corrupt frames with one bit flipped, anywhere in the frame
 * @param rateBitsPerSecond bits of frames without FCS and preamble; 0 has no limit
 * @param burstBytes bytes that may pass at once after a pause; 0 spaces frames as a line of that rate does
 * @param limitFrames frames that may be on their way in this direction at a time, for each queue of the port
 * @param down nothing passes
 * @param cut stations out of reach, as {@link MacAddress} has them: to the port frames from them do not pass, from the port
 *     those to them; group frames from the port pass
 */
public record Impairments(
        long delayNanos,
        long jitterNanos,
        DelayDistribution distribution,
        double loss,
        int lossBurstFrames,
        double duplicate,
        double reorder,
        double corrupt,
        long rateBitsPerSecond,
        long burstBytes,
        int limitFrames,
        boolean down,
        SortedSet<Long> cut) {
    /** One minute. */
    public static final long MAX_DELAY_NANOS = 60_000_000_000L;

    /** 100 Gbit/s. */
    public static final long MAX_RATE_BITS_PER_SECOND = 100_000_000_000L;

    /** Most frames on their way. */
    public static final int MAX_LIMIT_FRAMES = 65_536;

    /** Frames on their way unless said otherwise, as in tc-netem(8). */
    public static final int DEFAULT_LIMIT_FRAMES = 1000;

    /** Most stations out of reach. */
    public static final int MAX_CUT_STATIONS = 1024;

    private static final long MAX_BURST_BYTES = 1L << 30;
    private static final int MAX_LOSS_BURST_FRAMES = 1_000_000;

    /** A link that does nothing to frames. */
    public static final Impairments NONE = new Impairments(
            0,
            0,
            DelayDistribution.UNIFORM,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            DEFAULT_LIMIT_FRAMES,
            false,
            Collections.emptySortedSet());

    public Impairments {
        require(delayNanos, 0, MAX_DELAY_NANOS, "delay", "ns");
        require(jitterNanos, 0, MAX_DELAY_NANOS, "jitter", "ns");
        require(rateBitsPerSecond, 0, MAX_RATE_BITS_PER_SECOND, "rate", "bit/s");
        require(burstBytes, 0, MAX_BURST_BYTES, "burst", "bytes");
        require(limitFrames, 1, MAX_LIMIT_FRAMES, "limit", "frames");
        probability(loss, "loss");
        probability(duplicate, "duplicate");
        probability(reorder, "reorder");
        probability(corrupt, "corrupt");
        if (jitterNanos > delayNanos) {
            throw new IllegalArgumentException("jitter is larger than the delay that it spreads around");
        }
        if (reorder > 0 && delayNanos == 0) {
            throw new IllegalArgumentException("reorder needs a delay: frames overtake those that are delayed");
        }
        if (burstBytes > 0 && rateBitsPerSecond == 0) {
            throw new IllegalArgumentException("burst needs a rate");
        }
        requireBurst(loss, lossBurstFrames);
        cut = Collections.unmodifiableSortedSet(new TreeSet<>(cut));
        require(cut.size(), 0, MAX_CUT_STATIONS, "cut", "stations");
    }

    /** With other stations out of reach. */
    public Impairments withCut(Collection<Long> changed) {
        return new Impairments(
                delayNanos,
                jitterNanos,
                distribution,
                loss,
                lossBurstFrames,
                duplicate,
                reorder,
                corrupt,
                rateBitsPerSecond,
                burstBytes,
                limitFrames,
                down,
                new TreeSet<>(changed));
    }

    private static void requireBurst(double loss, int burstFrames) {
        if (burstFrames == 0) {
            return;
        }
        if (burstFrames < 1 || burstFrames > MAX_LOSS_BURST_FRAMES || loss == 0) {
            throw new IllegalArgumentException("loss-burst needs a loss, and is 1 to 1000000 frames");
        }
        if (loss > burstFrames / (burstFrames + 1.0)) {
            throw new IllegalArgumentException("a loss of " + loss + " in bursts of " + burstFrames
                    + " frames has no room for the frames between: lengthen loss-burst");
        }
    }

    private static void require(long value, long min, long max, String what, String unit) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    what + " " + value + " " + unit + " is out of range [" + min + ", " + max + "]");
        }
    }

    private static void probability(double value, String what) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(what + " " + value + " is not from 0 to 1");
        }
    }
}
