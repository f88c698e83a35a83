// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code read(2)} and {@code write(2)} for the packet path: nothing is allocated or thrown. One per
 * queue, used by one thread.
 */
public final class DescriptorIo {
    /** {@code -EAGAIN}: nothing to read, or no room to write. */
    public static final long EAGAIN = -11;

    /** {@code -EIO}: a TAP's link is down. */
    public static final long EIO = -5;

    /** {@code -EINTR}: try again at once. */
    public static final long EINTR = -4;

    /** {@code -ENOBUFS}: no room to write. */
    public static final long ENOBUFS = -105;

    /** {@code -ENOMEM}: the kernel could not allocate a frame. */
    public static final long ENOMEM = -12;

    /** {@code -EBADFD}: the interface was deleted. */
    public static final long EBADFD = -77;

    private static final int PARTS = 2;
    private static final long IOVEC_BYTES = 16;
    private static final long IOVEC_LENGTH = 8;

    // An automatic arena: its scope needs no reference count around each downcall, and nobody has to
    // close it.
    private final MemorySegment state = Arena.ofAuto().allocate(Libc.STATE);
    private final MemorySegment vector = Arena.ofAuto().allocate(PARTS * IOVEC_BYTES, Long.BYTES);

    /** Makes one with its own place for errno. */
    public DescriptorIo() {}

    /**
     * Reads once from a non-blocking descriptor.
     *
     * @param address first byte to write to; the caller owns {@code capacityBytes} from there
     * @return bytes read, or -1 when nothing is there now. A descriptor that has failed looks the same:
     *     readiness tells of it ({@code POLLERR})
     */
    public static long read(int fd, long address, long capacityBytes) {
        try {
            return (long) Libc.PLAIN_READ.invokeExact(fd, address, capacityBytes);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Writes once. To learn why it failed the write is tried again with errno captured, which may
     * then succeed; so only a failed write pays for errno, as all of {@link Libc}'s packet path.
     *
     * @return bytes written, or a negative errno
     */
    public long write(int fd, long address, long lengthBytes) {
        try {
            long n = (long) Libc.PLAIN_WRITE.invokeExact(fd, address, lengthBytes);
            if (n >= 0) {
                return n;
            }
            n = (long) Libc.WRITE.invokeExact(state, fd, address, lengthBytes);
            return n >= 0 ? n : -Libc.errno(state);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Writes two areas as one piece, {@code writev(2)}; what failed is tried again, as above.
     *
     * @return bytes written, or a negative errno
     */
    public long write(int fd, long headAddress, long headBytes, long address, long lengthBytes) {
        vector.set(JAVA_LONG, 0, headAddress);
        vector.set(JAVA_LONG, IOVEC_LENGTH, headBytes);
        vector.set(JAVA_LONG, IOVEC_BYTES, address);
        vector.set(JAVA_LONG, IOVEC_BYTES + IOVEC_LENGTH, lengthBytes);
        try {
            long n = (long) Libc.PLAIN_WRITEV.invokeExact(fd, vector.address(), PARTS);
            if (n >= 0) {
                return n;
            }
            n = (long) Libc.WRITEV.invokeExact(state, fd, vector.address(), PARTS);
            return n >= 0 ? n : -Libc.errno(state);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }
}
