// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.core.counter.DropReason;

/**
 * How a program states its verdicts. Port numbers are data from the program: they are checked for
 * range and for a port that is attached, and a wrong one is a counted drop.
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
}
