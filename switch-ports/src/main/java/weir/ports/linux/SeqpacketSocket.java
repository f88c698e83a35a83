// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A unix socket of type SOCK_SEQPACKET: messages with borders, in order, over a connection whose end shows; see
 * unix(7). No call waits for the peer. A message can carry a file descriptor (SCM_RIGHTS), which Java's own
 * channels cannot send.
 */
public final class SeqpacketSocket implements AutoCloseable {
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL;

    // struct ucred: pid (4), uid (4), gid (4)
    private static final int UCRED_BYTES = 12;
    private static final int UCRED_UID = 4;

    // struct msghdr and struct iovec, bits/socket.h, LP64
    private static final int MSGHDR_BYTES = 56;
    private static final int MSGHDR_IOV = 16;
    private static final int MSGHDR_IOVLEN = 24;
    private static final int MSGHDR_CONTROL = 32;
    private static final int MSGHDR_CONTROLLEN = 40;
    private static final int IOVEC_BYTES = 16;
    private static final int IOVEC_LENGTH = 8;

    // struct cmsghdr with one descriptor: length (8), level (4), type (4), descriptor (4), padding (4)
    private static final int CMSG_BYTES = 20;
    private static final int CMSG_SPACE = 24;
    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;
    private static final int CMSG_DATA = 16;

    private final UnixSocket socket;

    private SeqpacketSocket(UnixSocket socket) {
        this.socket = socket;
    }

    /** A {@link UnixSocket#seqpacket} that was bound and listens or was connected; closed with this one. */
    public static SeqpacketSocket of(UnixSocket socket) {
        return new SeqpacketSocket(socket);
    }

    /** Who is at the other end, as it was when the connection was made. */
    public record Peer(int pid, int uid) {}

    /** A message that arrived: its bytes are in the buffer. {@code fd} belongs to the caller. */
    public record Received(int lengthBytes, @Nullable Fd fd) {}

    /**
     * Connects; EAGAIN when too many others wait to be accepted, ECONNREFUSED when nobody listens there or it is
     * no socket.
     */
    public static SeqpacketSocket connect(Path path) throws LinuxException {
        UnixSocket made = UnixSocket.seqpacket();
        try {
            made.connect(path.toString());
            return new SeqpacketSocket(made);
        } catch (LinuxException e) {
            made.close();
            throw e;
        }
    }

    /** Takes a connection that waits; null when none does. */
    public @Nullable SeqpacketSocket accept() throws LinuxException {
        UnixSocket accepted = socket.accept();
        return accepted == null ? null : new SeqpacketSocket(accepted);
    }

    /** Process and user at the other end. */
    public Peer peer() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            MemorySegment credentials = arena.allocate(UCRED_BYTES, Integer.BYTES);
            long length = arena.allocateFrom(JAVA_INT, UCRED_BYTES).address();
            Fd.check(
                    "SO_PEERCRED",
                    (int) Libc.GETSOCKOPT.invokeExact(
                            state, fd(), SOL_SOCKET, SO_PEERCRED, credentials.address(), length),
                    state);
            return new Peer(credentials.get(JAVA_INT, 0), credentials.get(JAVA_INT, UCRED_UID));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Sends a message, with a descriptor if there is one to pass.
     *
     * @throws LinuxException EAGAIN when the peer has not read what came before, EPIPE when it is gone
     */
    public void send(MemorySegment message, @Nullable Fd passed) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            MemorySegment header = header(arena, message);
            if (passed != null) {
                MemorySegment control = control(arena, header);
                control.set(JAVA_LONG, 0, CMSG_BYTES);
                control.set(JAVA_INT, CMSG_LEVEL, SOL_SOCKET);
                control.set(JAVA_INT, CMSG_TYPE, SCM_RIGHTS);
                control.set(JAVA_INT, CMSG_DATA, passed.number());
            }
            long n = (long) Libc.SENDMSG.invokeExact(state, fd(), header.address(), SEND_FLAGS);
            Fd.check("sendmsg", (int) n, state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Receives a message with the descriptor that may come with it; null when none is there now.
     *
     * @return length 0 when the peer has closed the connection
     */
    public @Nullable Received receive(MemorySegment buffer) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            MemorySegment header = header(arena, buffer);
            MemorySegment control = control(arena, header);
            int flags = MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
            long n = (long) Libc.RECVMSG.invokeExact(state, fd(), header.address(), flags);
            if (n < 0 && Libc.errno(state) == Errno.EAGAIN.number()) {
                return null;
            }
            Fd.check("recvmsg", (int) n, state);
            boolean passed = header.get(JAVA_LONG, MSGHDR_CONTROLLEN) >= CMSG_BYTES
                    && control.get(JAVA_INT, CMSG_LEVEL) == SOL_SOCKET
                    && control.get(JAVA_INT, CMSG_TYPE) == SCM_RIGHTS;
            return new Received((int) n, passed ? new Fd(control.get(JAVA_INT, CMSG_DATA)) : null);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    private static MemorySegment header(Arena arena, MemorySegment message) {
        MemorySegment vector = arena.allocate(IOVEC_BYTES, Long.BYTES);
        vector.set(JAVA_LONG, 0, message.address());
        vector.set(JAVA_LONG, IOVEC_LENGTH, message.byteSize());
        MemorySegment header = arena.allocate(MSGHDR_BYTES, Long.BYTES);
        header.set(JAVA_LONG, MSGHDR_IOV, vector.address());
        header.set(JAVA_LONG, MSGHDR_IOVLEN, 1);
        return header;
    }

    private static MemorySegment control(Arena arena, MemorySegment header) {
        MemorySegment control = arena.allocate(CMSG_SPACE, Long.BYTES);
        header.set(JAVA_LONG, MSGHDR_CONTROL, control.address());
        // Not CMSG_SPACE: a second descriptor would fit into the padding, and nobody would close it.
        header.set(JAVA_LONG, MSGHDR_CONTROLLEN, CMSG_BYTES);
        return control;
    }

    /**
     * Sends one message from the packet path: nothing is allocated, thrown or waited for.
     *
     * @return false when it did not go; a peer that is gone shows by readiness
     */
    public static boolean sendNow(int fd, long address, long lengthBytes) {
        try {
            return (long) Libc.PLAIN_SEND.invokeExact(fd, address, lengthBytes, SEND_FLAGS) == lengthBytes;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Receives one message on the packet path. Descriptors that come with it are thrown away by the kernel.
     *
     * @return bytes, 0 when the peer has closed the connection, -1 when nothing is there or it has failed
     */
    public static long receiveNow(int fd, long address, long capacityBytes) {
        try {
            return (long) Libc.PLAIN_RECV.invokeExact(fd, address, capacityBytes, MSG_DONTWAIT);
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** For the calls above and for readiness; valid until {@link #close}. */
    public int fd() {
        return socket.fd();
    }

    @Override
    public void close() {
        socket.close();
    }
}
