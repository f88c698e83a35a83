// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import weir.core.frame.Offload;

/**
 * A packet socket: whole frames of one network interface, see packet(7). It belongs to the network
 * namespace of the thread that opened it, whoever uses it later. Control calls; frames go through {@link
 * PacketRing} and {@link SendBatch}.
 */
public final class PacketSocket implements AutoCloseable {
    /** Answer of {@link #boundIndex} when the interface was deleted or left the namespace. */
    public static final int NO_INTERFACE = -1;

    /** To {@link #joinFanout}: the kernel makes a group that nobody else has; 0 is a group like any other. */
    public static final int NEW_GROUP = -1;

    private static final int SOL_PACKET = TpacketLayout.SOL_PACKET;
    private static final int SOL_SOCKET = 1;
    private static final long SIOCSIFMTU = 0x8922;
    private static final int SO_ERROR = 4;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int RING_BLOCK_BYTES = 64 * 1024;

    private static final MethodHandle GETSOCKOPT =
            Libc.function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle GETSOCKNAME =
            Libc.function("getsockname", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    private static final boolean KERNEL_CUTS_UDP = isKernelSince(6, 2);

    private final Fd fd;
    private final Arena arena = Arena.ofShared();

    private PacketSocket(Fd fd) {
        this.fd = fd;
    }

    /** Opens one, non-blocking, that receives nothing yet. EPERM without CAP_NET_RAW. */
    public static PacketSocket open() throws LinuxException {
        int protocol = 0; // none
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Libc.STATE);
            int number = (int) Libc.SOCKET.invokeExact(
                    state, TpacketLayout.AF_PACKET, TpacketLayout.SOCK_RAW_NONBLOCK_CLOEXEC, protocol);
            return new PacketSocket(new Fd(Fd.check("socket(AF_PACKET)", number, state)));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Makes the receive ring; before {@link #bind}. In front of each frame stands a {@code struct
     * virtio_net_hdr} of 10 bytes, in the ring as in what is read from the socket. A frame that does not
     * fit a slot can be read whole from the socket while {@code receiveBufferBytes} hold it.
     *
     * @param slots a multiple of 32
     */
    public PacketRing makeRing(int slots, int receiveBufferBytes) throws LinuxException {
        option("PACKET_VERSION", TpacketLayout.PACKET_VERSION, TpacketLayout.TPACKET_V2);
        option("PACKET_VNET_HDR", TpacketLayout.PACKET_VNET_HDR, 1);
        option("PACKET_COPY_THRESH", TpacketLayout.PACKET_COPY_THRESH, 1);
        buffer("SO_RCVBUF", SO_RCVBUFFORCE, SO_RCVBUF, receiveBufferBytes);
        long bytes = (long) slots * PacketRing.SLOT_BYTES;
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment request = scratch.allocateFrom(
                    JAVA_INT, RING_BLOCK_BYTES, (int) (bytes / RING_BLOCK_BYTES), PacketRing.SLOT_BYTES, slots);
            option("PACKET_RX_RING of " + bytes + " bytes", SOL_PACKET, TpacketLayout.PACKET_RX_RING, request);
        }
        return new PacketRing(Mapping.shared("a ring of " + bytes + " bytes", fd, 0, bytes, false, arena));
    }

    /** Sends straight to the driver, past queueing disciplines. */
    public void bypassQdisc() throws LinuxException {
        option("PACKET_QDISC_BYPASS", TpacketLayout.PACKET_QDISC_BYPASS, 1);
    }

    /** Lets frames of so many bytes be on their way; each is charged with more than its length. */
    public void sendBuffer(int bytes) throws LinuxException {
        buffer("SO_SNDBUF", SO_SNDBUFFORCE, SO_SNDBUF, bytes);
    }

    /** Does not hear what the host itself sends; since Linux 4.20. */
    public void ignoreOutgoing() throws LinuxException {
        option("PACKET_IGNORE_OUTGOING", TpacketLayout.PACKET_IGNORE_OUTGOING, 1);
    }

    /** Each message sent begins with a {@code struct virtio_net_hdr} of 10 bytes. */
    public void sendWithVirtioNetHeader() throws LinuxException {
        option("PACKET_VNET_HDR", TpacketLayout.PACKET_VNET_HDR, 1);
    }

    /**
     * What may be left to the kernel in that header, a set of {@link Offload}'s features: cutting UDP since
     * Linux 6.2 only.
     */
    public static int offloads() {
        return KERNEL_CUTS_UDP ? Offload.ALL : Offload.ALL & ~(Offload.UDP4 | Offload.UDP6);
    }

    private static boolean isKernelSince(int major, int minor) {
        Matcher version = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*").matcher(System.getProperty("os.version"));
        if (!version.matches()) {
            return false;
        }
        int itsMajor = Integer.parseInt(version.group(1));
        return itsMajor > major || (itsMajor == major && Integer.parseInt(version.group(2)) >= minor);
    }

    /** Makes the interface take frames for any address, until the socket is closed. */
    public void makePromiscuous(int linkIndex) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment request = scratch.allocate(TpacketLayout.MREQ_BYTES, Integer.BYTES);
            request.set(JAVA_INT, 0, linkIndex);
            request.set(JAVA_SHORT, TpacketLayout.MREQ_TYPE, (short) TpacketLayout.PACKET_MR_PROMISC);
            option("PACKET_ADD_MEMBERSHIP", SOL_PACKET, TpacketLayout.PACKET_ADD_MEMBERSHIP, request);
        }
    }

    /** Sets the MTU of an interface of the socket's namespace. EPERM without CAP_NET_ADMIN there. */
    public void setMtu(String link, int bytes) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment ifreq = IfreqLayout.allocateWithMtu(scratch, link, bytes);
            fd.ioctl("SIOCSIFMTU " + link, SIOCSIFMTU, ifreq.address());
        }
    }

    /**
     * Binds to an interface of the socket's namespace.
     *
     * @param receive whether frames come in from now on
     */
    public void bind(int linkIndex, boolean receive) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Libc.STATE);
            MemorySegment address = scratch.allocate(TpacketLayout.SOCKADDR_LL_BYTES, Integer.BYTES);
            address.set(JAVA_SHORT, 0, (short) TpacketLayout.AF_PACKET);
            if (receive) {
                address.set(JAVA_SHORT, TpacketLayout.SOCKADDR_LL_PROTOCOL, TpacketLayout.ETH_P_ALL_BIG_ENDIAN);
            }
            address.set(JAVA_INT, TpacketLayout.SOCKADDR_LL_INDEX, linkIndex);
            int result =
                    (int) Libc.BIND.invokeExact(state, fd.number(), address.address(), TpacketLayout.SOCKADDR_LL_BYTES);
            Fd.check("bind(AF_PACKET)", result, state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Shares the frames of the interface with other sockets, by a hash of each frame's flow. The socket is
     * bound and receives.
     *
     * @param group of the sockets that joined before, or {@link #NEW_GROUP}
     * @return the group
     */
    public int joinFanout(int group) throws LinuxException {
        int flags = TpacketLayout.PACKET_FANOUT_HASH
                | TpacketLayout.PACKET_FANOUT_FLAG_IGNORE_OUTGOING
                | (group == NEW_GROUP ? TpacketLayout.PACKET_FANOUT_FLAG_UNIQUEID : 0);
        int id = group == NEW_GROUP ? 0 : group;
        option("PACKET_FANOUT", TpacketLayout.PACKET_FANOUT, flags << TpacketLayout.FANOUT_FLAGS_SHIFT | id);
        return group != NEW_GROUP
                ? group
                : integer("PACKET_FANOUT", SOL_PACKET, TpacketLayout.PACKET_FANOUT) & TpacketLayout.FANOUT_ID_MASK;
    }

    /** Number of the interface that the socket is bound to, or {@link #NO_INTERFACE} when that is gone. */
    public int boundIndex() throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Libc.STATE);
            MemorySegment address = scratch.allocate(TpacketLayout.SOCKADDR_LL_BYTES, Integer.BYTES);
            long length = scratch.allocateFrom(JAVA_INT, TpacketLayout.SOCKADDR_LL_BYTES)
                    .address();
            Fd.check(
                    "getsockname(AF_PACKET)",
                    (int) GETSOCKNAME.invokeExact(state, fd.number(), address.address(), length),
                    state);
            return address.get(JAVA_INT, TpacketLayout.SOCKADDR_LL_INDEX);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Frames that found no room in the ring since this was last asked. */
    public long takeDrops() throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment statistics = scratch.allocate(TpacketLayout.STATS_BYTES, Integer.BYTES);
            read("PACKET_STATISTICS", SOL_PACKET, TpacketLayout.PACKET_STATISTICS, statistics);
            return Integer.toUnsignedLong(statistics.get(JAVA_INT, TpacketLayout.STATS_DROPS));
        }
    }

    /** The error that waits at the socket, which ends the POLLERR that it causes; 0 for none. */
    public int takeError() throws LinuxException {
        return integer("SO_ERROR", SOL_SOCKET, SO_ERROR);
    }

    /** Descriptor for readiness, {@link DescriptorIo} and {@link SendBatch}; valid until {@link #close}. */
    public int fd() {
        return fd.number();
    }

    private void option(String what, int name, int value) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            option(what, SOL_PACKET, name, scratch.allocateFrom(JAVA_INT, value));
        }
    }

    /** Beyond the system's limit if this process may, else up to it. */
    private void buffer(String what, int force, int plain, int bytes) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment value = scratch.allocateFrom(JAVA_INT, bytes);
            try {
                option(what, SOL_SOCKET, force, value);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EPERM) {
                    throw e;
                }
                option(what, SOL_SOCKET, plain, value);
            }
        }
    }

    private void option(String what, int level, int name, MemorySegment value) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Libc.STATE);
            int length = (int) value.byteSize();
            int result = (int) Libc.SETSOCKOPT.invokeExact(state, fd.number(), level, name, value.address(), length);
            Fd.check("setsockopt " + what, result, state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    private int integer(String what, int level, int name) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment value = scratch.allocate(JAVA_INT);
            read(what, level, name, value);
            return value.get(JAVA_INT, 0);
        }
    }

    private void read(String what, int level, int name, MemorySegment into) throws LinuxException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Libc.STATE);
            long length = scratch.allocateFrom(JAVA_INT, (int) into.byteSize()).address();
            int result = (int) GETSOCKOPT.invokeExact(state, fd.number(), level, name, into.address(), length);
            Fd.check("getsockopt " + what, result, state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Closes the socket and unmaps its ring, which nobody may use any more. Idempotent. */
    @Override
    public void close() {
        fd.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
