// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import org.jspecify.annotations.Nullable;
import weir.core.port.PortState;
import weir.core.port.QueueContext;

/**
 * The state of a port that several threads notice changes of; from GONE there is no way back. Changes are told in their order,
 * so that the last that is heard is the state that the port is in. Any thread.
 */
public final class PortLife {
    private volatile PortState state;

    /** @param first state, as the port was found */
    public PortLife(PortState first) {
        state = first;
    }

    /** The state now. */
    public PortState state() {
        return state;
    }

    /**
     * Enters a state, and tells who serves the port if that is news.
     *
     * @param told null when nobody serves it
     * @return whether it was news
     */
    public synchronized boolean enter(PortState to, String cause, @Nullable QueueContext told) {
        if (state == PortState.GONE || state == to) {
            return false;
        }
        state = to;
        if (told != null) {
            told.stateChanged(to, cause);
        }
        return true;
    }
}
