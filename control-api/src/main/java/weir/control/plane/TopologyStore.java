// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import weir.control.topology.Topology;

/** Keeps what is wanted over the end of the process. */
public interface TopologyStore {
    /** Keeps nothing. */
    TopologyStore NONE = topology -> new Prepared() {
        @Override
        public void commit() {}

        @Override
        public void close() {}
    };

    /** A topology that has been written, and is not yet the one that is kept. Closed without commit it is forgotten. */
    interface Prepared extends AutoCloseable {
        /**
         * Keeps it instead of the one before, all of it or nothing.
         *
         * @throws ControlException when it cannot be; the one before is still there
         */
        void commit() throws ControlException;

        @Override
        void close();
    }

    /**
     * Writes a topology before it is reached: where there is no room for it, nothing need be tried.
     *
     * @throws ControlException when it cannot be written
     */
    Prepared prepare(Topology topology) throws ControlException;
}
