// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.frame.Verdict;

/**
 * Counts received frames and refuses those that no switch should carry: too short, a broken tag, a
 * VLAN that the port is not in. Runs before any program, so a program never sees such a frame.
 *
 * <p>A port that ignores VLANs costs one pass over the lengths; frames are looked at one by one only
 * when the shortest is suspicious.
 */
final class IngressCheck {
    private static final int SUSPICIOUS_BELOW_BYTES = 20;
    private static final int MAX_VID = 4094;

    private final TagRewriter tags;

    IngressCheck(FrameStore store) {
        tags = new TagRewriter(store);
    }

    /** Checks a whole batch; returns whether every frame is still undecided. */
    boolean check(FrameBatch batch, PortTable table, PortCells[] cells) {
        boolean allUndecided = true;
        for (int run = 0; run < batch.runs(); run++) {
            int start = batch.runStart(run);
            int end = batch.runEnd(run);
            int ingress = batch.runIngress(run);
            int shortest = measure(batch, start, end, cells[ingress]);
            if (shortest < SUSPICIOUS_BELOW_BYTES) {
                allUndecided = refuseShort(batch, start, end) && allUndecided;
            }
            PortEntry port = table.at(ingress);
            if (port != null && port.treatsVlans()) {
                batch.noteVlans();
                allUndecided = classify(batch, start, end, port) && allUndecided;
            }
        }
        return allUndecided;
    }

    private static int measure(FrameBatch batch, int start, int end, PortCells cells) {
        long[] frames = batch.frames();
        long bytes = 0;
        int shortest = Integer.MAX_VALUE;
        int longest = 0;
        for (int i = start; i < end; i++) {
            int length = Frame.length(frames[i]);
            bytes += length;
            shortest = Math.min(shortest, length);
            longest = Math.max(longest, length);
        }
        batch.noteLength(longest);
        cells.received(end - start, bytes);
        cells.decided(end - start);
        return shortest;
    }

    private boolean refuseShort(FrameBatch batch, int start, int end) {
        long[] frames = batch.frames();
        boolean allUndecided = true;
        for (int i = start; i < end; i++) {
            if (Frame.length(frames[i]) < Frame.ETHERNET_HEADER_BYTES) {
                batch.verdicts()[i] = Verdict.refuse(DropReason.RUNT);
                allUndecided = false;
            } else if (tags.isMalformed(frames[i])) {
                batch.verdicts()[i] = Verdict.refuse(DropReason.MALFORMED_VLAN);
                allUndecided = false;
            }
        }
        return allUndecided;
    }

    private boolean classify(FrameBatch batch, int start, int end, PortEntry port) {
        int[] verdicts = batch.verdicts();
        boolean allUndecided = true;
        for (int i = start; i < end; i++) {
            if (verdicts[i] == Verdict.UNDECIDED) {
                verdicts[i] = classify(batch, i, port);
            }
            allUndecided &= verdicts[i] == Verdict.UNDECIDED;
        }
        return allUndecided;
    }

    /** {@link #classify} for a frame that a program changed. */
    int classifyAgain(FrameBatch batch, int i, PortEntry port) {
        return tags.isMalformed(batch.frames()[i])
                ? Verdict.refuse(DropReason.MALFORMED_VLAN)
                : classify(batch, i, port);
    }

    /** Finds the VLAN of one frame, by its tag and its port: undecided, or a refusal. */
    int classify(FrameBatch batch, int i, PortEntry port) {
        long frame = batch.frames()[i];
        if (!tags.isTagged(frame)) {
            batch.vlans()[i] = port.untaggedVlan();
            return port.untaggedVlan() == 0 ? Verdict.refuse(DropReason.VLAN_DENIED) : Verdict.UNDECIDED;
        }
        int vlan = tags.vlanId(frame);
        if (vlan == 0) {
            return adoptPriorityTagged(batch, i, port);
        }
        if (!port.isTrunk() || vlan > MAX_VID || !port.isMember(vlan)) {
            return Verdict.refuse(DropReason.VLAN_DENIED);
        }
        batch.vlans()[i] = vlan | FrameBatch.TAGGED;
        return Verdict.UNDECIDED;
    }

    /** VID 0 means "untagged, with a priority": the port's own VLAN goes into the tag. */
    private int adoptPriorityTagged(FrameBatch batch, int i, PortEntry port) {
        int vlan = port.untaggedVlan();
        if (vlan == 0) {
            return Verdict.refuse(DropReason.VLAN_DENIED);
        }
        long frame = tags.retag(batch.frames()[i], vlan, port.index());
        if (frame < 0) {
            return Verdict.refuse(DropReason.NO_BUFFER);
        }
        batch.frames()[i] = frame;
        batch.vlans()[i] = vlan | FrameBatch.TAGGED;
        return Verdict.UNDECIDED;
    }
}
