// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

/** A system call failed. The message names the call, its object and the errno. */
public final class LinuxException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int errnoNumber;

    public LinuxException(String call, int errnoNumber) {
        super(call + ": " + Errno.describe(errnoNumber));
        this.errnoNumber = errnoNumber;
    }

    /** Kernel's own words, from the extended acknowledgement of netlink, behind the errno. */
    LinuxException(String call, int errnoNumber, String kernelText) {
        super(call + ": " + Errno.describe(errnoNumber) + (kernelText.isEmpty() ? "" : ", kernel: " + kernelText));
        this.errnoNumber = errnoNumber;
    }

    /** Whether a path leads nowhere: ENOENT or ENOTDIR. */
    public boolean isMissingPath() {
        return errno() == Errno.ENOENT || errno() == Errno.ENOTDIR;
    }

    public Errno errno() {
        return Errno.of(errnoNumber);
    }

    /** The number itself, for those that {@link Errno} does not list. */
    public int errnoNumber() {
        return errnoNumber;
    }
}
