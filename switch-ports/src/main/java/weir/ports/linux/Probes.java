// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Asks the kernel whether it would let this process do something, by doing it and undoing it at once.
 * No interface, rule or file is left, and no packet is sent or received. Each returns quietly when it
 * works and throws with the errno when it does not.
 */
public final class Probes {
    private static final int RING_SLOTS = 32;
    private static final int AF_XDP = 44;
    private static final int SOCK_RAW_CLOEXEC = 3 | Fd.O_CLOEXEC;
    private static final long PAGE_BYTES = 4096;

    private Probes() {}

    /** Opens the TUN/TAP driver. */
    public static void openTun() throws LinuxException {
        TunDevice.open().close();
    }

    /** Asks the TUN/TAP driver whether it puts headers about offloads in front of frames. */
    public static void tunOffloads() throws LinuxException {
        try (TunDevice device = TunDevice.open()) {
            if (!device.knowsVnetHeaders()) {
                throw new LinuxException("IFF_VNET_HDR", Errno.EOPNOTSUPP.number());
            }
        }
    }

    /**
     * Finds out whether a TAP may be made, without making one: the kernel looks at the right to before it
     * looks at the type, and this asks for none ({@code tun_set_iff}, drivers/net/tun.c).
     */
    public static void makeTap() throws LinuxException {
        try (TunDevice device = TunDevice.open()) {
            device.requireRightToMake();
        }
    }

    /** Makes a packet socket with all that a packet port asks of one; it is bound to nothing and receives nothing. */
    public static void packetSocket() throws LinuxException {
        try (PacketSocket socket = PacketSocket.open()) {
            socket.ignoreOutgoing();
            socket.bypassQdisc();
            PacketRing _ = socket.makeRing(RING_SLOTS, RING_SLOTS * PacketRing.SLOT_BYTES);
        }
    }

    /** Makes an AF_XDP socket that is bound to nothing. */
    public static void xdpSocket() throws LinuxException {
        socket("socket(AF_XDP)", AF_XDP);
    }

    private static void socket(String what, int family) throws LinuxException {
        int protocol = 0; // for AF_PACKET: no protocol at all
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            new Fd(Fd.check(what, (int) Libc.SOCKET.invokeExact(state, family, SOCK_RAW_CLOEXEC, protocol), state))
                    .close();
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Makes an io_uring as {@code engine=io_uring} does, of one entry. */
    public static void ioUring() throws LinuxException {
        try (Fd counter = Fd.eventCounter();
                UringBatch _ = UringBatch.reading(counter.number(), 1, Long.BYTES)) {
            // It could be made.
        }
    }

    /** Makes a page of memory that could be shared with another process, its size sealed. */
    public static void sharedMemory() throws LinuxException {
        SharedMemory.create("weir-probe", PAGE_BYTES).close();
    }

    /** Makes a network namespace that nothing refers to. */
    public static void newNetworkNamespace() throws LinuxException, InterruptedException {
        NetworkNamespace.probeCreation();
    }
}
