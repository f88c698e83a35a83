// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A file descriptor that is closed exactly once, however often and by whichever thread {@link #close}
 * is called: a second close(2) could hit a descriptor that someone else got the number of.
 */
public final class Fd implements AutoCloseable {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    // uapi/linux/nsfs.h and sched.h
    private static final long NS_GET_NSTYPE = 0xb703;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int EFD_NONBLOCK_CLOEXEC = O_NONBLOCK | O_CLOEXEC;
    // struct stat: st_dev is 8 bytes and st_ino follows, on x86-64 and in asm-generic/stat.h.
    private static final long STAT_INODE_OFFSET = 8;
    // st_size, the same on both.
    private static final long STAT_SIZE_OFFSET = 48;
    private static final long STAT_BYTES = 256;

    private final int number;
    private final AtomicBoolean closed = new AtomicBoolean();

    Fd(int number) {
        this.number = number;
    }

    /** Opens a file for reading, such as a network namespace in {@code /run/netns}. */
    public static Fd openForReading(String path) throws LinuxException {
        return open(path, O_RDONLY | O_CLOEXEC);
    }

    static Fd open(String path, int flags) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            long address = arena.allocateFrom(path).address();
            return new Fd(check("open " + path, (int) Libc.OPEN.invokeExact(state, address, flags, 0), state));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** A counter in the kernel that makes a sleeping {@code poll(2)} return: eventfd(2). */
    static Fd eventCounter() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            return new Fd(check("eventfd", (int) Libc.EVENTFD.invokeExact(state, 0, EFD_NONBLOCK_CLOEXEC), state));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Number to pass to system calls; valid until {@link #close}. */
    public int number() {
        return number;
    }

    /** Inode of the open file; for a namespace, what tells it from the others that live now. */
    public long inode() throws LinuxException {
        return stat(STAT_INODE_OFFSET);
    }

    /** Bytes that the open file has now. */
    long sizeBytes() throws LinuxException {
        return stat(STAT_SIZE_OFFSET);
    }

    private long stat(long fieldOffset) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            MemorySegment stat = arena.allocate(STAT_BYTES, 8);
            check("fstat", (int) Libc.FSTAT.invokeExact(state, number, stat.address()), state);
            return stat.get(JAVA_LONG, fieldOffset);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Whether the open file stands for a network namespace. */
    public boolean isNetworkNamespace() {
        try {
            return ioctl("NS_GET_NSTYPE", NS_GET_NSTYPE, 0) == CLONE_NEWNET;
        } catch (LinuxException e) {
            return false; // ENOTTY: an ordinary file
        }
    }

    /** {@code ioctl(2)} with a pointer or a plain value as its argument. */
    int ioctl(String what, long request, long argument) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            return check(what, (int) Libc.IOCTL.invokeExact(state, number, request, argument), state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    static int check(String what, int result, MemorySegment state) throws LinuxException {
        if (result < 0) {
            throw new LinuxException(what, Libc.errno(state));
        }
        return result;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            // Linux frees the number even when close(2) reports an error; there is nothing to repeat.
            int _ = (int) Libc.CLOSE.invokeExact(arena.allocate(Libc.STATE), number);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }
}
