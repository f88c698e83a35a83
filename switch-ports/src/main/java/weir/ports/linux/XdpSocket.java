// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * An AF_XDP socket ({@code uapi/linux/if_xdp.h}, Documentation/networking/af_xdp.rst): frames of one queue
 * of one interface by rings of descriptors, in memory that the process and the kernel share.
 *
 * <p>Life: {@link #open}, {@link #createReceiveRings} or {@link #createSendRing} or both, {@link #registerMemory} or
 * not, {@link #bind}, {@link #close}. A ring that was not made must not be asked for. {@link #kick} and the rings belong to one thread; {@link #statistics} may be asked by any.
 */
public final class XdpSocket implements AutoCloseable {
    /** {@code sxdp_flags}: the kernel copies frames, whatever the driver could do. */
    public static final int COPY = 1 << 1;

    /** {@code sxdp_flags}: the kernel says when it wants to be told of new entries. */
    public static final int USE_NEED_WAKEUP = 1 << 3;

    private static final int SHARED_UMEM = 1;
    private static final int AF_XDP = 44;
    private static final int SOCK_RAW_CLOEXEC = 3 | Fd.O_CLOEXEC;
    private static final int SOL_XDP = 283;
    private static final int MSG_DONTWAIT = 0x40;

    // Options of SOL_XDP
    private static final int XDP_MMAP_OFFSETS = 1;
    private static final int XDP_RX_RING = 2;
    private static final int XDP_TX_RING = 3;
    private static final int XDP_UMEM_REG = 4;
    private static final int XDP_UMEM_FILL_RING = 5;
    private static final int XDP_UMEM_COMPLETION_RING = 6;
    private static final int XDP_STATISTICS = 7;
    private static final int XDP_MAX_TX_SKB_BUDGET = 9;

    // Page offsets for mmap(2)
    private static final long PGOFF_RX = 0;
    private static final long PGOFF_TX = 0x8000_0000L;
    private static final long PGOFF_FILL = 0x1_0000_0000L;
    private static final long PGOFF_COMPLETION = 0x1_8000_0000L;

    // struct xdp_mmap_offsets: rx, tx, fill, completion, each | producer | consumer | desc | flags |
    private static final int OFFSETS_BYTES = 128;
    private static final int OFFSETS_PER_RING_BYTES = 32;
    private static final int UMEM_REG_BYTES = 32;
    private static final int SOCKADDR_BYTES = 16;
    private static final int STATISTICS_BYTES = 48;

    private static final MethodHandle SENDTO =
            Libc.function("sendto", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);

    private final Fd fd;
    // An automatic arena: nothing is counted around each downcall. What is mapped is unmapped by close().
    private final MemorySegment state = Arena.ofAuto().allocate(Libc.STATE);
    private final Arena mappings = Arena.ofShared();
    private boolean closed;

    @SuppressWarnings("NullAway.Init") // set by createReceiveRings(), which every use follows
    private XdpRing rx;

    @SuppressWarnings("NullAway.Init") // set by createSendRing(), which every use follows
    private XdpRing tx;

    @SuppressWarnings("NullAway.Init")
    private XdpRing fill;

    @SuppressWarnings("NullAway.Init")
    private XdpRing completion;

    private XdpSocket(Fd fd) {
        this.fd = fd;
    }

    /**
     * What the kernel counted at a socket.
     *
     * @param rxDropped frames that found no buffer, or were longer than one
     * @param rxRingFull frames that found no room in the rx ring
     * @param fillRingEmpty how often the kernel looked for a buffer in vain; in {@code rxDropped} too
     */
    public record Statistics(long rxDropped, long rxRingFull, long fillRingEmpty) {}

    /** Opens one in the calling thread's network namespace. Needs CAP_NET_RAW. */
    public static XdpSocket open() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            int number = (int) Libc.SOCKET.invokeExact(state, AF_XDP, SOCK_RAW_CLOEXEC, 0);
            return new XdpSocket(new Fd(Fd.check("socket(AF_XDP)", number, state)));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Makes and maps the rings for receiving, and those that the kernel takes buffers from and gives them back by.
     * Sockets of one queue share the latter two: only the first of them makes these rings.
     *
     * @param entries of each, a power of two
     */
    public void createReceiveRings(int entries) throws LinuxException {
        requestRings(entries, XDP_RX_RING, XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment offsets = ringOffsets(arena);
            rx = map(offsets, 0, PGOFF_RX, XdpRing.DESCRIPTOR_BYTES, entries);
            fill = map(offsets, 2, PGOFF_FILL, XdpRing.ADDRESS_BYTES, entries);
            completion = map(offsets, 3, PGOFF_COMPLETION, XdpRing.ADDRESS_BYTES, entries);
        }
    }

    /**
     * Makes and maps the ring for sending.
     *
     * @param entries a power of two
     */
    public void createSendRing(int entries) throws LinuxException {
        requestRings(entries, XDP_TX_RING);
        try (Arena arena = Arena.ofConfined()) {
            tx = map(ringOffsets(arena), 1, PGOFF_TX, XdpRing.DESCRIPTOR_BYTES, entries);
        }
    }

    private void requestRings(int entries, int... options) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocateFrom(JAVA_INT, entries);
            for (int option : options) {
                set("setsockopt(rings)", option, count);
            }
        }
    }

    private MemorySegment ringOffsets(Arena arena) throws LinuxException {
        MemorySegment offsets = arena.allocate(OFFSETS_BYTES, Long.BYTES);
        get("getsockopt(XDP_MMAP_OFFSETS)", XDP_MMAP_OFFSETS, offsets);
        return offsets;
    }

    private XdpRing map(MemorySegment offsets, int ring, long pageOffset, int entryBytes, int entries)
            throws LinuxException {
        long at = (long) ring * OFFSETS_PER_RING_BYTES;
        long producer = offsets.get(JAVA_LONG, at);
        long consumer = offsets.get(JAVA_LONG, at + 8);
        long first = offsets.get(JAVA_LONG, at + 16);
        long flags = offsets.get(JAVA_LONG, at + 24);
        long bytes = first + (long) entries * entryBytes;
        long base = Mapping.shared("an AF_XDP ring", fd, pageOffset, bytes, true, mappings)
                .address();
        return new XdpRing(base + producer, base + consumer, base + flags, base + first, entries);
    }

    /**
     * Makes memory of this process one that frames lie in. The kernel pins its pages.
     *
     * @param address page-aligned
     * @param chunkBytes size and alignment of a buffer: 2048 or 4096. A received frame starts 256 bytes
     *     into its buffer
     * @throws LinuxException ENOBUFS when RLIMIT_MEMLOCK is too small and CAP_IPC_LOCK is missing
     */
    public void registerMemory(long address, long lengthBytes, int chunkBytes) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment registration = arena.allocate(UMEM_REG_BYTES, Long.BYTES);
            registration.set(JAVA_LONG, 0, address);
            registration.set(JAVA_LONG, 8, lengthBytes);
            registration.set(JAVA_INT, 16, chunkBytes);
            set("setsockopt(XDP_UMEM_REG)", XDP_UMEM_REG, registration);
        }
    }

    /**
     * Binds to a queue of an interface of the namespace that the socket was opened in.
     *
     * @param shareWith a bound socket whose memory this one uses too, and whose flags it inherits; null
     *     when memory was registered here
     * @throws LinuxException EBUSY when the queue has a socket already, or had one a moment ago; EBADF
     *     when the other one is not bound any more
     */
    public void bind(int interfaceIndex, int queue, int flags, @Nullable XdpSocket shareWith) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_BYTES, Integer.BYTES);
            address.set(JAVA_SHORT, 0, (short) AF_XDP);
            address.set(JAVA_SHORT, 2, (short) (shareWith == null ? flags : SHARED_UMEM));
            address.set(JAVA_INT, 4, interfaceIndex);
            address.set(JAVA_INT, 8, queue);
            address.set(JAVA_INT, 12, shareWith == null ? 0 : shareWith.fd.number());
            int result = (int) Libc.BIND.invokeExact(state, fd.number(), address.address(), SOCKADDR_BYTES);
            Fd.check("bind(AF_XDP)", result, state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Lets one system call send so many frames instead of 32; kernel 6.17 or later.
     *
     * @return false when the kernel does not know it
     */
    public boolean sendUpTo(int frames) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment budget = arena.allocate(JAVA_INT);
            budget.set(JAVA_INT, 0, frames);
            set("setsockopt(XDP_MAX_TX_SKB_BUDGET)", XDP_MAX_TX_SKB_BUDGET, budget);
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    private void set(String what, int option, MemorySegment value) throws LinuxException {
        try {
            int result = (int) Libc.SETSOCKOPT.invokeExact(
                    state, fd.number(), SOL_XDP, option, value.address(), (int) value.byteSize());
            Fd.check(what, result, state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    private void get(String what, int option, MemorySegment value) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(JAVA_INT);
            length.set(JAVA_INT, 0, (int) value.byteSize());
            MemorySegment errno = arena.allocate(Libc.STATE);
            int result = (int)
                    Libc.GETSOCKOPT.invokeExact(errno, fd.number(), SOL_XDP, option, value.address(), length.address());
            Fd.check(what, result, errno);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** What arrived. */
    public XdpRing rx() {
        return rx;
    }

    /** What shall be sent. */
    public XdpRing tx() {
        return tx;
    }

    /** Buffers for what will arrive. */
    public XdpRing fill() {
        return fill;
    }

    /** Buffers whose frames were sent. */
    public XdpRing completion() {
        return completion;
    }

    /**
     * Makes the kernel send what is in the tx ring. Neither blocks nor throws. A call that fails may have lost a frame,
     * and only its errno tells so; it cannot be made again to learn why, as other calls of the packet path are. So the
     * JVM's slice of the call state, 40 bytes, is left to the compiler to remove.
     *
     * @return 0, or a negative errno: {@code -EAGAIN} when there is more to send, {@code -EBUSY} when the
     *     last frame that was taken is lost, {@code -ENETDOWN} when the interface is down
     */
    public int kick() {
        try {
            long result = (long) SENDTO.invokeExact(state, fd.number(), 0L, 0L, MSG_DONTWAIT, 0L, 0);
            return result >= 0 ? 0 : -Libc.errno(state);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** What the kernel counted since the socket was bound; null after {@link #close}. Any thread. */
    public synchronized @Nullable Statistics statistics() {
        if (closed) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment counts = arena.allocate(STATISTICS_BYTES, Long.BYTES);
            get("getsockopt(XDP_STATISTICS)", XDP_STATISTICS, counts);
            return new Statistics(counts.get(JAVA_LONG, 0), counts.get(JAVA_LONG, 24), counts.get(JAVA_LONG, 32));
        } catch (LinuxException e) {
            return null;
        }
    }

    /** Descriptor for readiness and maps; valid until {@link #close}. */
    public int fd() {
        return fd.number();
    }

    /** Closes the socket: the kernel has written its last frame into the memory when this returns. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            fd.close();
            mappings.close();
        }
    }
}
