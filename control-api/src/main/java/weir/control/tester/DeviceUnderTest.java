// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import weir.core.memory.MemoryEndpoint;
import weir.core.port.PortException;

/**
 * What is measured, as the tester reaches it: one {@link MemoryEndpoint} for each of its ports. All calls are made by the
 * thread that made the device, which is the tester's.
 */
public interface DeviceUnderTest extends AutoCloseable {
    /** What it is, in one line for people. */
    String description();

    /** Ports, 2 and more; numbered from 0 here. */
    int ports();

    /** The tester's end of a port. Another one after {@link #restart}. */
    MemoryEndpoint end(int port);

    /** Of the frames that the ends hold: address of the pool's first byte. */
    long poolBase();

    /** The clock that trials go by, nanoseconds. */
    long nanos();

    /** Does what the device needs of the tester's thread; once a round, never blocks. Returns how much was done. */
    int turn();

    /**
     * What happened between the tester and the device since the beginning. Exact when nothing is on its way.
     *
     * @param refused frames that the tester sent and that a port of the device did not take
     * @param missed frames that came out of the device, and that the tester was too slow to take
     */
    record Edge(long refused, long missed) {}

    Edge edge();

    /** Whether the ends are the device's own ports: one that takes no more is the device itself which is full, not a line. */
    boolean hasOwnEnds();

    /**
     * Gives each port a line of that rate, as an Ethernet of that rate would have for frames of this length: lengths of
     * frames with preamble, FCS and gap.
     *
     * @param bitsPerSecond more than 0
     * @return whether it did; lines that exist stay as they are
     */
    boolean limitLines(long bitsPerSecond, int frameBytes);

    /** Forgets all addresses that it learned; returns whether it did. */
    boolean forgetAddresses();

    /** Whether {@link #restart} can be called. */
    boolean canRestart();

    /** Ends the device and starts it anew, with nothing learned. */
    void restart() throws PortException;

    @Override
    void close();
}
