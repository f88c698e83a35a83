// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/** Bytes that are no instructions: unknown opcode, reserved field in use, cut short. */
public final class MalformedCodeException extends Exception {
    private static final long serialVersionUID = 1;

    private final int slot;
    private final String rule;

    MalformedCodeException(int slot, String rule) {
        super("slot " + slot + ": " + rule);
        this.slot = slot;
        this.rule = rule;
    }

    /** Where the refused instruction begins, in slots of 8 bytes. */
    public int slot() {
        return slot;
    }

    /** What is wrong there, without the place. */
    public String rule() {
        return rule;
    }
}
