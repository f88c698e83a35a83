// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one worker's tap counts of one port. Written by that worker with opaque stores, read by anyone; {@code delivered}
 * is the reader thread's.
 */
final class CapturedPort {
    static final CapturedPort NONE = new CapturedPort(0, "", false);

    private static final VarHandle SEEN = cell("seen");
    private static final VarHandle MATCHED = cell("matched");
    private static final VarHandle LOST = cell("lost");
    private static final VarHandle DELIVERED = cell("delivered");

    private final int number;
    private final String name;
    private final boolean isWanted;
    private long seen;
    private long matched;
    private long lost;
    private long delivered;

    /** Lost and not told with a frame yet; the worker's. */
    private int untold;

    CapturedPort(int number, String name, boolean isWanted) {
        this.number = number;
        this.name = name;
        this.isWanted = isWanted;
    }

    private static VarHandle cell(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(CapturedPort.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    int number() {
        return number;
    }

    String name() {
        return name;
    }

    /** Whether the port is among those that are captured. */
    boolean isWanted() {
        return isWanted;
    }

    void count(int framesSeen, int framesMatched, int framesLost) {
        SEEN.setOpaque(this, seen + framesSeen);
        MATCHED.setOpaque(this, matched + framesMatched);
        LOST.setOpaque(this, lost + framesLost);
    }

    void lose() {
        untold++;
    }

    int takeUntold() {
        int told = untold;
        untold = 0;
        return told;
    }

    void deliver() {
        DELIVERED.setOpaque(this, delivered + 1);
    }

    CaptureCounters counters() {
        long allMatched = (long) MATCHED.getOpaque(this);
        long allLost = (long) LOST.getOpaque(this);
        return new CaptureCounters(
                number, name, (long) SEEN.getOpaque(this), allMatched, allMatched - allLost, allLost, (long)
                        DELIVERED.getOpaque(this));
    }
}
