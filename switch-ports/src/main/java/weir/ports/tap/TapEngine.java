// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

/** How frames get from and to a TAP's descriptor. */
public enum TapEngine {
    /** As {@link #IO_URING} where the kernel lets it, else as {@link #READ_WRITE}. */
    AUTO("auto"),
    /** {@code read(2)} and {@code write(2)}, one call a frame. */
    READ_WRITE("read"),
    /**
     * Many short frames with one call, through {@code io_uring(7)}; few, or long ones, one by one. Without it the port
     * cannot be served.
     */
    IO_URING("io_uring");

    private final String label;

    TapEngine(String label) {
        this.label = label;
    }

    /** What specs call it: {@code engine=io_uring}. */
    public String label() {
        return label;
    }
}
