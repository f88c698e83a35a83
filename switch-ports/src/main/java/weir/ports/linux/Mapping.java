// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory that {@code mmap(2)} makes: shared with a descriptor's owner, or of this process alone. */
final class Mapping {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 0x1;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x2 | 0x20;
    private static final int MAP_POPULATE = 0x8000;

    private Mapping() {}

    /**
     * Maps what a descriptor offers, to be read and written by both sides.
     *
     * @param what for messages
     * @param offset where in the descriptor; drivers give offsets a meaning of their own
     * @param isPopulated whether pages are there before the first access, as far as the kernel can
     * @param arena unmaps it when it closes
     */
    static MemorySegment shared(String what, Fd fd, long offset, long bytes, boolean isPopulated, Arena arena)
            throws LinuxException {
        int flags = MAP_SHARED | (isPopulated ? MAP_POPULATE : 0);
        long address = map("mmap of " + what, bytes, flags, fd.number(), offset);
        return Mem.mapped(address, bytes, arena, view -> unmap(address, bytes));
    }

    /** Memory of zeros, unmapped when the arena closes. */
    static MemorySegment anonymous(long bytes, Arena arena) throws LinuxException {
        long address = anonymous(bytes);
        return Mem.mapped(address, bytes, arena, view -> unmap(address, bytes));
    }

    /** Address of memory of zeros, which the caller unmaps. */
    static long anonymous(long bytes) throws LinuxException {
        return map("mmap of " + bytes + " bytes", bytes, MAP_PRIVATE_ANONYMOUS, -1, 0);
    }

    private static long map(String what, long bytes, int flags, int fd, long offset) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Libc.STATE);
            long address = (long) Libc.MMAP.invokeExact(state, 0L, bytes, PROT_READ_WRITE, flags, fd, offset);
            if (address == -1) {
                throw new LinuxException(what, Libc.errno(state));
            }
            return address;
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    static void unmap(long address, long bytes) {
        try (Arena scratch = Arena.ofConfined()) {
            int _ = (int) Libc.MUNMAP.invokeExact(scratch.allocate(Libc.STATE), address, bytes);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }
}
