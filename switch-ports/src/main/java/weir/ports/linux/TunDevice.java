// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import weir.core.frame.Offload;

/**
 * One open {@code /dev/net/tun}: one queue of a TAP. Requests and flags are those of
 * {@code uapi/linux/if_tun.h}. Control threads only; frames go through {@link DescriptorIo}.
 */
public final class TunDevice implements AutoCloseable {
    /** Where the kernel's TUN/TAP driver is opened. */
    public static final String PATH = "/dev/net/tun";

    /** Most queues of one TAP: {@code MAX_TAP_QUEUES}, drivers/net/tun.c. */
    public static final int MAX_QUEUES = 256;

    /** A name that no interface has: the kernel would put a number in place of the last two characters. */
    private static final String NO_SUCH_INTERFACE = "weir-probe%d";

    private static final int IFF_TAP = 0x0002;
    private static final int IFF_MULTI_QUEUE = 0x0100;
    private static final int IFF_ATTACH_QUEUE = 0x0200;
    private static final int IFF_DETACH_QUEUE = 0x0400;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNGETIFF = 0x800454d2L;
    private static final long TUNSETQUEUE = 0x400454d9L;
    private static final long TUNGETDEVNETNS = 0x54e3L;
    private static final long TUNSETPERSIST = 0x400454cbL;
    private static final long TUNGETFEATURES = 0x800454cfL;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final long TUNSETVNETHDRSZ = 0x400454d8L;
    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO4 = 0x02;
    private static final int TUN_F_TSO6 = 0x04;
    private static final int TUN_F_TSO_ECN = 0x08;
    private static final int TUN_F_USO4 = 0x20;
    private static final int TUN_F_USO6 = 0x40;
    private static final int TUN_F_ALL_TCP = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

    private final Fd fd;

    private TunDevice(Fd fd) {
        this.fd = fd;
    }

    /** Opens the driver, non-blocking; no interface belongs to the descriptor yet. */
    public static TunDevice open() throws LinuxException {
        return new TunDevice(Fd.open(PATH, Fd.O_RDWR | Fd.O_NONBLOCK | Fd.O_CLOEXEC));
    }

    /**
     * Creates the TAP in the caller's network namespace, or attaches to the one of that name.
     *
     * @param name at most 15 bytes; {@code %d} in it lets the kernel choose a free number
     * @param multiQueue whether more descriptors may attach
     * @param vnet whether a {@code struct virtio_net_hdr} stands in front of each frame
     * @return the interface's name
     */
    public String attach(String name, boolean multiQueue, boolean vnet) throws LinuxException {
        int flags = IFF_TAP | IFF_NO_PI | (multiQueue ? IFF_MULTI_QUEUE : 0) | (vnet ? IFF_VNET_HDR : 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ifreq = IfreqLayout.allocate(arena, name, flags);
            fd.ioctl("TUNSETIFF " + name, TUNSETIFF, ifreq.address());
            return IfreqLayout.name(ifreq);
        }
    }

    /** Whether the driver can put a {@code struct virtio_net_hdr} in front of frames; needs no interface. */
    boolean knowsVnetHeaders() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment features = arena.allocate(Integer.BYTES, Integer.BYTES);
            fd.ioctl("TUNGETFEATURES", TUNGETFEATURES, features.address());
            return (features.get(JAVA_INT, 0) & IFF_VNET_HDR) != 0;
        }
    }

    /**
     * Tells the kernel how long the header in front of frames is, and that it may leave checksums and segments to
     * this side: of UDP only where it knows that, kernel 6.2 or later. Holds for all queues of the interface.
     *
     * @return what may be left to the kernel, a set of {@link Offload}'s features
     */
    public int enableOffloads(int headerBytes) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(Integer.BYTES, Integer.BYTES);
            size.set(JAVA_INT, 0, headerBytes);
            fd.ioctl("TUNSETVNETHDRSZ", TUNSETVNETHDRSZ, size.address());
        }
        try {
            fd.ioctl("TUNSETOFFLOAD", TUNSETOFFLOAD, TUN_F_ALL_TCP | TUN_F_USO4 | TUN_F_USO6);
            return Offload.ALL;
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            fd.ioctl("TUNSETOFFLOAD", TUNSETOFFLOAD, TUN_F_ALL_TCP);
            return Offload.ALL & ~(Offload.UDP4 | Offload.UDP6);
        }
    }

    /** Takes back what somebody before may have allowed on an interface that stayed. */
    public void disableOffloads() throws LinuxException {
        fd.ioctl("TUNSETOFFLOAD", TUNSETOFFLOAD, 0);
    }

    /** Says whether the interface stays when its last descriptor is closed. */
    public void persist(boolean stays) throws LinuxException {
        fd.ioctl("TUNSETPERSIST", TUNSETPERSIST, stays ? 1 : 0);
    }

    /** Fails with EPERM when the process may not make interfaces; makes none. */
    void requireRightToMake() throws LinuxException {
        int neitherTunNorTap = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ifreq = IfreqLayout.allocate(arena, NO_SUCH_INTERFACE, neitherTunNorTap);
            fd.ioctl("TUNSETIFF", TUNSETIFF, ifreq.address());
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL) { // EINVAL is about the type, which is looked at last
                throw e;
            }
        }
    }

    /** Lets the kernel steer flows to this queue of a multi-queue TAP, or keeps them away from it. */
    public void enableQueue(boolean enabled) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            int flags = enabled ? IFF_ATTACH_QUEUE : IFF_DETACH_QUEUE;
            fd.ioctl(
                    "TUNSETQUEUE",
                    TUNSETQUEUE,
                    IfreqLayout.allocate(arena, "", flags).address());
        }
    }

    /** Name that the interface has now, in whichever namespace it is. EBADFD when it was deleted. */
    public String name() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ifreq = IfreqLayout.allocate(arena, "", 0);
            fd.ioctl("TUNGETIFF", TUNGETIFF, ifreq.address());
            return IfreqLayout.name(ifreq);
        }
    }

    /**
     * The network namespace that the interface is in now, kernel 5.2 or later. The caller closes it
     * soon: while open, it keeps a deleted namespace alive. EBADFD when the interface was deleted.
     */
    public Fd namespace() throws LinuxException {
        return new Fd(fd.ioctl("TUNGETDEVNETNS", TUNGETDEVNETNS, 0));
    }

    /** Descriptor for {@link DescriptorIo} and for readiness; valid until {@link #close}. */
    public int fd() {
        return fd.number();
    }

    @Override
    public void close() {
        fd.close();
    }
}
