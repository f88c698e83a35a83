// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import java.io.IOException;
import java.util.List;

/**
 * Who gets what is captured, on the capture's own thread. What it throws ends the capture; it is closed all the same.
 * It may block, and workers lose frames meanwhile.
 */
public interface CaptureConsumer {
    /**
     * Takes a frame.
     *
     * @param frame used again for the next one: keep neither it nor its bytes
     */
    void frame(CapturedFrame frame) throws IOException;

    /** Comes at least every 100 ms while the consumer keeps up: the time to show what was written so far. */
    default void flush() throws IOException {}

    /**
     * The last call: everything was delivered, or the consumer failed.
     *
     * @param ports what was counted of each port that had a frame
     */
    default void end(List<CaptureCounters> ports) throws IOException {}
}
