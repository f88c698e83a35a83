// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory that two processes share: a memfd(2), mapped. Whoever makes it fixes its size with seals, so that the
 * other process can not make an access here fail by cutting the file short. Seals do not stop it from punching
 * holes: bytes may turn zero at any time, and their pages are then new ones. Control threads only; the memory
 * itself is for whoever holds it.
 */
public final class SharedMemory implements AutoCloseable {
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    /** Not executable for ever, Linux 6.3 and later. */
    private static final int MFD_NOEXEC_SEAL = 8;

    // uapi/linux/fcntl.h
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    private static final int F_SEAL_SEAL = 1;
    private static final int F_SEAL_SHRINK = 2;
    private static final int F_SEAL_GROW = 4;
    private static final int SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;

    private static final int FALLOC_KEEP_SIZE_PUNCH_HOLE = 1 | 2;

    private static final int PAGE_BYTES = 4096;

    private final Fd fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    private SharedMemory(Fd fd, long lengthBytes) throws LinuxException {
        this.fd = fd;
        memory = Mapping.shared(lengthBytes + " bytes", fd, 0, lengthBytes, true, arena);
    }

    /**
     * Makes zeroed memory whose size is fixed for ever, with every page in place.
     *
     * @param name shown in {@code /proc/PID/maps}
     * @param lengthBytes a multiple of the page size
     */
    public static SharedMemory create(String name, long lengthBytes) throws LinuxException {
        Fd fd = memfd(name);
        try {
            truncate(fd, lengthBytes);
            fcntl("F_ADD_SEALS", fd, F_ADD_SEALS, SEALS);
            SharedMemory made = new SharedMemory(fd, lengthBytes);
            made.touch();
            return made;
        } catch (LinuxException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Maps memory that another process made, after it was seen that its size is fixed.
     *
     * @param fd is owned from now on, and closed when this fails
     */
    public static SharedMemory of(Fd fd, long lengthBytes) throws LinuxException {
        try {
            int seals = fcntl("F_GET_SEALS", fd, F_GET_SEALS, 0);
            if ((seals & F_SEAL_SHRINK) == 0 || fd.sizeBytes() < lengthBytes) {
                throw new LinuxException("memory of " + lengthBytes + " bytes, sealed", Errno.EINVAL.number());
            }
            return new SharedMemory(fd, lengthBytes);
        } catch (LinuxException e) {
            fd.close();
            throw e;
        }
    }

    private static Fd memfd(String name) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Libc.STATE);
            long text = scratch.allocateFrom(name).address();
            int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
            int number = (int) Libc.MEMFD_CREATE.invokeExact(state, text, flags | MFD_NOEXEC_SEAL);
            if (number < 0 && Libc.errno(state) == Errno.EINVAL.number()) {
                number = (int) Libc.MEMFD_CREATE.invokeExact(state, text, flags);
            }
            return new Fd(Fd.check("memfd_create", number, state));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    private static void truncate(Fd fd, long lengthBytes) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Libc.STATE);
            Fd.check("ftruncate", (int) Libc.FTRUNCATE.invokeExact(state, fd.number(), lengthBytes), state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    private static int fcntl(String what, Fd fd, int command, int argument) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Libc.STATE);
            return Fd.check(what, (int) Libc.FCNTL.invokeExact(state, fd.number(), command, argument), state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** MAP_POPULATE does what it can and says nothing; a write to each page is sure. */
    private void touch() {
        for (long at = 0; at < memory.byteSize(); at += PAGE_BYTES) {
            memory.set(JAVA_BYTE, at, (byte) 0);
        }
    }

    /** The mapped bytes, until {@link #close}. */
    public MemorySegment memory() {
        return memory;
    }

    /** To pass to another process; valid until {@link #close}. */
    public Fd fd() {
        return fd;
    }

    /**
     * Gives every page back to the machine, whoever still has the memory mapped: all bytes are zero from now on,
     * and pages that others touch again are theirs to pay for. Nobody here may use it any more.
     */
    public void discard() {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Libc.STATE);
            int mode = FALLOC_KEEP_SIZE_PUNCH_HOLE;
            // Cannot fail for a memfd that is not sealed against writing, and nothing depends on it.
            int _ = (int) Libc.FALLOCATE.invokeExact(state, fd.number(), mode, 0L, memory.byteSize());
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Unmaps the memory and closes the descriptor. Nobody uses it any more. Idempotent. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
        fd.close();
    }
}
