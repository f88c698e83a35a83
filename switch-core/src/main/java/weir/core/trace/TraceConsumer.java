// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.io.IOException;

/** Who gets the frames of a trace, on the trace's own thread. What it throws ends the trace. It may block. */
public interface TraceConsumer {
    /**
     * Takes a frame.
     *
     * @param number from 1 on
     */
    void frame(int number, TracedFrame frame) throws IOException;

    /** Comes when everything that is there was delivered. */
    default void flush() throws IOException {}

    /** The last call: all frames are there, the trace was closed, or the consumer failed. */
    default void end(TraceCounters counters) throws IOException {}
}
