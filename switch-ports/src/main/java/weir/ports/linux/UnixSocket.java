// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking AF_UNIX socket; see unix(7). Frames go through {@link SocketIo}, messages
 * with descriptors through {@link SeqpacketSocket}. Any thread, one at a time, but for
 * {@link #connect}, which may run beside sends and receives of another.
 *
 * <pre>
 *  struct sockaddr_un   0           2                    110
 *                      +-----------+--------------------+
 *                      | family 1  | path, NUL          |
 *                      +-----------+--------------------+
 * </pre>
 */
public final class UnixSocket implements AutoCloseable {
    /** Longest path in bytes: {@code UNIX_PATH_MAX}, uapi/linux/un.h, without the final NUL. */
    public static final int MAX_PATH_BYTES = 107;

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_SEQPACKET = 5;
    private static final int NONBLOCK_CLOEXEC = Fd.O_NONBLOCK | Fd.O_CLOEXEC;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int FAMILY_BYTES = 2;

    private final Fd fd;

    private UnixSocket(Fd fd) {
        this.fd = fd;
    }

    /** A socket for a stream of bytes. */
    public static UnixSocket stream() throws LinuxException {
        return open(SOCK_STREAM);
    }

    /** A socket for messages. */
    public static UnixSocket datagram() throws LinuxException {
        return open(SOCK_DGRAM);
    }

    /** A socket for messages over a connection, which {@link SeqpacketSocket} sends and receives. */
    public static UnixSocket seqpacket() throws LinuxException {
        return open(SOCK_SEQPACKET);
    }

    private static UnixSocket open(int type) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            int number = (int) Libc.SOCKET.invokeExact(state, AF_UNIX, type | NONBLOCK_CLOEXEC, 0);
            return new UnixSocket(new Fd(Fd.check("socket(AF_UNIX)", number, state)));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Makes the socket's file. EADDRINUSE when there is a file of that name, whatever it is.
     *
     * @param mode permissions of the file, less the process's umask: whoever may write may connect
     */
    public void bind(String path, int mode) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            // On Linux the file gets the mode that the socket has when it is bound, so it is never wider than asked.
            Fd.check("fchmod", (int) Libc.FCHMOD.invokeExact(state, fd.number(), mode), state);
            MemorySegment address = address(path, arena);
            int bytes = (int) address.byteSize();
            Fd.check("bind " + path, (int) Libc.BIND.invokeExact(state, fd.number(), address.address(), bytes), state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Lets peers connect; so many wait until they are accepted. */
    public void listen(int backlog) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            Fd.check("listen", (int) Libc.LISTEN.invokeExact(state, fd.number(), backlog), state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** The next peer that wants to connect; null when there is none, or it has gone again. */
    public @Nullable UnixSocket accept() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            int number = (int) Libc.ACCEPT4.invokeExact(state, fd.number(), 0L, 0L, NONBLOCK_CLOEXEC);
            if (number < 0 && Errno.of(Libc.errno(state)) == Errno.EAGAIN) {
                return null;
            }
            return new UnixSocket(new Fd(Fd.check("accept", number, state)));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /**
     * Connects, without waiting: EAGAIN when the listener has no room for another peer. A socket for messages can be
     * connected again, and from then on hears of nobody else.
     */
    public void connect(String path) throws LinuxException {
        connect(path, false);
    }

    /** As {@link #connect}, to a name that is no file: in Linux's abstract namespace, without its leading NUL. */
    public void connectAbstract(String name) throws LinuxException {
        connect(name, true);
    }

    private void connect(String path, boolean isAbstract) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            MemorySegment address = isAbstract ? abstractAddress(path, arena) : address(path, arena);
            int bytes = (int) address.byteSize();
            Fd.check(
                    "connect " + path,
                    (int) Libc.CONNECT.invokeExact(state, fd.number(), address.address(), bytes),
                    state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** Asks for room for so many bytes on their way to the peer; the kernel gives at most {@code wmem_max}. */
    public void sendBuffer(int bytes) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            long value = arena.allocateFrom(JAVA_INT, bytes).address();
            Fd.check(
                    "SO_SNDBUF",
                    (int) Libc.SETSOCKOPT.invokeExact(
                            state, fd.number(), SOL_SOCKET, SO_SNDBUF, value, (int) JAVA_INT.byteSize()),
                    state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    private static MemorySegment address(String path, Arena arena) throws LinuxException {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_PATH_BYTES) {
            throw new LinuxException(
                    path + " of " + bytes.length + " bytes, out of range [1, " + MAX_PATH_BYTES + "]",
                    Errno.ENAMETOOLONG.number());
        }
        MemorySegment address = arena.allocate(FAMILY_BYTES + bytes.length + 1L, Short.BYTES);
        address.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(bytes, 0, address, JAVA_BYTE, FAMILY_BYTES, bytes.length);
        return address;
    }

    /** NUL, then the name up to the end of the address; see unix(7). */
    private static MemorySegment abstractAddress(String name, Arena arena) throws LinuxException {
        MemorySegment shifted = address("@" + name, arena);
        shifted.set(JAVA_BYTE, FAMILY_BYTES, (byte) 0);
        return shifted.asSlice(0, shifted.byteSize() - 1);
    }

    /** Descriptor for {@link SocketIo} and for readiness; valid until {@link #close}. */
    public int fd() {
        return fd.number();
    }

    @Override
    public void close() {
        fd.close();
    }
}
