// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

/** Hears of changes on the worker's thread. Must not block. */
public interface FdbListener {
    /**
     * An address was learned, moved or refreshed from a frame on this worker; the other workers should
     * know.
     */
    void learned(long key, int portIndex);

    /** An address moved more often than allowed and is held at a port; the other workers should know. */
    void flapping(long key, int heldAtPortIndex);
}
