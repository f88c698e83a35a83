// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.counter.DropReason;
import weir.core.fdb.MacAddress;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.Mem;
import weir.core.frame.Verdict;
import weir.core.rate.FloodClass;
import weir.core.rate.StormGuard;

/**
 * Keeps ports to their storm limits: looks at what floods once it is known that it does, whoever decided so, for only
 * then an unknown destination is known to be one. Runs only in batches of a switch that has a port with limits.
 */
final class StormCheck {
    private static final int DROPPED = Verdict.drop(DropReason.STORM_LIMIT);

    private final WorkerEvents events;
    private final long poolBase;

    StormCheck(WorkerEvents events, long poolBase) {
        this.events = events;
        this.poolBase = poolBase;
    }

    void check(FrameBatch batch, PortTable table, long now) {
        for (int run = 0; run < batch.runs(); run++) {
            PortEntry port = table.at(batch.runIngress(run));
            StormGuard guard = port == null ? null : port.storm();
            if (port != null && guard != null) {
                check(batch, batch.runStart(run), batch.runEnd(run), port, guard, now);
            }
        }
    }

    private void check(FrameBatch batch, int start, int end, PortEntry port, StormGuard guard, long now) {
        int[] verdicts = batch.verdicts();
        long[] frames = batch.frames();
        for (int i = start; i < end; i++) {
            if (verdicts[i] == Verdict.FLOOD) {
                long destination = Mem.getLong(poolBase + Frame.position(frames[i])) & MacAddress.MASK;
                FloodClass kind = FloodClass.of(destination);
                if (!guard.admits(kind, now)) {
                    verdicts[i] = DROPPED;
                    if (guard.isOnset(kind, now)) {
                        events.stormStarted(port, kind, guard.limit(kind));
                    }
                }
            }
        }
    }
}
