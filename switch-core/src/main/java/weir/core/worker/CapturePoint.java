// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.capture.CaptureTap;
import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;

/**
 * Where a worker shows frames to the captures that there are. Mostly there is none, and then it costs a look at one field
 * for each batch, and for each drop. What ports send is shown by {@link EgressTarget.Captured}, which is only there while
 * it is wanted.
 */
final class CapturePoint {
    private final long[] one = new long[1];
    private final TracePoint traces;
    private CaptureTap[] taps = {};

    /** @param traces hears of drops, too: they know where frames end as captures do */
    CapturePoint(TracePoint traces) {
        this.traces = traces;
    }

    /** Between batches. */
    void set(CaptureTap[] newTaps) {
        taps = newTaps.clone();
    }

    /** Tells captures which port an index stands for. */
    void adopt(PortEntry port) {
        for (CaptureTap tap : taps) {
            tap.adopt(port.index(), port.number(), port.name());
        }
    }

    boolean isOn() {
        return taps.length != 0;
    }

    boolean takesSent(int port) {
        for (CaptureTap tap : taps) {
            if (tap.takesSent(port)) {
                return true;
            }
        }
        return false;
    }

    /** A batch as it came in. */
    void received(FrameBatch batch) {
        for (int run = 0; run < batch.runs(); run++) {
            int start = batch.runStart(run);
            for (CaptureTap tap : taps) {
                tap.received(batch.runIngress(run), batch.frames(), start, batch.runEnd(run) - start);
            }
        }
    }

    void sent(int port, long[] frames, int from, int count) {
        for (CaptureTap tap : taps) {
            tap.sent(port, frames, from, count);
        }
    }

    /** Frames whose drop is counted at their ingress port; before they are released. */
    void droppedIn(int ingress, DropReason reason, long[] frames, int from, int count) {
        for (CaptureTap tap : taps) {
            tap.dropped(ingress, false, reason, frames, from, count);
        }
        traces.droppedIn(reason);
    }

    void droppedIn(int ingress, DropReason reason, long frame) {
        if (isOn() || traces.isOn()) {
            one[0] = frame;
            droppedIn(ingress, reason, one, 0, 1);
        }
    }

    /** A frame in no slot, of which {@code storedBytes} are at an address. */
    void droppedIn(int ingress, DropReason reason, long address, int storedBytes, int lengthBytes) {
        for (CaptureTap tap : taps) {
            tap.dropped(ingress, reason, address, storedBytes, lengthBytes);
        }
    }

    /** Frames whose drop is counted at an egress port; before they are released. */
    void droppedOut(int egress, DropReason reason, long[] frames, int from, int count) {
        for (CaptureTap tap : taps) {
            tap.dropped(egress, true, reason, frames, from, count);
        }
        traces.droppedOut(egress, reason, frames, from, count);
    }

    void droppedOut(int egress, DropReason reason, long frame) {
        if (isOn() || traces.isOn()) {
            one[0] = frame;
            droppedOut(egress, reason, one, 0, 1);
        }
    }
}
