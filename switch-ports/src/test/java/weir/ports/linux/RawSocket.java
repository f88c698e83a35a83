// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * The system's own end of a network interface, for tests: sends whole frames out of it, and gets every frame that comes
 * in through it, whatever its protocol. A packet socket, see packet(7).
 *
 * <pre>
 *  struct sockaddr_ll, uapi/linux/if_packet.h
 *  | family (2) | protocol (2, big endian) | interface (4) | hardware type (2) | packet type (1) | length (1) | address (8) |
 *  0            2                          4               8                   10                11           12           20
 * </pre>
 *
 * <p>The kernel takes the outer VLAN tag off a frame before this socket sees it. A thread at a time.
 */
public final class RawSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | Fd.O_NONBLOCK | Fd.O_CLOEXEC;
    private static final short ETH_P_ALL_BIG_ENDIAN = 0x0300;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23; // since Linux 4.20
    private static final int SOCKADDR_LL_BYTES = 20;
    private static final int SOCKADDR_LL_PROTOCOL = 2;
    private static final int SOCKADDR_LL_INTERFACE = 4;
    private static final int BUFFER_BYTES = 68 * 1024;

    private static final MethodHandle IF_NAMETOINDEX = Libc.function("if_nametoindex", JAVA_INT, JAVA_LONG);

    private final Fd fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = arena.allocate(Libc.STATE);
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);

    private RawSocket(Fd fd) {
        this.fd = fd;
    }

    /** Opens one on an interface inside a network namespace. */
    public static RawSocket open(String netnsPath, String link)
            throws LinuxException, ExecutionException, InterruptedException {
        return NetworkNamespace.call(netnsPath, () -> open(link));
    }

    private static RawSocket open(String link) throws LinuxException {
        RawSocket socket;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            int number = (int) Libc.SOCKET.invokeExact(state, AF_PACKET, SOCK_RAW_NONBLOCK_CLOEXEC, 0);
            socket = new RawSocket(new Fd(Fd.check("socket(AF_PACKET)", number, state)));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
        try {
            socket.hearOthersOnly();
            socket.bind(link);
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    private void hearOthersOnly() throws LinuxException {
        set("PACKET_IGNORE_OUTGOING", PACKET_IGNORE_OUTGOING);
    }

    /** From now on a {@code struct virtio_net_hdr} stands in front of each frame, in both directions. */
    public RawSocket withHeaders() throws LinuxException {
        set("PACKET_VNET_HDR", PACKET_VNET_HDR);
        return this;
    }

    private void set(String name, int option) throws LinuxException {
        buffer.set(JAVA_INT, 0, 1);
        try {
            int result = (int) Libc.SETSOCKOPT.invokeExact(
                    state, fd.number(), SOL_PACKET, option, buffer.address(), Integer.BYTES);
            Fd.check("setsockopt(" + name + ")", result, state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    private void bind(String link) throws LinuxException {
        try (Arena names = Arena.ofConfined()) {
            int index = (int)
                    IF_NAMETOINDEX.invokeExact(state, names.allocateFrom(link).address());
            if (index == 0) {
                throw new LinuxException("if_nametoindex " + link, Libc.errno(state));
            }
            buffer.asSlice(0, SOCKADDR_LL_BYTES).fill((byte) 0);
            buffer.set(JAVA_SHORT, 0, (short) AF_PACKET);
            buffer.set(JAVA_SHORT, SOCKADDR_LL_PROTOCOL, ETH_P_ALL_BIG_ENDIAN);
            buffer.set(JAVA_INT, SOCKADDR_LL_INTERFACE, index);
            int result = (int) Libc.BIND.invokeExact(state, fd.number(), buffer.address(), SOCKADDR_LL_BYTES);
            Fd.check("bind(AF_PACKET) " + link, result, state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Sends a frame out of the interface; it is in the other end's queue when this returns, or lost there. */
    public void send(byte[] frame) throws LinuxException {
        MemorySegment.copy(frame, 0, buffer, JAVA_BYTE, 0, frame.length);
        try {
            long sent = (long) Libc.SEND.invokeExact(state, fd.number(), buffer.address(), (long) frame.length, 0);
            if (sent != frame.length) {
                throw new LinuxException("send of " + frame.length + " bytes", Libc.errno(state));
            }
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** The frames that came in since the last call, oldest first; does not wait. */
    public List<byte[]> received() throws LinuxException {
        List<byte[]> frames = new ArrayList<>();
        for (int n = receive(); n >= 0; n = receive()) {
            frames.add(buffer.asSlice(0, n).toArray(JAVA_BYTE));
        }
        return frames;
    }

    /** Length of the next frame in the buffer, or -1 when there is none now. */
    private int receive() throws LinuxException {
        try {
            long n = (long) Libc.RECV.invokeExact(state, fd.number(), buffer.address(), (long) BUFFER_BYTES, 0);
            if (n < 0 && Libc.errno(state) != Errno.EAGAIN.number()) {
                throw new LinuxException("recv", Libc.errno(state));
            }
            return (int) n;
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    @Override
    public void close() {
        fd.close();
        arena.close();
    }
}
