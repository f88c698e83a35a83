// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

/**
 * One row of {@code weir bench memory}.
 *
 * @param ports memory ports, 2 and up
 * @param macs addresses behind all ports together, at least one a port
 * @param batch frames a batch
 * @param copyBytes 0: 64-byte frames by reference; else frames of this size, copied to the receiver
 * @param frames that circulate, as many as ports or more
 */
public record MemoryBenchCase(int ports, int macs, int batch, int copyBytes, int frames) {
    private static final int REFERENCE_FRAME_BYTES = 64;
    private static final int SMALL_WORKING_SET = 1024;
    private static final int LARGE_WORKING_SET = 16_384;
    private static final int LARGE_FROM_MACS = 2400;

    public MemoryBenchCase {
        requireRange("ports", ports, 2, 1024);
        requireRange("MACs", macs, ports, 1 << 18);
        requireRange("batch", batch, 1, 256);
        if (copyBytes != 0) {
            requireRange("copied bytes", copyBytes, 60, 1514);
        }
        requireRange("frames", frames, ports, LARGE_WORKING_SET);
    }

    /** More frames circulate when there are many addresses, as in the C twins. */
    public MemoryBenchCase(int ports, int macs, int batch, int copyBytes) {
        this(
                ports,
                macs,
                batch,
                copyBytes,
                Math.max(macs > LARGE_FROM_MACS ? LARGE_WORKING_SET : SMALL_WORKING_SET, ports));
    }

    /** The same with another number of frames. */
    MemoryBenchCase withFrames(int count) {
        return new MemoryBenchCase(ports, macs, batch, copyBytes, count);
    }

    private static void requireRange(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " " + value + " is out of range [" + min + ", " + max + "]");
        }
    }

    /** Length of every frame. */
    public int frameBytes() {
        return copyBytes == 0 ? REFERENCE_FRAME_BYTES : copyBytes;
    }

    boolean copies() {
        return copyBytes != 0;
    }
}
