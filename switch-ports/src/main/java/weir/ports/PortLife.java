// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import java.util.concurrent.atomic.AtomicReference;
import weir.core.port.PortState;

/**
 * The state of a port that several threads notice changes of; from GONE there is no way back. Any thread. Who tells others of
 * changes holds one lock from entering a state until that is told, so that the last that they hear is the state that it is in.
 */
public final class PortLife {
    private final AtomicReference<PortState> state;

    /** @param first state, as the port was found */
    public PortLife(PortState first) {
        state = new AtomicReference<>(first);
    }

    /** The state now. */
    public PortState state() {
        return state.get();
    }

    /** Enters a state; whether that is news, which one caller alone hears of each change. */
    public boolean enter(PortState to) {
        PortState before = state.getAndUpdate(from -> from == PortState.GONE ? from : to);
        return before != PortState.GONE && before != to;
    }
}
