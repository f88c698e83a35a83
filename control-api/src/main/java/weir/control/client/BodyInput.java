// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Pattern;

/** The body of an answer, out of the connection that it comes on; ends where the body does. One thread. */
final class BodyInput extends InputStream {
    private static final int BYTE_MASK = 0xff;
    private static final int HEX = 16;
    private static final int MAX_CHUNK_LINE = 256;
    private static final int MAX_TRAILER_BYTES = 8 << 10;
    private static final Pattern CHUNK_SIZE = Pattern.compile("([0-9A-Fa-f]{1,15})[ \\t]*(?:;.*)?");

    private final InputStream in;
    private final boolean chunked;
    private final boolean untilClosed;
    private long left;
    private boolean isFirstChunk = true;
    private boolean ended;

    /** @param length as {@link AnswerHead#bodyLength} says */
    BodyInput(InputStream in, long length) {
        this.in = in;
        chunked = length == AnswerHead.CHUNKED;
        untilClosed = length == AnswerHead.UNTIL_CLOSED;
        left = Math.max(0, length);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & BYTE_MASK;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (untilClosed) {
            return in.read(target, offset, length);
        }
        if (chunked && left == 0 && !ended) {
            nextChunk();
        }
        if (left == 0) {
            return -1;
        }
        int count = in.read(target, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw DaemonException.badAnswer("it ends too early");
        }
        left -= count;
        return count;
    }

    private void nextChunk() throws IOException {
        if (!isFirstChunk && !AnswerHead.line(in, new int[] {2}).isEmpty()) {
            throw DaemonException.badAnswer("a chunk is longer than it says");
        }
        isFirstChunk = false;
        String line = AnswerHead.line(in, new int[] {MAX_CHUNK_LINE});
        var size = CHUNK_SIZE.matcher(line);
        if (!size.matches()) {
            throw DaemonException.badAnswer("'" + AnswerHead.shown(line) + "' is no size of a chunk");
        }
        left = Long.parseLong(size.group(1), HEX);
        if (left == 0) {
            ended = true;
            int[] room = {MAX_TRAILER_BYTES};
            while (!AnswerHead.line(in, room).isEmpty()) {
                // Trailers say nothing that is asked for.
            }
        }
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(in.available(), untilClosed ? Integer.MAX_VALUE : left);
    }
}
