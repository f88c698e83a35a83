// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import java.util.List;
import java.util.function.LongSupplier;
import weir.core.frame.FramePool;

/**
 * What a switch lends to whoever looks at its frames by taps, one for each worker: captures, traces. Control threads.
 *
 * @param <L> who looks
 * @param <T> its taps
 */
public interface TapSite<L, T> {
    /** Of the switch. */
    String name();

    int workers();

    FramePool pool();

    /** The workers' clock, monotonic. */
    LongSupplier nanoClock();

    /**
     * Every worker uses its tap from now on, when this returns.
     *
     * @throws IllegalStateException when the switch is closed, or has as many of them as it may
     */
    void begin(L looker, List<T> taps);

    /** No worker uses its tap any more, when this returns. Idempotent. */
    void end(L looker);
}
