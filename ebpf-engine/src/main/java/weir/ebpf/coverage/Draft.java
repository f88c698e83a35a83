// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.util.Arrays;
import weir.ebpf.map.Bytes;
import weir.ebpf.xdp.XdpContext;

/** An input that is being changed. */
final class Draft {
    private Input input;
    private byte[] frame;

    Draft(Input from) {
        input = from;
        frame = from.frame().toArray();
    }

    Input input() {
        return input.withFrame(frame);
    }

    void set(Input other) {
        input = other;
    }

    Input rest() {
        return input;
    }

    int length() {
        return frame.length;
    }

    /** Makes the frame longer, with zeros, or shorter; whether it can be that long. */
    boolean setLength(long bytes) {
        if (bytes < XdpContext.MIN_FRAME_BYTES || bytes > ScratchFrame.MAX_BYTES) {
            return false;
        }
        frame = Arrays.copyOf(frame, (int) bytes);
        return true;
    }

    /** Puts a number into the frame, little endian, but for bits outside the mask; whether it lies in the frame. */
    boolean put(long offset, int bytes, long number, long mask) {
        if (offset < 0 || offset + bytes > frame.length) {
            return false;
        }
        put(frame, (int) offset, bytes, number, mask);
        return true;
    }

    /** Puts a number into an entry's value. */
    void put(Input.Place place, Bytes current, int offset, int bytes, long number, long mask) {
        Bytes old = input.entries().getOrDefault(place, current);
        byte[] value = Arrays.copyOf(old.toArray(), current.length());
        put(value, offset, bytes, number, mask);
        input = input.with(place, Bytes.of(value));
    }

    private static void put(byte[] target, int offset, int bytes, long number, long mask) {
        for (int i = 0; i < bytes; i++) {
            int shift = i * Byte.SIZE;
            byte bits = (byte) (mask >>> shift);
            int kept = target[offset + i] & ~bits;
            int fresh = (int) (number >>> shift) & bits;
            target[offset + i] = (byte) (kept | fresh);
        }
    }
}
