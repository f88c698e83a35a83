// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

/** Where the generator's frames come from, one after the other. One thread; nothing is allocated. */
public sealed interface FrameSource permits CaptureFrames, UdpFrames {
    /** Length of the frame that {@link #writeNext} writes next, bytes. */
    int nextLength();

    /**
     * Writes the next frame.
     *
     * @param address of {@link #nextLength} bytes
     * @param nanos the time now, for a stamp
     */
    void writeNext(long address, long nanos);

    /** Length of the longest frame, bytes. */
    int longestBytes();
}
