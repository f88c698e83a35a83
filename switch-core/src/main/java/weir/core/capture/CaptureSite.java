// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import java.util.List;
import java.util.function.LongSupplier;
import weir.core.frame.FramePool;

/** What a switch lends to a capture. Control threads. */
public interface CaptureSite {
    /** Of the switch. */
    String name();

    int workers();

    FramePool pool();

    /** The workers' clock, monotonic. */
    LongSupplier nanoClock();

    /** Every worker uses its tap from now on, when this returns. */
    void begin(Capture capture, List<CaptureTap> taps);

    /** No worker uses its tap any more, when this returns. Idempotent. */
    void end(Capture capture, List<CaptureTap> taps);
}
