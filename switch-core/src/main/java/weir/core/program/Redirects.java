// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameCopies;
import weir.core.frame.Verdict;
import weir.core.port.PortNumbers;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.RedirectMap;
import weir.ebpf.xdp.XdpBatch;

/**
 * Verdicts of frames that a program redirects: to a port, through a map, or to all entries of a devmap. What a map
 * lacks the engine has answered already with the flags' default action. As on Linux ({@code kernel/bpf/devmap.c}) a
 * broadcast passes over ports that are not there.
 */
final class Redirects {

    private static final int FIRST_TARGETS = 64;
    private static final int NOWHERE = Verdict.drop(DropReason.REDIRECT_INVALID);

    private final XdpBatch xdp;
    private final int[] at;
    private final EgressRuns egress;
    private int[] targets = new int[FIRST_TARGETS];
    private @Nullable Object[] programs = new Object[FIRST_TARGETS];

    /** @param at index in the switch's batch of each frame of the engine's */
    Redirects(XdpBatch xdp, int[] at, EgressRuns egress) {
        this.xdp = xdp;
        this.at = at;
        this.egress = egress;
    }

    void decide(FrameBatch batch, int from, int to, Decision decision) {
        for (int k = from; k < to; k++) {
            int port = xdp.redirectPorts()[k];
            if (port == XdpBatch.ELSEWHERE) {
                elsewhere(batch, k, decision);
            } else {
                batch.verdicts()[at[k]] = portOrNowhere(port, decision.ports());
            }
        }
    }

    private static int portOrNowhere(int number, PortNumbers ports) {
        int index = ports.indexOf(number);
        return index >= 0 ? index : NOWHERE;
    }

    private void elsewhere(FrameBatch batch, int k, Decision decision) {
        EbpfMap map = xdp.targetMap(k);
        if (map instanceof RedirectMap redirect) {
            throughMap(batch, k, redirect, decision);
            return;
        }
        long target = xdp.target(k);
        boolean isFlood = map == null && target == XdpBatch.FLOOD;
        batch.verdicts()[at[k]] = isFlood ? Verdict.FLOOD : portOrNowhere((int) target, decision.ports());
    }

    private void throughMap(FrameBatch batch, int k, RedirectMap map, Decision decision) {
        if (!map.leadsToPorts()) {
            // A CPUMAP: another CPU would take the frame up to the host; here that is what XDP_PASS does.
            batch.verdicts()[at[k]] = egress.cpuMaps().throughEntry(xdp.entryProgram(k), at[k]);
            return;
        }
        if ((xdp.redirectFlags(k) & RedirectMap.BROADCAST) != 0) {
            broadcast(batch, k, map, decision);
            return;
        }
        int index = decision.ports().indexOf(xdp.entryPort(k));
        batch.verdicts()[at[k]] = index >= 0 ? index : NOWHERE;
        if (index >= 0 && xdp.entryProgram(k) instanceof PreparedProgram program) {
            egress.add(program, at[k], EgressRuns.NO_COPY, index);
        }
    }

    /** One hold on the frame for each destination; programs of entries come later and copy what they change. */
    private void broadcast(FrameBatch batch, int k, RedirectMap map, Decision decision) {
        int count = selectTargets(batch, map, k, decision.ports());
        int i = at[k];
        if (count == 0) {
            batch.verdicts()[i] = Verdict.drop(DropReason.NO_DESTINATION);
            return;
        }
        long frame = batch.frames()[i];
        batch.verdicts()[i] = Verdict.COPIES;
        decision.frames().share(frame, count - 1);
        FrameCopies copies = batch.copies();
        copies.begin(i);
        for (int t = 0; t < count; t++) {
            int place = copies.add(i, frame, targets[t], batch.vlans()[i]);
            if (programs[t] instanceof PreparedProgram program) {
                egress.add(program, i, place, targets[t]);
            }
        }
        Arrays.fill(programs, 0, count, null);
    }

    /** Indices of the ports that the broadcast reaches, and their programs. */
    private int selectTargets(FrameBatch batch, RedirectMap map, int k, PortNumbers ports) {
        int known = map.targets(targets, programs);
        while (known == targets.length) { // there may be more
            targets = new int[2 * known];
            programs = new Object[2 * known];
            known = map.targets(targets, programs);
        }
        boolean excludesIngress = (xdp.redirectFlags(k) & RedirectMap.EXCLUDE_INGRESS) != 0;
        int ingress = batch.ingress()[at[k]];
        int count = 0;
        for (int t = 0; t < known; t++) {
            int index = ports.indexOf(targets[t]);
            if (index >= 0 && !(excludesIngress && index == ingress)) {
                targets[count] = index;
                programs[count++] = programs[t];
            }
        }
        Arrays.fill(programs, count, known, null);
        return count;
    }
}
