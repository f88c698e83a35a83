// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

/** Which way frames go, seen from the switch. */
public enum CaptureDirection {
    /** From a port. */
    IN,
    /** To a port. */
    OUT,
    BOTH;

    /** Whether frames that go one way are among these. */
    public boolean includes(CaptureDirection way) {
        return this == BOTH || this == way;
    }
}
