// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

/** A program asks for more rounds of callbacks and tail calls than the engine allows a frame; the kernel allows any. */
final class OverBudget extends Exception {
    private static final long serialVersionUID = 1;

    OverBudget(String text) {
        super(text);
    }
}
