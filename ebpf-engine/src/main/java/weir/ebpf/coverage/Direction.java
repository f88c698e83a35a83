// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

/**
 * One of the two ways of a conditional jump.
 *
 * @param slot of the branch
 * @param jumps to its target, or goes on behind it
 */
public record Direction(int slot, boolean jumps) {
    Direction other() {
        return new Direction(slot, !jumps);
    }

    @Override
    public String toString() {
        return slot + (jumps ? " jumps" : " falls through");
    }
}
