// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code syscall(2)} off the packet path, for what the C library has no function for. */
final class SystemCall {
    private SystemCall() {}

    /**
     * Number of a call: {@code asm/unistd_64.h} of x86, {@code asm-generic/unistd.h} of aarch64. From 424 on they are the same.
     *
     * @throws LinuxException with EOPNOTSUPP on another processor
     */
    static long number(String what, int x86, int aarch64) throws LinuxException {
        return switch (System.getProperty("os.arch", "")) {
            case "amd64" -> x86;
            case "aarch64" -> aarch64;
            default -> throw new LinuxException(what, Errno.EOPNOTSUPP.number());
        };
    }

    /**
     * Calls the kernel once.
     *
     * @param what named in the exception
     * @return the result, which is not negative
     */
    static int call(String what, long number, long a, long b, long c, long d) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            return Fd.check(what, (int) (long) Libc.SYSCALL.invokeExact(state, number, a, b, c, d, 0L, 0L), state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }
}
