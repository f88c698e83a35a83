// SPDX-License-Identifier: Apache-2.0
package weir.core.loop;

/** What the loop guard knows of one port. */
public final class LoopPort {
    private static final long NEVER = -1;

    private final int number;
    private final String name;
    private volatile boolean blocked;

    /** When a probe last said that the port is part of a loop; written by any worker. */
    volatile long evidenceAt;

    /** When a probe of a switch with a lower id last came in by the port. */
    volatile long lowerIdAt;

    /** Whether such a probe ever came. */
    volatile boolean lowerIdSeen;

    // Of the loop that is being looked at; under the guard's lock.
    long firstEvidenceAt;
    boolean suspected;

    /** Epoch of the last probe; of the worker that sends them. */
    private long sentEpoch = NEVER;

    public LoopPort(int number, String name) {
        this.number = number;
        this.name = name;
    }

    public int number() {
        return number;
    }

    public String name() {
        return name;
    }

    /** Whether the port carries nothing but the switch's own probes. Any thread. */
    public boolean isBlocked() {
        return blocked;
    }

    void block(boolean newBlocked) {
        blocked = newBlocked;
    }

    /** Whether a probe is due; on the worker that sends them. */
    public boolean isProbeDue(long epoch) {
        return sentEpoch != epoch;
    }

    /** Notes that one was sent. */
    public void probed(long epoch) {
        sentEpoch = epoch;
    }
}
