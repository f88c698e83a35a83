// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

/** Is shown every state that is walked, for tests that compare runs with states. */
@FunctionalInterface
interface StateObserver {
    StateObserver NONE = state -> {};

    /**
     * Before the instruction that the state stands at.
     *
     * @param state changes as the path goes on
     */
    void before(PathState state);
}
