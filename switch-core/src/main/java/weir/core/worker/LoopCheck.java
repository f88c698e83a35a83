// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.counter.DropReason;
import weir.core.fdb.MacAddress;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.frame.Verdict;
import weir.core.loop.LoopGuard;
import weir.core.loop.LoopPort;
import weir.core.port.PortState;

/**
 * A worker's part of the loop guard: takes the switch's own probes out of what comes in, keeps blocked ports from bringing
 * anything else in, and sends probes. Runs before programs do, which see neither.
 */
final class LoopCheck {
    private static final int BLOCKED = Verdict.refuse(DropReason.LOOP_BLOCKED);
    private static final int PROBE = Verdict.refuse(DropReason.LOOP_PROBE);

    private final LoopGuard guard;
    private final FrameStore store;
    private final long poolBase;
    private int generation;

    LoopCheck(LoopGuard guard, FrameStore store) {
        this.guard = guard;
        this.store = store;
        poolBase = store.pool().baseAddress();
        generation = guard.generation();
    }

    LoopGuard guard() {
        return guard;
    }

    /** Whether a port was blocked or released since the last call. */
    boolean takeChanged() {
        int now = guard.generation();
        boolean changed = now != generation;
        generation = now;
        return changed;
    }

    /** Looks at a batch; returns whether every frame that was undecided still is. */
    boolean check(FrameBatch batch, PortTable table, long now) {
        boolean allUndecided = true;
        for (int run = 0; run < batch.runs(); run++) {
            PortEntry port = table.at(batch.runIngress(run));
            if (port != null) {
                allUndecided &= check(batch, batch.runStart(run), batch.runEnd(run), port, table, now);
            }
        }
        return allUndecided;
    }

    private boolean check(FrameBatch batch, int start, int end, PortEntry port, PortTable table, long now) {
        long[] frames = batch.frames();
        int[] verdicts = batch.verdicts();
        boolean blocked = port.loop().isBlocked();
        boolean allUndecided = true;
        for (int i = start; i < end; i++) {
            long destination = Mem.getLong(poolBase + Frame.position(frames[i])) & MacAddress.MASK;
            if (destination != LoopGuard.PROBE_DESTINATION && !blocked) {
                continue;
            }
            if (verdicts[i] == Verdict.UNDECIDED) {
                verdicts[i] = judge(batch, i, port, table, now);
            }
            allUndecided &= verdicts[i] == Verdict.UNDECIDED;
        }
        return allUndecided;
    }

    private int judge(FrameBatch batch, int i, PortEntry port, PortTable table, long now) {
        long frame = batch.frames()[i];
        long address = poolBase + Frame.position(frame);
        LoopPort receiver = port.loop();
        int otherwise = receiver.isBlocked() ? BLOCKED : Verdict.UNDECIDED;
        if ((Mem.getLong(address) & MacAddress.MASK) != LoopGuard.PROBE_DESTINATION) {
            return otherwise;
        }
        int vlan = FrameBatch.vlanId(batch.vlans()[i]);
        int number = guard.read(address, Frame.length(frame), receiver, vlan, now);
        if (number == LoopGuard.FOREIGN) {
            return otherwise;
        }
        if (number > 0) {
            int index = table.numbers().indexOf(number);
            PortEntry sender = index < 0 ? null : table.at(index);
            if (sender != null) {
                guard.cameBack(sender.loop(), receiver, now);
            }
        }
        return PROBE;
    }

    /** Makes a probe that a port is to send now; -1 when none is due, or there is no slot for it. */
    long probe(PortEntry port, long now) {
        LoopPort sender = port.loop();
        long epoch = guard.epoch(now);
        if (!sender.isProbeDue(epoch) || port.port().state() != PortState.UP) {
            return -1;
        }
        long empty = store.allocate(port.index());
        if (empty < 0) {
            return -1; // tried again a tenth of a second later
        }
        sender.probed(epoch);
        int length =
                guard.write(store.pool().address(empty), port.number(), port.probeVlan(), port.isProbeTagged(), now);
        return Frame.withLength(empty, length);
    }
}
