// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

/**
 * When frames are due: so many at a time, so many a second, counted from the start, so that short delays are made up for.
 * Who is longer behind than {@link #MAX_BEHIND_NANOS} skips what is missing; {@link #skipped} counts it.
 */
public final class Pace {
    /** A rate without limit. */
    static final double UNLIMITED = Double.POSITIVE_INFINITY;

    private static final long MAX_BEHIND_NANOS = 100_000_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final double framesPerNano;
    private final int burst;
    private long startNanos;
    private long given;
    private long skipped;

    /**
     * @param ratePps frames a second, {@link #UNLIMITED} or more than 0
     * @param burst frames that are due together, 1 and more
     */
    public Pace(double ratePps, int burst) {
        framesPerNano = ratePps / NANOS_PER_SECOND;
        this.burst = burst;
    }

    public void start(long nowNanos) {
        startNanos = nowNanos;
    }

    public boolean isUnlimited() {
        return framesPerNano == UNLIMITED;
    }

    boolean isFasterThan(double pps) {
        return framesPerNano > pps / NANOS_PER_SECOND;
    }

    /** Frames to send now, at most so many; they count as sent. */
    public int take(long nowNanos, int atMost) {
        if (isUnlimited()) {
            return atMost;
        }
        long due = dueSince(nowNanos - startNanos) - given;
        long behind = Math.max(burst, (long) (MAX_BEHIND_NANOS * framesPerNano));
        if (due > behind + burst) {
            skipped += due - behind;
            given += due - behind;
            due = behind;
        }
        int now = (int) Math.min(due, atMost);
        given += now;
        return now;
    }

    /** Gives back what could not be sent after all. */
    public void giveBack(int frames) {
        given -= frames;
    }

    private long dueSince(long elapsedNanos) {
        return ((long) (elapsedNanos * framesPerNano / burst) + 1) * burst;
    }

    /** Nanoseconds between two bursts; 0 without a limit. */
    long intervalNanos() {
        return isUnlimited() ? 0 : (long) (burst / framesPerNano);
    }

    /** Frames that were due too long ago, and were never sent. */
    public long skipped() {
        return skipped;
    }
}
