// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

/** What a field of a program's context stands for, whatever it is called and wherever it lies. */
public enum ContextField {
    /** Where the frame begins. */
    DATA,
    /** Where it ends, exclusive. */
    DATA_END,
    /** Where its metadata begins. */
    DATA_META,
    /** The port that it came in by. */
    INGRESS_PORT,
    /** The queue of a port: it came in by, or it goes out by. */
    QUEUE,
    /** The port that it goes out by. */
    EGRESS_PORT;

    /** Whether a load gives an address of 64 bits, however wide the field is. */
    public boolean isPointer() {
        return this == DATA || this == DATA_END || this == DATA_META;
    }
}
