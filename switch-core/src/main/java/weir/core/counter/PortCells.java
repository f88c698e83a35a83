// SPDX-License-Identifier: Apache-2.0
package weir.core.counter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one worker counted for one port. Written by that worker only, once per batch; read by anyone at
 * any time. Each cell is opaque: never torn, visible soon, not ordered against the others. A snapshot
 * is exact when the switch is at rest.
 *
 * <pre>
 *  16 words padding | received packets, bytes | decided | flood copies | clones | enqueued
 *                   | transmitted packets, bytes | ingress drops by reason
 *                   | decision drops by reason | egress drops by reason | 16 words padding
 * </pre>
 */
public final class PortCells {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PADDING = 16;
    private static final int REASONS = DropReason.ALL.size();

    static final int RECEIVED = PADDING;
    static final int RECEIVED_BYTES = RECEIVED + 1;
    static final int DECIDED = RECEIVED + 2;
    static final int FLOOD_COPIES = RECEIVED + 3;
    static final int CLONES = RECEIVED + 4;
    static final int ENQUEUED = RECEIVED + 5;
    static final int TRANSMITTED = RECEIVED + 6;
    static final int TRANSMITTED_BYTES = RECEIVED + 7;
    static final int INGRESS_DROPS = RECEIVED + 8;
    static final int DECISION_DROPS = INGRESS_DROPS + REASONS;
    static final int EGRESS_DROPS = DECISION_DROPS + REASONS;
    static final int END = EGRESS_DROPS + REASONS;

    private final long[] words = new long[END + PADDING];

    /** All cells zero. */
    public PortCells() {
        // The array is zero.
    }

    private void add(int word, long n) {
        WORD.setOpaque(words, word, words[word] + n);
    }

    /** Frames taken from the port's queue; those dropped before a decision are among them. */
    public void received(long packets, long bytes) {
        add(RECEIVED, packets);
        add(RECEIVED_BYTES, bytes);
    }

    /** Frames of this ingress port that reached a decision. */
    public void decided(long packets) {
        add(DECIDED, packets);
    }

    /** Copies beyond the first that flooding a frame of this ingress port made; may be -1 in one call. */
    public void floodCopies(long copies) {
        add(FLOOD_COPIES, copies);
    }

    /** Frames given to this egress port by a decision. */
    public void enqueued(long packets) {
        add(ENQUEUED, packets);
    }

    /** Frames that left through this port. */
    public void transmitted(long packets, long bytes) {
        add(TRANSMITTED, packets);
        add(TRANSMITTED_BYTES, bytes);
    }

    /** Received, but dropped before a decision. */
    public void dropIngress(DropReason reason, long packets) {
        add(INGRESS_DROPS + reason.index(), packets);
    }

    /** Decided, and the decision was to drop. */
    public void dropDecided(DropReason reason, long packets) {
        add(DECISION_DROPS + reason.index(), packets);
    }

    /** Enqueued to this egress port, but dropped there. */
    public void dropEgress(DropReason reason, long packets) {
        add(EGRESS_DROPS + reason.index(), packets);
    }

    /** Adds every cell to an array of {@link #width()} words; any thread. */
    void addTo(long[] totals) {
        for (int i = PADDING; i < END; i++) {
            totals[i - PADDING] += (long) WORD.getOpaque(words, i);
        }
    }

    static int width() {
        return END - PADDING;
    }
}
