// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one worker's emulation of a port's link did in one direction, beside what it dropped. Written by that worker, read
 * by anyone; opaque, as all counters are.
 */
public final class LinkCells {
    private static final VarHandle HELD = cell("held");
    private static final VarHandle DUPLICATED = cell("duplicated");
    private static final VarHandle REORDERED = cell("reordered");
    private static final VarHandle CORRUPTED = cell("corrupted");

    private long held;
    private long duplicated;
    private long reordered;
    private long corrupted;

    /** All zero. */
    public LinkCells() {}

    private static VarHandle cell(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(LinkCells.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    void held(long more) {
        HELD.setOpaque(this, held + more);
    }

    void duplicated() {
        DUPLICATED.setOpaque(this, duplicated + 1);
    }

    void reordered() {
        REORDERED.setOpaque(this, reordered + 1);
    }

    void corrupted() {
        CORRUPTED.setOpaque(this, corrupted + 1);
    }

    /** What is counted now. Any thread. */
    public LinkCounters counters() {
        return new LinkCounters(
                (long) HELD.getOpaque(this), (long) DUPLICATED.getOpaque(this), (long) REORDERED.getOpaque(this), (long)
                        CORRUPTED.getOpaque(this));
    }
}
