// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import weir.ebpf.Host;
import weir.ebpf.map.Errno;
import weir.ebpf.memory.Mem;
import weir.ebpf.run.RunState;
import weir.ebpf.xdp.XdpContext;

/** Helpers about the frame and where it may go; {@code net/core/filter.c}. Addresses are checked. */
final class FrameHelpers {
    /** {@code BPF_FIB_LOOKUP_*}: DIRECT, OUTPUT, SKIP_NEIGH, TBID, SRC, MARK. */
    private static final int FIB_FLAGS = 0x3f;

    private static final int FIB_BYTES = 64;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private static final int ETHERNET_HEADER_BYTES = 14;
    /** {@code BPF_MTU_CHK_RET_FRAG_NEEDED}. */
    private static final int FRAGMENTATION_NEEDED = 1;

    private FrameHelpers() {}

    static long loadBytes(RunState run, long offset, long target, long lengthBytes) {
        long piece = run.context().piece((int) offset, (int) lengthBytes);
        if (isErrno(piece)) {
            return piece;
        }
        Mem.copy(piece, target, lengthBytes);
        return 0;
    }

    static long storeBytes(RunState run, long offset, long source, long lengthBytes) {
        long piece = run.context().piece((int) offset, (int) lengthBytes);
        if (isErrno(piece)) {
            return piece;
        }
        Mem.copy(source, piece, lengthBytes);
        return 0;
    }

    private static boolean isErrno(long piece) {
        return piece < 0 && piece > -4096;
    }

    static long fibLookup(RunState run, long parameters, long lengthBytes, long flags) {
        if ((int) lengthBytes < FIB_BYTES || ((int) flags & ~FIB_FLAGS) != 0) {
            return -Errno.EINVAL;
        }
        int family = Mem.getByte(parameters) & 0xff;
        if (family != AF_INET && family != AF_INET6) {
            return -Errno.EAFNOSUPPORT;
        }
        return run.host().fibLookup(parameters, (int) flags);
    }

    /** {@code bpf_xdp_check_mtu}. */
    static long checkMtu(RunState run, long port, long lengthAddress, long difference, long flags) {
        if (flags != 0) {
            return -Errno.EINVAL;
        }
        XdpContext context = run.context();
        Host host = run.host();
        int mtuBytes = host.mtuBytes((int) port == 0 ? context.ingressPort() : (int) port);
        if (mtuBytes < 0) {
            return -Errno.ENODEV;
        }
        int frameBytes = context.lengthBytes();
        int given = Mem.getInt(lengthAddress);
        if (given != 0) {
            frameBytes = given + ETHERNET_HEADER_BYTES;
        }
        frameBytes += (int) difference;
        Mem.putInt(lengthAddress, mtuBytes);
        return frameBytes > mtuBytes + ETHERNET_HEADER_BYTES ? FRAGMENTATION_NEEDED : 0;
    }
}
