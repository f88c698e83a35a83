// SPDX-License-Identifier: Apache-2.0
package weir.core;

import weir.core.counter.PortCounters;
import weir.core.port.PortOptions;
import weir.core.port.PortState;

/**
 * A port at one moment.
 *
 * @param options as attached, with the name and number that were chosen
 * @param spec what makes the port
 * @param loopBlocked it is part of a loop, and carries nothing but the switch's probes
 * @param counters its counters, summed over all workers
 * @param peerDropped frames that the system behind the port dropped
 * @param learnRefused addresses that the quota or a full database refused
 */
public record PortInfo(
        PortOptions options,
        String spec,
        PortState state,
        boolean loopBlocked,
        int mtuBytes,
        PortCounters counters,
        long peerDropped,
        long learnRefused) {
    public String name() {
        return options.name();
    }

    public int number() {
        return options.number();
    }
}
