// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.process;

/** The benchmark cannot run here: what is wrong, and what to do about it. */
public final class BenchFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String hint;

    public BenchFailure(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    /** What to do about it. */
    public String hint() {
        return hint;
    }
}
