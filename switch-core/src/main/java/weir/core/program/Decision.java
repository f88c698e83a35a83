// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.port.PortNumbers;
import weir.core.trace.FrameTrace;

/**
 * How a program states its verdicts, and what the worker that runs it lends. Port numbers are data from the program:
 * they are checked for range and for a port that is attached, and a wrong one is a counted drop.
 */
public interface Decision {
    /** Whether the frame is still to be decided. */
    boolean isOpen(int frame);

    /** Number of the port that the frame came in by, 1 to 65535. */
    int ingressPort(int frame);

    /** Address of the frame's first byte. */
    long address(int frame);

    /** Ends the frame. */
    void drop(int frame, DropReason reason);

    /** Sends the frame out of a port; any {@code int} is accepted, a bad one drops the frame. */
    void forward(int frame, int portNumber);

    /** Sends the frame to every other port of its VLAN. */
    void flood(int frame);

    /** Number of the worker, 0 and up; no two threads have the same. */
    int worker();

    /** The worker's slots: whether a frame may be changed, and copies. */
    FrameStore frames();

    /** Ports as this worker knows them now; verdicts that are written straight into the batch are indices of these. */
    PortNumbers ports();

    /** Learns that the frame's source address is behind its ingress port, as the switch's own pipeline would. */
    void learn(int frame);

    /**
     * What is written down of the frame that is decided now, alone with what came of it; null when it is not traced, which
     * is nearly always.
     */
    default @Nullable FrameTrace trace() {
        return null;
    }

    /**
     * To be called for an open frame whose bytes or bounds a program changed, if its port treats VLANs: finds again
     * which VLAN it is in ({@link FrameBatch#vlans}).
     *
     * @return false when the frame is refused, which is its verdict then
     */
    boolean classifyAgain(int frame);
}
