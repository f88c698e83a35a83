// SPDX-License-Identifier: Apache-2.0
package weir.core.counter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import weir.core.ring.CacheLinePadded;

/**
 * What one worker counted for one port. Written by that worker only, once per batch; read by anyone at
 * any time. Each cell is opaque: never torn, visible soon, not ordered against the others. A snapshot
 * is exact when the switch is at rest.
 *
 * <p>The cells that every batch writes are fields, so that a batch touches one or two cache lines of
 * each port; drops have an array of their own:
 *
 * <pre>
 *  ingress drops by reason | decision drops by reason | egress drops by reason | 16 words padding
 * </pre>
 */
public final class PortCells extends CacheLinePadded {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle RECEIVED = cell("received");
    private static final VarHandle RECEIVED_BYTES = cell("receivedBytes");
    private static final VarHandle DECIDED = cell("decided");
    private static final VarHandle FLOOD_COPIES = cell("floodCopies");
    private static final VarHandle CLONES = cell("clones");
    private static final VarHandle SEGMENTS = cell("segments");
    private static final VarHandle SEGMENTED = cell("segmented");
    private static final VarHandle ENQUEUED = cell("enqueued");
    private static final VarHandle TRANSMITTED = cell("transmitted");
    private static final VarHandle TRANSMITTED_BYTES = cell("transmittedBytes");
    private static final int PADDING = 16;
    private static final int REASONS = DropReason.ALL.size();

    // Places in a row of totals.
    static final int AT_RECEIVED = 0;
    static final int AT_RECEIVED_BYTES = 1;
    static final int AT_DECIDED = 2;
    static final int AT_FLOOD_COPIES = 3;
    static final int AT_CLONES = 4;
    static final int AT_ENQUEUED = 5;
    static final int AT_TRANSMITTED = 6;
    static final int AT_TRANSMITTED_BYTES = 7;
    static final int AT_SEGMENTS = 8;
    static final int AT_SEGMENTED = 9;
    static final int AT_INGRESS_DROPS = 10;
    static final int AT_DECISION_DROPS = AT_INGRESS_DROPS + REASONS;
    static final int AT_EGRESS_DROPS = AT_DECISION_DROPS + REASONS;
    private static final int WIDTH = AT_EGRESS_DROPS + REASONS;

    private long received;
    private long receivedBytes;
    private long decided;
    private long floodCopies;

    private long clones;
    private long enqueued;
    private long transmitted;
    private long transmittedBytes;

    private long segments;
    private long segmented;
    private final long[] drops = new long[3 * REASONS + PADDING];

    /** All cells zero. */
    public PortCells() {
        // The fields are zero.
    }

    private static VarHandle cell(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(PortCells.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Frames taken from the port's queue; those dropped before a decision are among them. */
    public void received(long packets, long bytes) {
        RECEIVED.setOpaque(this, received + packets);
        RECEIVED_BYTES.setOpaque(this, receivedBytes + bytes);
    }

    /** Frames of this ingress port that reached a decision. */
    public void decided(long packets) {
        DECIDED.setOpaque(this, decided + packets);
    }

    /** Copies beyond the first that flooding a frame of this ingress port made; may be -1 in one call. */
    public void floodCopies(long copies) {
        FLOOD_COPIES.setOpaque(this, floodCopies + copies);
    }

    /** Copies beyond the first that a program's decision made of a frame of this ingress port; -1 for none at all. */
    public void clones(long copies) {
        CLONES.setOpaque(this, clones + copies);
    }

    /**
     * Frames that were cut up here, either for a program at this ingress port or because this egress port takes no
     * frames that are larger than a packet.
     */
    public void segmented(long originals, long intoSegments) {
        SEGMENTED.setOpaque(this, segmented + originals);
        SEGMENTS.setOpaque(this, segments + intoSegments);
    }

    /** Frames given to this egress port by a decision. */
    public void enqueued(long packets) {
        ENQUEUED.setOpaque(this, enqueued + packets);
    }

    /** Frames that left through this port. */
    public void transmitted(long packets, long bytes) {
        TRANSMITTED.setOpaque(this, transmitted + packets);
        TRANSMITTED_BYTES.setOpaque(this, transmittedBytes + bytes);
    }

    /** Received, but dropped before a decision. */
    public void dropIngress(DropReason reason, long packets) {
        drop(0, reason, packets);
    }

    /** Decided, and the decision was to drop. */
    public void dropDecided(DropReason reason, long packets) {
        drop(REASONS, reason, packets);
    }

    /** Enqueued to this egress port, but dropped there. */
    public void dropEgress(DropReason reason, long packets) {
        drop(2 * REASONS, reason, packets);
    }

    /** Frames dropped at this egress port so far; exact for the worker that counts here. */
    public long droppedEgress(DropReason reason) {
        return (long) WORD.getOpaque(drops, 2 * REASONS + reason.index());
    }

    private void drop(int first, DropReason reason, long packets) {
        int word = first + reason.index();
        WORD.setOpaque(drops, word, drops[word] + packets);
    }

    /** Adds every cell to an array of {@link #width()} words; any thread. */
    void addTo(long[] totals) {
        totals[AT_RECEIVED] += (long) RECEIVED.getOpaque(this);
        totals[AT_RECEIVED_BYTES] += (long) RECEIVED_BYTES.getOpaque(this);
        totals[AT_DECIDED] += (long) DECIDED.getOpaque(this);
        totals[AT_FLOOD_COPIES] += (long) FLOOD_COPIES.getOpaque(this);
        totals[AT_CLONES] += (long) CLONES.getOpaque(this);
        totals[AT_ENQUEUED] += (long) ENQUEUED.getOpaque(this);
        totals[AT_TRANSMITTED] += (long) TRANSMITTED.getOpaque(this);
        totals[AT_TRANSMITTED_BYTES] += (long) TRANSMITTED_BYTES.getOpaque(this);
        totals[AT_SEGMENTS] += (long) SEGMENTS.getOpaque(this);
        totals[AT_SEGMENTED] += (long) SEGMENTED.getOpaque(this);
        for (int i = 0; i < 3 * REASONS; i++) {
            totals[AT_INGRESS_DROPS + i] += (long) WORD.getOpaque(drops, i);
        }
    }

    static int width() {
        return WIDTH;
    }
}
