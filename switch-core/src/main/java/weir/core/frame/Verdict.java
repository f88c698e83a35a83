// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import weir.core.counter.DropReason;

/**
 * What is to become of a frame, as an {@code int}: the index of the egress port (0 and up) or one of
 * the negative codes here.
 */
public final class Verdict {
    /** Nobody has decided yet; the switch's own pipeline will. */
    public static final int UNDECIDED = -1;

    /** To every other port of the frame's VLAN. */
    public static final int FLOOD = -2;

    /** To the destinations that {@link FrameBatch#copies} lists for the frame. */
    public static final int COPIES = -3;

    private static final int DROP_DECIDED = -64;
    private static final int DROP_INGRESS = -128;

    private Verdict() {}

    /** Drop, counted as a decision about the frame. */
    public static int drop(DropReason reason) {
        return DROP_DECIDED - reason.index();
    }

    /** Drop because the frame itself is not acceptable, counted at its ingress port before a decision. */
    public static int refuse(DropReason reason) {
        return DROP_INGRESS - reason.index();
    }

    /** Whether the frame is dropped, for either reason. */
    public static boolean isDrop(int verdict) {
        return verdict <= DROP_DECIDED;
    }

    /** Whether the frame was refused at ingress. */
    public static boolean isRefusal(int verdict) {
        return verdict <= DROP_INGRESS;
    }

    /** Reason of a verdict made by {@link #drop} or {@link #refuse}. */
    public static DropReason reason(int verdict) {
        return DropReason.ALL.get(verdict <= DROP_INGRESS ? DROP_INGRESS - verdict : DROP_DECIDED - verdict);
    }
}
