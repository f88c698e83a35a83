// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import org.jspecify.annotations.Nullable;
import weir.core.rate.TokenBucket;

/**
 * Settings of one port's link as they were put into force: what the queues of the port share. A rate is that of the
 * port, however many queues and workers serve it.
 */
public final class EmulatedLink {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long BITS_PER_BYTE = 8;

    private final LinkSettings settings;
    private final int portNumber;
    private final long endsAtNanos;
    private final @Nullable TokenBucket toPort;
    private final @Nullable TokenBucket fromPort;

    /**
     * @param portNumber makes the fates of ports with the same seed differ
     * @param nowNanos the workers' time
     */
    public EmulatedLink(LinkSettings settings, int portNumber, long nowNanos) {
        this.settings = settings;
        this.portNumber = portNumber;
        endsAtNanos = nowNanos + settings.forNanos();
        toPort = bucket(settings.toPort(), nowNanos);
        fromPort = bucket(settings.fromPort(), nowNanos);
    }

    private static @Nullable TokenBucket bucket(Impairments impairments, long nowNanos) {
        long rate = impairments.rateBitsPerSecond();
        return rate == 0 ? null : new TokenBucket(nanosFor(impairments.burstBytes(), rate), nowNanos);
    }

    /** Time that bytes take at a rate, to the nearest nanosecond. */
    static long nanosFor(long bytes, long bitsPerSecond) {
        double nanos = (double) bytes * BITS_PER_BYTE * NANOS_PER_SECOND / bitsPerSecond;
        return Math.round(nanos);
    }

    public LinkSettings settings() {
        return settings;
    }

    /** Time that is left of {@link LinkSettings#forNanos}; 0 when it has no end. */
    public long nanosLeft(long nowNanos) {
        return settings.forNanos() == 0 ? 0 : Math.max(1, endsAtNanos - nowNanos);
    }

    boolean ends() {
        return settings.forNanos() != 0;
    }

    long endsAtNanos() {
        return endsAtNanos;
    }

    /** Seed of one queue's frames in one direction. */
    long seed(int queue, boolean towardsPort) {
        return settings.seed() * 0x1_0000_0000L + portNumber * 0x1_0000L + queue * 2L + (towardsPort ? 1 : 0);
    }

    @Nullable
    TokenBucket bucket(boolean towardsPort) {
        return towardsPort ? toPort : fromPort;
    }
}
