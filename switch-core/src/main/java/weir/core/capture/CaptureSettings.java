// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import java.util.Optional;

/**
 * What a capture takes. Immutable; every {@code with} gives a changed copy.
 *
 * @param port name of the port; empty for all. A port of that name that is attached later is captured, too
 * @param direction of the frames; drops count as in where the ingress port counts them, as out at an egress port
 * @param drops whether dropped frames are taken
 * @param snapBytes most bytes of a frame that are kept
 * @param filter which frames, and perhaps how much of each; without one all
 * @param bufferBytes room for copies of each worker, 64 KiB to 1 GiB
 */
public record CaptureSettings(
        String port,
        CaptureDirection direction,
        CaptureDrops drops,
        int snapBytes,
        Optional<FrameFilter> filter,
        int bufferBytes) {
    /** As {@code tcpdump}: whole frames of any kind. */
    public static final int DEFAULT_SNAP_BYTES = 262_144;

    public static final int DEFAULT_BUFFER_BYTES = 4 << 20;
    public static final int MIN_BUFFER_BYTES = 64 << 10;
    public static final int MAX_BUFFER_BYTES = 1 << 30;

    /** All frames of all ports, both ways, whole, without drops. */
    public static final CaptureSettings ALL = new CaptureSettings(
            "", CaptureDirection.BOTH, CaptureDrops.NONE, DEFAULT_SNAP_BYTES, Optional.empty(), DEFAULT_BUFFER_BYTES);

    public CaptureSettings {
        if (snapBytes < 1 || snapBytes > DEFAULT_SNAP_BYTES) {
            throw new IllegalArgumentException(
                    "snap length " + snapBytes + " is out of range [1, " + DEFAULT_SNAP_BYTES + "]");
        }
        if (bufferBytes < MIN_BUFFER_BYTES || bufferBytes > MAX_BUFFER_BYTES) {
            throw new IllegalArgumentException("buffer of " + bufferBytes + " bytes is out of range ["
                    + MIN_BUFFER_BYTES + ", " + MAX_BUFFER_BYTES + "]");
        }
    }

    public CaptureSettings withPort(String name) {
        return new CaptureSettings(name, direction, drops, snapBytes, filter, bufferBytes);
    }

    public CaptureSettings withDirection(CaptureDirection newDirection) {
        return new CaptureSettings(port, newDirection, drops, snapBytes, filter, bufferBytes);
    }

    public CaptureSettings withDrops(CaptureDrops newDrops) {
        return new CaptureSettings(port, direction, newDrops, snapBytes, filter, bufferBytes);
    }

    public CaptureSettings withSnapBytes(int bytes) {
        return new CaptureSettings(port, direction, drops, bytes, filter, bufferBytes);
    }

    public CaptureSettings withFilter(FrameFilter newFilter) {
        return new CaptureSettings(port, direction, drops, snapBytes, Optional.of(newFilter), bufferBytes);
    }

    public CaptureSettings withBufferBytes(int bytes) {
        return new CaptureSettings(port, direction, drops, snapBytes, filter, bytes);
    }
}
