// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text of which the end is kept: a ring of UTF-8, which grows up to its largest size. One thread. */
final class LogTail {
    private static final int FIRST_BYTES = 1 << 12;

    private final int maxBytes;
    private byte[] ring;
    /** All bytes that were ever written; the place of the next one in the ring, but for whole turns. */
    private long written;

    private long overwrittenLines;

    /** @param maxBytes that are kept, a power of two */
    LogTail(int maxBytes) {
        this.maxBytes = maxBytes;
        ring = new byte[Math.min(FIRST_BYTES, maxBytes)];
    }

    void append(String text) {
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            append(each);
        }
    }

    private void append(byte each) {
        if (written == ring.length && ring.length < maxBytes) {
            ring = Arrays.copyOf(ring, 2 * ring.length);
        }
        int at = place(written);
        if (written >= ring.length && ring[at] == '\n') {
            overwrittenLines++;
        }
        ring[at] = each;
        written++;
    }

    private int place(long position) {
        return (int) (position & (ring.length - 1));
    }

    /** What is left, from the beginning of a line. */
    WalkLog tail() {
        long from = Math.max(0, written - ring.length);
        long lines = overwrittenLines;
        if (from > 0) {
            while (from < written && ring[place(from)] != '\n') {
                from++;
            }
            from = Math.min(from + 1, written);
            lines++;
        }
        byte[] kept = new byte[(int) (written - from)];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = ring[place(from + i)];
        }
        return new WalkLog(new String(kept, StandardCharsets.UTF_8), lines, from);
    }
}
