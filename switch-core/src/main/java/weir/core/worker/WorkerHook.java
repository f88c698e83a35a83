// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

/**
 * Work of the embedding program in the worker's own thread, once a round: a benchmark's generator and
 * sink, for instance. Must not block.
 */
@FunctionalInterface
public interface WorkerHook {
    /** Does nothing. */
    WorkerHook NONE = () -> 0;

    /** Returns how much was done; 0 lets the worker go to sleep. */
    int run();
}
