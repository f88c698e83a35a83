// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Monotonic nanoseconds that move only when a test says so. */
public final class FakeClock implements LongSupplier {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final AtomicLong nanos = new AtomicLong(1_000_000_000L);

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    public void advanceMillis(long millis) {
        nanos.addAndGet(millis * NANOS_PER_MILLI);
    }

    public void advanceSeconds(long seconds) {
        advanceMillis(seconds * 1000);
    }
}
