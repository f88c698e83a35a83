// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

/** An AF_XDP socket bound to nothing: what a map of sockets takes. */
public final class XdpSocket implements AutoCloseable {
    private static final int AF_XDP = 44;
    private static final int SOCK_RAW = 3;

    private final int fd = NativeCalls.socket(AF_XDP, SOCK_RAW);

    public int fd() {
        return fd;
    }

    @Override
    public void close() {
        BpfSyscall.close(fd);
    }
}
