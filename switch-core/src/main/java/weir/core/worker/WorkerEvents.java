// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.link.EmulatedLink;
import weir.core.port.PortState;
import weir.core.rate.FloodClass;

/** What workers tell the switch; implementations must not block and may be called by any thread. */
public interface WorkerEvents {
    void portState(PortEntry port, PortState state, String cause);

    /** A MAC moved too often between ports and is held at one. */
    void macFlap(int vlan, long mac, int heldAtPortIndex);

    /** The time of a port's emulated link is over on one worker. */
    void linkExpired(PortEntry port, EmulatedLink link);

    /** A port begins to exceed a storm limit; not told again before it kept to it for some seconds. */
    void stormStarted(PortEntry port, FloodClass kind, int limitFramesPerSecond);

    /** A bug in a queue or a program surfaced as an exception; the worker goes on. */
    void fault(int worker, Throwable cause);
}
