// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

/**
 * Error numbers that Weir's calls can meet, with the text a user should read. Numbers are those of
 * {@code uapi/asm-generic/errno-base.h} and {@code errno.h}, which x86-64 and aarch64 share.
 */
public enum Errno {
    EPERM(1, "operation not permitted"),
    ENOENT(2, "no such file"),
    EINTR(4, "interrupted"),
    EIO(5, "input/output error"),
    ENXIO(6, "no such device or address"),
    EBADF(9, "bad file descriptor"),
    EAGAIN(11, "nothing there now"),
    ENOMEM(12, "out of memory"),
    EACCES(13, "permission denied"),
    EFAULT(14, "bad address"),
    EBUSY(16, "in use"),
    EEXIST(17, "exists already"),
    ENODEV(19, "no such device"),
    ENOTDIR(20, "not a directory"),
    EISDIR(21, "is a directory"),
    EINVAL(22, "invalid argument"),
    ENFILE(23, "system has too many open files"),
    EMFILE(24, "process has too many open files"),
    ENOTTY(25, "not a device for this request"),
    ENOSPC(28, "no space left"),
    EPIPE(32, "broken pipe"),
    ERANGE(34, "out of range"),
    ENAMETOOLONG(36, "name too long"),
    ELOOP(40, "too many symbolic links"),
    EBADFD(77, "the interface behind the descriptor is gone"),
    ENOTUNIQ(76, "name not unique"),
    EMSGSIZE(90, "message too long"),
    EPROTOTYPE(91, "socket of another type"),
    EOPNOTSUPP(95, "operation not supported"),
    EAFNOSUPPORT(97, "address family not supported"),
    EADDRINUSE(98, "address in use"),
    ENETDOWN(100, "network is down"),
    ENETUNREACH(101, "network is unreachable"),
    ECONNRESET(104, "connection reset by the peer"),
    ENOBUFS(105, "no buffer space"),
    ENOTCONN(107, "not connected"),
    ETIMEDOUT(110, "timed out"),
    ECONNREFUSED(111, "connection refused"),
    EHOSTUNREACH(113, "no route to host"),
    /** Any number not listed here. */
    UNKNOWN(-1, "unknown error");

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** Value of the C macro; -1 for {@link #UNKNOWN}. */
    public int number() {
        return number;
    }

    /** The constant of a number, or {@link #UNKNOWN}. */
    public static Errno of(int number) {
        for (Errno each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        return UNKNOWN;
    }

    /** Name and text of a number: {@code EBUSY (in use)}; {@code errno 200} when it is not listed. */
    public static String describe(int number) {
        Errno errno = of(number);
        return errno == UNKNOWN ? "errno " + number : errno.name() + " (" + errno.text + ")";
    }
}
