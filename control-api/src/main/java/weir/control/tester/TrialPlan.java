// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import java.util.List;

/**
 * One trial (RFC 2544, 23): what is sent, and how long is waited for what is still on its way.
 *
 * @param streams one for each port that sends
 * @param settleSeconds without a frame before the trial is over; it ends at once when every frame is there
 * @param isTimed whether the latency of each frame is kept
 */
public record TrialPlan(List<Stream> streams, double settleSeconds, boolean isTimed) {
    public TrialPlan {
        streams = List.copyOf(streams);
        if (streams.isEmpty()) {
            throw new IllegalArgumentException("a trial needs a stream");
        }
    }

    public TrialPlan(List<Stream> streams, double settleSeconds) {
        this(streams, settleSeconds, false);
    }
}
