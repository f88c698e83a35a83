// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

/** The user ended the demo before its end. */
public final class DemoStopped extends Exception {
    private static final long serialVersionUID = 1L;

    DemoStopped() {
        super("stopped");
    }
}
