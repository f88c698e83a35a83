// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

/**
 * How a port's link is emulated. Immutable.
 *
 * @param toPort what happens to frames that leave the switch by the port
 * @param fromPort what happens to frames that come in by it
 * @param seed the n-th frame of a direction meets the same fate whenever seed and port number are the same
 * @param forNanos how long it lasts; 0 until it is changed
 */
public record LinkSettings(Impairments toPort, Impairments fromPort, long seed, long forNanos) {
    /** Longest time that a link clears itself after: one year. */
    public static final long MAX_FOR_NANOS = 365L * 24 * 3600 * 1_000_000_000L;

    public LinkSettings {
        if (forNanos < 0 || forNanos > MAX_FOR_NANOS) {
            throw new IllegalArgumentException("for " + forNanos + " ns is out of range [0, " + MAX_FOR_NANOS + "]");
        }
    }

    /** The same in both directions, with seed 0, until it is changed. */
    public static LinkSettings both(Impairments impairments) {
        return new LinkSettings(impairments, impairments, 0, 0);
    }

    /**
     * Reads settings such as {@code delay:20ms,jitter:5ms,loss:1%}, for both directions; {@code direction:to} or {@code
     * direction:from} among them chooses one, and {@code ;} separates what is different for the two:
     * {@code direction:to,rate:10mbit;direction:from,rate:1mbit}.
     *
     * @throws IllegalArgumentException that quotes what is wrong and says what there is
     */
    public static LinkSettings parse(String text) {
        return new LinkText(text).settings();
    }

    /** A text that {@link #parse} reads as these settings. */
    @Override
    public String toString() {
        return LinkText.write(this);
    }
}
