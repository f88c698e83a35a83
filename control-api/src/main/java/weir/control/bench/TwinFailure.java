// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

/** A C twin cannot be built or does not run. */
public final class TwinFailure extends Exception {
    private static final long serialVersionUID = 1L;

    static final String WITHOUT_C = "leave C out of it: --twin off";

    private final String hint;

    TwinFailure(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    /** What to do about it. */
    public String hint() {
        return hint;
    }
}
