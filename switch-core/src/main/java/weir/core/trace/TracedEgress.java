// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;

/**
 * What became of a frame at a port that it was sent to.
 *
 * @param port its name
 * @param number its number; 0 when it was gone already
 * @param frames how many: more than one where a frame was cut
 * @param reason of a drop; null otherwise
 * @param worker that has it now
 * @param tag what was done to the VLAN tag; empty for nothing
 * @param link what an emulated link did; empty for nothing
 */
public record TracedEgress(
        String port,
        int number,
        Outcome outcome,
        int frames,
        @Nullable DropReason reason,
        int worker,
        String tag,
        String link) {
    /** How far it came. */
    public enum Outcome {
        /** The port's queue has it. */
        ENQUEUED,
        /** It is in the ring of another worker, which has the port's queue. */
        HANDED_OVER,
        DROPPED
    }
}
