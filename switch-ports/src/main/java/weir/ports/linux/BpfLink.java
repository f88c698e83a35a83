// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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
    // BPF_OBJ_GET_INFO_BY_FD, and struct bpf_link_info
    private static final long OBJECT = 0;
    private static final long INFO_BYTES = 4;
    private static final long INFO = 8;
    private static final long LINK_INFO_BYTES = 64;
    private static final long LINK_INFO_INTERFACE = 16;

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

    /** Number of the interface; 0 when it was deleted. */
    public int interfaceIndex() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(LINK_INFO_BYTES, Long.BYTES);
            new BpfAttributes(arena)
                    .integer(OBJECT, fd.number())
                    .integer(INFO_BYTES, (int) LINK_INFO_BYTES)
                    .address(INFO, info)
                    .call("BPF_OBJ_GET_INFO_BY_FD", BpfAttributes.OBJ_GET_INFO_BY_FD);
            return info.get(JAVA_INT, LINK_INFO_INTERFACE);
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
