// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

import java.util.Arrays;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.Mem;
import weir.core.frame.Verdict;

/**
 * What a switch does with a frame that no program decided: learn the source, look up the destination,
 * forward or flood.
 *
 * <p>An address in the FDB was valid when it was learned, so a hit needs no further check: only a miss
 * looks whether the source is a group address or the destination a reserved one. The common frame
 * costs two header loads, two probes and two compares each.
 */
public final class LearningProgram {
    private static final int SOURCE_BYTE = 6;

    private final Fdb fdb;
    private final long poolBase;
    private final boolean forwardBpdus;
    private final int[] hairpinVerdict;

    /** Source and destination key of each frame, side by side. */
    private final long[] keys = new long[2 * FrameBatch.MAX_CAPACITY];

    /**
     * @param poolBase address of the frame pool
     * @param maxPorts one more than the highest port index
     * @param forwardBpdus flood 01:80:C2:00:00:00 instead of dropping it
     */
    public LearningProgram(Fdb fdb, long poolBase, int maxPorts, boolean forwardBpdus) {
        this.fdb = fdb;
        this.poolBase = poolBase;
        this.forwardBpdus = forwardBpdus;
        hairpinVerdict = new int[maxPorts];
        Arrays.fill(hairpinVerdict, Verdict.drop(DropReason.HAIRPIN));
    }

    /** Whether frames may leave by the port they came in by. */
    public void allowHairpin(int portIndex, boolean allowed) {
        hairpinVerdict[portIndex] = allowed ? portIndex : Verdict.drop(DropReason.HAIRPIN);
    }

    /**
     * Decides every frame of the batch whose verdict is {@link Verdict#UNDECIDED}.
     *
     * @param allUndecided nobody has decided about any frame, so there is no need to look
     */
    public void decide(FrameBatch batch, boolean allUndecided) {
        for (int run = 0; run < batch.runs(); run++) {
            int start = batch.runStart(run);
            int end = batch.runEnd(run);
            if (allUndecided) {
                decideRun(batch, start, end, batch.runIngress(run));
            } else {
                decideUndecided(batch, start, end, batch.runIngress(run));
            }
        }
    }

    /** Learns one frame's source, whoever decides about the frame; a source that no station has is passed over. */
    public void learn(FrameBatch batch, int i) {
        long address = poolBase + Frame.position(batch.frames()[i]);
        long source = FdbLayout.key(
                FrameBatch.vlanId(batch.vlans()[i]), Mem.getLong(address + SOURCE_BYTE) & MacAddress.MASK);
        int ingress = batch.ingress()[i];
        if (!fdb.isFresh(source, ingress)) {
            fdb.learn(source, ingress);
        }
    }

    private void decideUndecided(FrameBatch batch, int start, int end, int ingress) {
        int[] verdicts = batch.verdicts();
        int i = start;
        while (i < end) {
            while (i < end && verdicts[i] != Verdict.UNDECIDED) {
                i++;
            }
            int from = i;
            while (i < end && verdicts[i] == Verdict.UNDECIDED) {
                i++;
            }
            decideRun(batch, from, i, ingress);
        }
    }

    private void decideRun(FrameBatch batch, int start, int end, int ingress) {
        if (batch.hasVlans()) {
            loadTaggedKeys(batch, start, end);
        } else {
            loadKeys(batch.frames(), start, end);
        }
        probe(batch.verdicts(), start, end, ingress);
    }

    /** First pass: header loads only, so that the misses of a whole run overlap. */
    private void loadKeys(long[] frames, int start, int end) {
        long base = poolBase;
        long[] pairs = keys;
        for (int i = start; i < end; i++) {
            long address = base + Frame.position(frames[i]);
            pairs[2 * i] = Mem.getLong(address + SOURCE_BYTE) & MacAddress.MASK;
            pairs[2 * i + 1] = Mem.getLong(address) & MacAddress.MASK;
        }
    }

    private void loadTaggedKeys(FrameBatch batch, int start, int end) {
        loadKeys(batch.frames(), start, end);
        int[] vlans = batch.vlans();
        for (int i = start; i < end; i++) {
            int vlan = FrameBatch.vlanId(vlans[i]);
            keys[2 * i] = FdbLayout.key(vlan, keys[2 * i]);
            keys[2 * i + 1] = FdbLayout.key(vlan, keys[2 * i + 1]);
        }
    }

    /** Second pass, frame by frame in order: the fast loop stops where a frame needs more than it does. */
    private void probe(int[] verdicts, int start, int end, int ingress) {
        int i = probeKnown(verdicts, start, end, ingress);
        while (i < end) {
            verdicts[i] = decideOne(keys[2 * i], keys[2 * i + 1], ingress);
            i = probeKnown(verdicts, i + 1, end, ingress);
        }
    }

    /**
     * Decides frames between two known addresses. A loop without calls, so that everything it needs
     * stays in registers.
     *
     * @return index of the first frame with a source that is new, moved or due for a refresh, or a
     *     destination that is not in its home slot or on the ingress port; or {@code end}
     */
    private int probeKnown(int[] verdicts, int start, int end, int ingress) {
        long[] pairs = keys;
        long[] table = fdb.table();
        long multiplier = fdb.multiplier();
        int shift = fdb.shift();
        long fresh = fdb.freshValue(ingress);
        int i = start;
        for (; i < end; i++) {
            long source = pairs[2 * i];
            int at = (int) ((source * multiplier) >>> shift) << 1;
            if (table[at] != source || table[at + 1] != fresh) {
                break;
            }
            long destination = pairs[2 * i + 1];
            at = (int) ((destination * multiplier) >>> shift) << 1;
            int port = FdbLayout.portOf(table[at + 1]);
            if (table[at] != destination || port == ingress) {
                break;
            }
            verdicts[i] = port;
        }
        return i;
    }

    private int decideOne(long source, long destination, int ingress) {
        if (!fdb.isFresh(source, ingress) && !fdb.learn(source, ingress)) {
            return Verdict.refuse(DropReason.INVALID_SOURCE);
        }
        int port = fdb.portOf(destination);
        if (port == ingress) {
            return hairpinVerdict[ingress];
        }
        return port >= 0 ? port : verdictOnMiss(destination & MacAddress.MASK);
    }

    private int verdictOnMiss(long destination) {
        if (MacAddress.isReservedGroup(destination) && !(forwardBpdus && MacAddress.isBpdu(destination))) {
            return Verdict.refuse(DropReason.RESERVED_GROUP);
        }
        return Verdict.FLOOD;
    }
}
