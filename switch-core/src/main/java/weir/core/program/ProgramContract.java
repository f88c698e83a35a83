// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.LinkedHashMap;
import java.util.Map;
import weir.ebpf.program.ProgramType;
import weir.ebpf.xdp.ValeVerdict;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/**
 * What a type of programs and a switch have agreed: how ports are named, and what return values mean. Chosen once, when
 * a program is loaded.
 */
enum ProgramContract {
    /** Ports are numbers; an action, and helpers that say where a redirect goes. */
    XDP(XdpAction.PASS, XdpAction.REDIRECT, false) {
        @Override
        int ingressPort(int portNumber) {
            return portNumber;
        }

        @Override
        ReturnValues returnValues(XdpBatch xdp, int[] at, ProgramCells cells, FaultNotes faults, EgressRuns egress) {
            return new XdpReturnValues(xdp, at, cells, faults, egress);
        }

        @Override
        long outcome(XdpBatch xdp, int k) {
            return Outcome.ofXdp(xdp, k);
        }

        @Override
        String said(XdpBatch xdp, int k) {
            return Outcome.text(outcome(xdp, k));
        }

        @Override
        Map<String, Long> byAction(ProgramCounters counters) {
            Map<String, Long> counts = new LinkedHashMap<>();
            counts.put(XdpAction.name(XdpAction.ABORTED), counters.aborted());
            counts.put(XdpAction.name(XdpAction.DROP), counters.dropped());
            counts.put(XdpAction.name(XdpAction.PASS), counters.passed());
            counts.put(XdpAction.name(XdpAction.TX), counters.transmitted());
            counts.put(XdpAction.name(XdpAction.REDIRECT), counters.redirected());
            counts.put("invalid", counters.invalid());
            return counts;
        }
    },
    /** Ports are indices of {@link ValePorts}; a port, all of them, or none. */
    VALE(0, ValeVerdict.BROADCAST, true) {
        @Override
        int ingressPort(int portNumber) {
            return ValePorts.indexOf(portNumber);
        }

        @Override
        ReturnValues returnValues(XdpBatch xdp, int[] at, ProgramCells cells, FaultNotes faults, EgressRuns egress) {
            return new ValeReturnValues(xdp, at, cells, faults);
        }

        @Override
        long outcome(XdpBatch xdp, int k) {
            return Outcome.ofVale(xdp, k);
        }

        @Override
        String said(XdpBatch xdp, int k) {
            return xdp.faults()[k] == XdpBatch.NO_FAULT
                    ? ValeVerdict.name(xdp.actions()[k])
                    : Outcome.text(outcome(xdp, k));
        }

        @Override
        Map<String, Long> byAction(ProgramCounters counters) {
            Map<String, Long> counts = new LinkedHashMap<>();
            counts.put("port", counters.redirected());
            counts.put("broadcast", counters.flooded());
            counts.put("drop", counters.dropped());
            return counts;
        }
    };

    private final int firstGoingOn;
    private final int lastGoingOn;
    private final boolean changesQueues;

    ProgramContract(int firstGoingOn, int lastGoingOn, boolean changesQueues) {
        this.firstGoingOn = firstGoingOn;
        this.lastGoingOn = lastGoingOn;
        this.changesQueues = changesQueues;
    }

    static ProgramContract of(ProgramType type) {
        return switch (type) {
            case XDP -> XDP;
            case VALE -> VALE;
            case OTHER -> throw new IllegalArgumentException("programs of type " + type + " are not for a switch");
        };
    }

    /** Smallest return value with which a frame is not dropped. */
    int firstGoingOn() {
        return firstGoingOn;
    }

    /** Largest one; all between are the same. */
    int lastGoingOn() {
        return lastGoingOn;
    }

    /** Whether programs may leave other queues in the batch than they found. */
    boolean changesQueues() {
        return changesQueues;
    }

    /** What programs see of the port that a frame came in by. */
    abstract int ingressPort(int portNumber);

    /**
     * What return values mean, on one worker.
     *
     * @param at index in the switch's batch of each frame of the engine's
     */
    abstract ReturnValues returnValues(
            XdpBatch xdp, int[] at, ProgramCells cells, FaultNotes faults, EgressRuns egress);

    /** What a program said about a frame, as {@link Outcome} packs it. */
    abstract long outcome(XdpBatch xdp, int k);

    /** The same in the type's own words. */
    abstract String said(XdpBatch xdp, int k);

    /** Frames by what was returned, as it is called there. */
    abstract Map<String, Long> byAction(ProgramCounters counters);
}
