// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.io.IOException;
import java.io.InputStream;

/** The bytes of a file and how far they were read. */
final class CaptureInput implements AutoCloseable {
    private final InputStream in;
    private long offset;

    CaptureInput(InputStream in) {
        this.in = in;
    }

    /** Of the next byte. */
    long offset() {
        return offset;
    }

    /**
     * Fills the array's first bytes.
     *
     * @return false when the file ended before the first of them
     * @throws CaptureException when it ended later
     */
    boolean readOrEnd(byte[] into, int lengthBytes, String what) throws IOException {
        long start = offset;
        int got = in.readNBytes(into, 0, lengthBytes);
        offset += got;
        if (got > 0 && got < lengthBytes) {
            throw new CaptureException(
                    start, "the file ends inside a " + what + ": " + got + " of " + lengthBytes + " bytes are there");
        }
        return got == lengthBytes;
    }

    /** As {@link #readOrEnd}, where the file must not end. */
    void read(byte[] into, int from, int lengthBytes, String what) throws IOException {
        long start = offset;
        int got = in.readNBytes(into, from, lengthBytes);
        offset += got;
        if (got < lengthBytes) {
            throw new CaptureException(
                    start, "the file ends inside a " + what + ": " + got + " of " + lengthBytes + " bytes are there");
        }
    }

    /** Passes over bytes that are of no interest. */
    void skip(long lengthBytes, String what) throws IOException {
        long start = offset;
        long left = lengthBytes;
        byte[] scratch = new byte[(int) Math.min(lengthBytes, 8192)];
        while (left > 0) {
            int got = in.readNBytes(scratch, 0, (int) Math.min(left, scratch.length));
            if (got == 0) {
                throw new CaptureException(
                        start,
                        "the file ends inside a " + what + ": " + (lengthBytes - left) + " of " + lengthBytes
                                + " bytes are there");
            }
            offset += got;
            left -= got;
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
