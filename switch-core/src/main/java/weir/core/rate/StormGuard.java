// SPDX-License-Identifier: Apache-2.0
package weir.core.rate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One port's storm limits at work, shared by all workers: a token bucket a class, 50 ms of the limit deep, so that any
 * second lets through at most 5 % more than the limit (one frame more for limits below 20).
 */
public final class StormGuard {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long DEPTH_NANOS = 50_000_000;
    private static final long QUIET_NANOS = 5 * NANOS_PER_SECOND;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final StormLimits limits;
    private final @Nullable TokenBucket[] buckets = new TokenBucket[FloodClass.ALL.size()];
    private final long[] costNanos = new long[FloodClass.ALL.size()];
    private final long[] lastDropNanos = new long[FloodClass.ALL.size()];

    private StormGuard(StormLimits limits, long nowNanos) {
        this.limits = limits;
        limits.framesPerSecond().forEach((kind, limit) -> {
            int at = FloodClass.ALL.indexOf(kind);
            costNanos[at] = Math.max(1, Math.round((double) NANOS_PER_SECOND / limit));
            buckets[at] = new TokenBucket(Math.max(DEPTH_NANOS, costNanos[at]), nowNanos);
            lastDropNanos[at] = nowNanos - QUIET_NANOS;
        });
    }

    /** The guard of a port with these limits; null when there are none. */
    public static @Nullable StormGuard of(StormLimits limits, long nowNanos) {
        return limits.isNone() ? null : new StormGuard(limits, nowNanos);
    }

    /** Whether one more frame of a class may flood now. Any worker. */
    @SuppressWarnings("EnumOrdinal")
    public boolean admits(FloodClass kind, long nowNanos) {
        int at = kind.ordinal();
        TokenBucket bucket = buckets[at];
        return bucket == null || bucket.take(nowNanos, costNanos[at]);
    }

    /**
     * Notes that a frame was dropped.
     *
     * @return whether a storm begins with it: the first of its class for 5 s, and told to one caller only
     */
    @SuppressWarnings("EnumOrdinal")
    public boolean isOnset(FloodClass kind, long nowNanos) {
        int at = kind.ordinal();
        long before = (long) LONGS.getOpaque(lastDropNanos, at);
        if (nowNanos - before < QUIET_NANOS) {
            LONGS.setOpaque(lastDropNanos, at, nowNanos);
            return false;
        }
        return LONGS.compareAndSet(lastDropNanos, at, before, nowNanos);
    }

    /** The limit of a class that has one. */
    public int limit(FloodClass kind) {
        return limits.framesPerSecond().getOrDefault(kind, 0);
    }
}
