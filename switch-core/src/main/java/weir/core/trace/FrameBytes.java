// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import weir.core.frame.Mem;

/** The first bytes of a frame, at most {@link #MAX}. Immutable, equal by content. */
public final class FrameBytes {
    /** Bytes that are kept. */
    public static final int MAX = 128;

    private final byte[] bytes;

    private FrameBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Copies. */
    public static FrameBytes of(byte[] frame) {
        return new FrameBytes(Arrays.copyOf(frame, Math.min(frame.length, MAX)));
    }

    /**
     * Copies out of memory.
     *
     * @param address of a frame's first byte
     * @param lengthBytes of the frame
     */
    public static FrameBytes at(long address, int lengthBytes) {
        byte[] bytes = new byte[Math.min(lengthBytes, MAX)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Mem.getByte(address + i);
        }
        return new FrameBytes(bytes);
    }

    public int length() {
        return bytes.length;
    }

    /** A byte, 0 to 255. */
    public int at(int index) {
        return Byte.toUnsignedInt(bytes[index]);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FrameBytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
