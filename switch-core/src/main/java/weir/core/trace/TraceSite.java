// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.util.List;
import java.util.function.LongSupplier;
import weir.core.frame.FramePool;

/** What a switch lends to a trace. Control threads. */
public interface TraceSite {
    /** Of the switch. */
    String name();

    int workers();

    FramePool pool();

    /** The workers' clock, monotonic. */
    LongSupplier nanoClock();

    /**
     * Every worker uses its tap from now on, when this returns.
     *
     * @throws IllegalStateException when the switch is closed, or {@link TraceSettings#MAX_RUNNING} traces run
     */
    void begin(Trace trace, List<TraceTap> taps);

    /** No worker uses its tap any more, when this returns. Idempotent. */
    void end(Trace trace, List<TraceTap> taps);
}
