// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import weir.control.topology.Topology;

/** Keeps what is wanted over the end of the process. */
public interface TopologyStore {
    /** Keeps nothing. */
    TopologyStore NONE = topology -> {};

    /**
     * Keeps a topology instead of the one before, all of it or nothing.
     *
     * @throws ControlException when it cannot be written; the one before is still there
     */
    void save(Topology topology) throws ControlException;
}
