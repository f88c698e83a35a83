// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

/** Whether dropped frames are captured where they are dropped, with the reason. */
public enum CaptureDrops {
    NONE,
    /** Beside the frames that pass. */
    ALSO,
    /** And no others. */
    ONLY
}
