// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.fdb.Fdb;
import weir.core.fdb.FdbEntry;
import weir.core.fdb.MacAddress;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.Mem;
import weir.core.frame.Verdict;
import weir.core.trace.FrameTrace;
import weir.core.trace.TracedLearning;
import weir.core.trace.TracedLookup;

/**
 * Looks at the database before and after a traced frame went through learning and lookup, and says from the difference what
 * happened there, so that neither needs to know of traces. One worker's thread.
 */
final class LearningWatch {
    private static final int SOURCE_BYTE = 6;
    private static final int INVALID_SOURCE = Verdict.refuse(DropReason.INVALID_SOURCE);
    private static final int RESERVED_GROUP = Verdict.refuse(DropReason.RESERVED_GROUP);

    private final Fdb fdb;
    private final long poolBase;
    private boolean isWatching;
    private boolean wasFresh;
    private @Nullable FdbEntry sourceBefore;

    LearningWatch(Fdb fdb, long poolBase) {
        this.fdb = fdb;
        this.poolBase = poolBase;
    }

    /** Before learning. The first frame of the batch is the one that counts, if nobody has decided about it. */
    void before(FrameBatch batch) {
        isWatching = batch.size() > 0 && batch.verdicts()[0] == Verdict.UNDECIDED;
        if (isWatching) {
            int vlan = FrameBatch.vlanId(batch.vlans()[0]);
            sourceBefore = fdb.entry(vlan, source(batch));
            wasFresh = fdb.isFresh(vlan, source(batch), batch.ingress()[0]);
        }
    }

    private long source(FrameBatch batch) {
        return Mem.getLong(poolBase + Frame.position(batch.frames()[0]) + SOURCE_BYTE) & MacAddress.MASK;
    }

    private long destination(FrameBatch batch) {
        return Mem.getLong(poolBase + Frame.position(batch.frames()[0])) & MacAddress.MASK;
    }

    /** After lookup. */
    void after(FrameBatch batch, PortTable table, FrameTrace trace) {
        if (!isWatching) {
            return;
        }
        isWatching = false;
        int verdict = batch.verdicts()[0];
        int vlan = FrameBatch.vlanId(batch.vlans()[0]);
        trace.learning(learning(batch, verdict, vlan, table));
        if (verdict != INVALID_SOURCE) {
            trace.lookup(lookup(destination(batch), verdict, vlan, table));
        }
        sourceBefore = null;
    }

    private TracedLearning learning(FrameBatch batch, int verdict, int vlan, PortTable table) {
        long mac = source(batch);
        int ingress = batch.ingress()[0];
        FdbEntry before = sourceBefore;
        FdbEntry after = fdb.entry(vlan, mac);
        String from = before == null || before.portIndex() == ingress ? "" : name(before.portIndex(), table);
        String now = after == null ? "" : name(after.portIndex(), table);
        TracedLearning.Result result =
                verdict == INVALID_SOURCE ? TracedLearning.Result.INVALID : result(mac, vlan, ingress, before, after);
        return new TracedLearning(result, mac, vlan, now, from);
    }

    private TracedLearning.Result result(
            long mac, int vlan, int ingress, @Nullable FdbEntry before, @Nullable FdbEntry after) {
        if (after == null) {
            return refusal(ingress);
        }
        if (before == null) {
            return TracedLearning.Result.LEARNED;
        }
        if (before.isStatic()) {
            return before.portIndex() == ingress ? TracedLearning.Result.KNOWN : TracedLearning.Result.STATIC;
        }
        if (fdb.isHeld(vlan, mac)) {
            return TracedLearning.Result.HELD;
        }
        if (after.portIndex() != ingress) {
            return refusal(ingress);
        }
        if (before.portIndex() != ingress) {
            return TracedLearning.Result.MOVED;
        }
        return wasFresh ? TracedLearning.Result.KNOWN : TracedLearning.Result.REFRESHED;
    }

    private TracedLearning.Result refusal(int ingress) {
        return fdb.isAtQuota(ingress) ? TracedLearning.Result.REFUSED_QUOTA : TracedLearning.Result.REFUSED_FULL;
    }

    private TracedLookup lookup(long mac, int verdict, int vlan, PortTable table) {
        FdbEntry entry = fdb.entry(vlan, mac);
        if (entry != null) {
            return new TracedLookup(
                    TracedLookup.Result.HIT,
                    mac,
                    vlan,
                    name(entry.portIndex(), table),
                    entry.isStatic(),
                    entry.ageSeconds());
        }
        return new TracedLookup(missed(mac, verdict), mac, vlan, "", false, 0);
    }

    private static TracedLookup.Result missed(long mac, int verdict) {
        if (verdict == RESERVED_GROUP || MacAddress.isReservedGroup(mac)) {
            return TracedLookup.Result.RESERVED_GROUP;
        }
        if (mac == MacAddress.MASK) {
            return TracedLookup.Result.BROADCAST;
        }
        return MacAddress.isGroup(mac) ? TracedLookup.Result.MULTICAST : TracedLookup.Result.UNKNOWN_UNICAST;
    }

    private static String name(int portIndex, PortTable table) {
        PortEntry port = table.at(portIndex);
        return port == null ? "" : port.name();
    }
}
