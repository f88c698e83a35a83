// SPDX-License-Identifier: Apache-2.0
package weir.core.rate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import weir.core.ring.CacheLinePadded;

/**
 * A token bucket that any number of workers share without a lock. Instead of tokens it keeps the time at which it will
 * be full again (the theoretical arrival time of ITU-T I.371, annex A), so that one compare-and-set takes from it.
 *
 * <pre>
 *   full again at        now                          empty when "full again" is depthNanos ahead of now
 *   ----|-----------------|----------------------&gt;    cost moves "full again" to the right
 * </pre>
 *
 * Costs are given as times: what the rate takes to refill them.
 */
public final class TokenBucket extends CacheLinePadded {
    private static final VarHandle FULL_AT;

    static {
        try {
            FULL_AT = MethodHandles.lookup().findVarHandle(TokenBucket.class, "fullAtNanos", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long depthNanos;
    private long fullAtNanos;

    /**
     * @param depthNanos time to fill the empty bucket; 0 has each cost wait for its own time
     * @param nowNanos the bucket is full now
     */
    public TokenBucket(long depthNanos, long nowNanos) {
        this.depthNanos = depthNanos;
        fullAtNanos = nowNanos;
    }

    /** Takes the cost if it is there. Any thread. */
    public boolean take(long nowNanos, long costNanos) {
        while (true) {
            long fullAt = (long) FULL_AT.getOpaque(this);
            long from = later(fullAt, nowNanos);
            if (from + costNanos - nowNanos > depthNanos) {
                return false;
            }
            if (FULL_AT.weakCompareAndSetPlain(this, fullAt, from + costNanos)) {
                return true;
            }
        }
    }

    /**
     * Takes the cost, whether it is there or not. Any thread.
     *
     * @return when the cost will be there; {@code nowNanos} when it is there already
     */
    public long reserve(long nowNanos, long costNanos) {
        while (true) {
            long fullAt = (long) FULL_AT.getOpaque(this);
            long fullAfter = later(fullAt, nowNanos) + costNanos;
            if (FULL_AT.weakCompareAndSetPlain(this, fullAt, fullAfter)) {
                return later(nowNanos, fullAfter - depthNanos);
            }
        }
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }
}
