// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

/** How a trial went. */
public enum Outcome {
    /** All that was to be offered was, and came out. */
    PASSED,
    /** The device lost frames. */
    LOST,
    /** Ports took no more: less was offered than intended. */
    REFUSED,
    /** The tester was too slow to offer or to take it: this says nothing of the device. */
    LATE
}
