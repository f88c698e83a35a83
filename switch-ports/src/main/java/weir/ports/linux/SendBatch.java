// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code sendmmsg(2)} for the packet path: many frames in one system call, straight from where they lie.
 * Nothing is allocated or thrown. One per queue, used by one thread.
 *
 * <pre>
 *  struct mmsghdr [CAPACITY], 64 bytes each                      struct iovec [2 * CAPACITY]
 *  0      8          16       24      32 ..   48      56         0      8       16
 *  +------+----------+--------+-------+-------+-------+-----+    +------+--------+
 *  | name | name len | iovec -|-> 1, 2|control| flags | len |    | base | length |
 *  +------+----------+--------+-------+-------+-------+-----+    +------+--------+
 * </pre>
 */
public final class SendBatch {
    /** Most messages of a batch. */
    public static final int CAPACITY = 64;

    private static final int MESSAGE_BYTES = 64;
    private static final int MESSAGE_VECTOR = 16;
    private static final int MESSAGE_VECTOR_LENGTH = 24;
    private static final int PARTS = 2;
    private static final int PART_BYTES = 16;
    private static final int PART_LENGTH = 8;
    private static final int VECTOR_BYTES = PARTS * PART_BYTES;
    private static final int NO_FLAGS = 0;

    // Automatic, as in DescriptorIo: no reference count around each call, and nobody has to close it.
    private final MemorySegment state = Arena.ofAuto().allocate(Libc.STATE);
    private final MemorySegment messages = Arena.ofAuto().allocate(CAPACITY * MESSAGE_BYTES, MESSAGE_BYTES);
    private final MemorySegment vectors = Arena.ofAuto().allocate(CAPACITY * VECTOR_BYTES, VECTOR_BYTES);

    /** An empty batch. */
    public SendBatch() {
        for (int i = 0; i < CAPACITY; i++) {
            long vector = vectors.address() + (long) i * VECTOR_BYTES;
            messages.set(JAVA_LONG, (long) i * MESSAGE_BYTES + MESSAGE_VECTOR, vector);
        }
    }

    /** Sets a message of one area; its bytes stay where they are until they are sent. */
    public void put(int message, long address, long lengthBytes) {
        putPart(message, 0, address, lengthBytes);
        putParts(message, 1);
    }

    /** Sets a message of two areas. */
    public void put(int message, long headAddress, long headBytes, long address, long lengthBytes) {
        putPart(message, 0, headAddress, headBytes);
        putPart(message, 1, address, lengthBytes);
        putParts(message, PARTS);
    }

    private void putPart(int message, int part, long address, long lengthBytes) {
        long at = (long) message * VECTOR_BYTES + (long) part * PART_BYTES;
        vectors.set(JAVA_LONG, at, address);
        vectors.set(JAVA_LONG, at + PART_LENGTH, lengthBytes);
    }

    private void putParts(int message, long parts) {
        messages.set(JAVA_LONG, (long) message * MESSAGE_BYTES + MESSAGE_VECTOR_LENGTH, parts);
    }

    /**
     * Sends messages {@code from} to {@code from + count - 1}, in order. Where not even the first goes it is tried
     * once more, to learn why.
     *
     * @return how many were sent, at least 1; or a negative errno, when the first could not be
     */
    public int send(int fd, int from, int count) {
        try {
            long address = messages.address() + (long) from * MESSAGE_BYTES;
            int sent = (int) Libc.PLAIN_SENDMMSG.invokeExact(fd, address, count, NO_FLAGS);
            if (sent >= 0) {
                return sent;
            }
            sent = (int) Libc.SENDMMSG.invokeExact(state, fd, address, count, NO_FLAGS);
            return sent >= 0 ? sent : -Libc.errno(state);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }
}
