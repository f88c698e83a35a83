// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

/** The demo cannot go on; says why, and what to do. */
public final class DemoFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String hint;

    DemoFailure(String cause, String hint) {
        super(cause);
        this.hint = hint;
    }

    public String hint() {
        return hint;
    }
}
