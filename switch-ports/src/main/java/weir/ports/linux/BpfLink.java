// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import java.lang.foreign.Arena;

/**
 * An XDP program attached to an interface for as long as this descriptor is open: when the process dies,
 * the kernel detaches it. Kernel 5.9 or later; needs CAP_NET_ADMIN. Any thread; the owner closes.
 */
public final class BpfLink implements AutoCloseable {
    // union bpf_attr, BPF_LINK_CREATE
    private static final long PROGRAM = 0;
    private static final long INTERFACE = 4;
    private static final long ATTACH_TYPE = 8;
    private static final long FLAGS = 12;

    private final Fd fd;

    private BpfLink(Fd fd) {
        this.fd = fd;
    }

    /** Where in the kernel an XDP program runs. */
    public enum XdpMode {
        /** In the driver, before there is an skb: {@code XDP_FLAGS_DRV_MODE}. */
        NATIVE(1 << 2),
        /** On skbs, with any driver: {@code XDP_FLAGS_SKB_MODE}. */
        SKB(1 << 1);

        private final int flag;

        XdpMode(int flag) {
            this.flag = flag;
        }
    }

    /**
     * Attaches a program to an interface of the calling thread's network namespace.
     *
     * @throws LinuxException EBUSY when another program is attached, EOPNOTSUPP when the driver does not
     *     know native mode, ERANGE when its MTU is too large for it
     */
    public static BpfLink attachXdp(BpfProgram program, int interfaceIndex, XdpMode mode) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = new BpfAttributes(arena)
                    .integer(PROGRAM, program.fd())
                    .integer(INTERFACE, interfaceIndex)
                    .integer(ATTACH_TYPE, BpfProgram.ATTACH_XDP)
                    .integer(FLAGS, mode.flag)
                    .call("BPF_LINK_CREATE", BpfAttributes.LINK_CREATE);
            return new BpfLink(new Fd(fd));
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
