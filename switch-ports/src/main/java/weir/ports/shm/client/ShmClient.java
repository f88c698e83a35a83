// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm.client;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import weir.ports.linux.Errno;
import weir.ports.linux.Fd;
import weir.ports.linux.FdWait;
import weir.ports.linux.LinuxException;
import weir.ports.linux.SeqpacketSocket;
import weir.ports.linux.SharedMemory;
import weir.ports.shm.ShmLayout;

/**
 * A connection to a shared-memory port of a switch.
 *
 * <p>Threads: one thread at a time uses the {@link #sender}, and one, the same or another, the {@link #receiver}.
 * {@link #close} comes after the last use of either. Frames are in {@link #memory}, at offsets that sender and
 * receiver give; nothing is allocated for a frame.
 *
 * <p>The switch never waits for a client: frames that find no free slot in the client's ring are dropped there.
 */
public final class ShmClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int RETRY_MILLIS = 2;

    private final SeqpacketSocket socket;
    private final SharedMemory shared;
    private final ShmLayout.Geometry geometry;
    private final ShmSender sender;
    private final ShmReceiver receiver;

    private ShmClient(SeqpacketSocket socket, SharedMemory shared, ShmLayout.Geometry geometry) {
        this.socket = socket;
        this.shared = shared;
        this.geometry = geometry;
        sender = new ShmSender(socket, shared.memory(), geometry);
        receiver = new ShmReceiver(socket, shared.memory(), geometry);
    }

    /**
     * Connects to a port, with 5 s of patience.
     *
     * @param path of the port's socket, such as {@code /run/weir/a.sock}
     */
    public static ShmClient connect(Path path) throws ShmException {
        return connect(path, PATIENCE);
    }

    /**
     * Connects to a port.
     *
     * @param path of the port's socket
     * @param timeout how long to wait for the switch's answer
     * @throws ShmException when nobody listens there, the switch does not answer, or it refuses: the port has a
     *     client already, or it was closed for a while after a client broke the rules
     */
    public static ShmClient connect(Path path, Duration timeout) throws ShmException {
        long deadline = System.nanoTime() + timeout.toNanos();
        SeqpacketSocket socket = socket(path, deadline);
        boolean done = false;
        try {
            ShmClient client = shakeHands(path, socket, deadline);
            done = true;
            return client;
        } catch (LinuxException e) {
            throw new ShmException("connect to " + path + ": " + e.getMessage(), e);
        } finally {
            if (!done) {
                socket.close();
            }
        }
    }

    private static SeqpacketSocket socket(Path path, long deadline) throws ShmException {
        while (true) {
            try {
                return SeqpacketSocket.connect(path);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EAGAIN || System.nanoTime() - deadline > 0) {
                    throw new ShmException(String.valueOf(e.getMessage()), e);
                }
                pause(); // others wait to be accepted
            }
        }
    }

    private static void pause() throws ShmException {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ShmException("interrupted while connecting", e);
        }
    }

    private static ShmClient shakeHands(Path path, SeqpacketSocket socket, long deadline)
            throws LinuxException, ShmException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment hello = arena.allocate(ShmLayout.HELLO_BYTES, Long.BYTES);
            ShmLayout.writeHello(hello);
            socket.send(hello, null);
            MemorySegment welcome = arena.allocate(ShmLayout.WELCOME_BYTES, Long.BYTES);
            SeqpacketSocket.Received answer = await(path, socket, welcome, deadline);
            Fd fd = answer.fd();
            if (!ShmLayout.isWelcome(welcome, answer.lengthBytes())) {
                closeIfThere(fd);
                throw new ShmException(path + " answered something that is no welcome of version " + ShmLayout.VERSION);
            }
            ShmLayout.Geometry geometry = ShmLayout.geometry(welcome);
            if (!ShmLayout.isConnected(welcome) || fd == null || geometry == null) {
                closeIfThere(fd);
                throw new ShmException(path + " refused: " + ShmLayout.text(welcome));
            }
            return new ShmClient(socket, SharedMemory.of(fd, geometry.memoryBytes()), geometry);
        }
    }

    private static SeqpacketSocket.Received await(
            Path path, SeqpacketSocket socket, MemorySegment welcome, long deadline)
            throws LinuxException, ShmException {
        FdWait wait = new FdWait(socket.fd(), true);
        SeqpacketSocket.Received answer = socket.receive(welcome);
        while (answer == null) {
            if (System.nanoTime() - deadline > 0) {
                throw new ShmException(path + " did not answer in time");
            }
            var _ = wait.await(RETRY_MILLIS);
            answer = socket.receive(welcome);
        }
        return answer;
    }

    private static void closeIfThere(@org.jspecify.annotations.Nullable Fd fd) {
        if (fd != null) {
            fd.close();
        }
    }

    /** Frames to the switch. */
    public ShmSender sender() {
        return sender;
    }

    /** Frames from the switch. */
    public ShmReceiver receiver() {
        return receiver;
    }

    /** The port's MTU: a frame of {@code mtuBytes() + 14} bytes fits, with 4 more for each of two tags. */
    public int mtuBytes() {
        return geometry.mtuBytes();
    }

    /** Bytes of a slot: the longest frame that can be written into one. */
    public int slotBytes() {
        return geometry.slotBytes();
    }

    /** Frames that fit into each direction. */
    public int slots() {
        return geometry.slots();
    }

    /** All memory that is shared with the switch. Only what sender and receiver point to is the client's to use. */
    public MemorySegment memory() {
        return shared.memory();
    }

    /** Whether the switch still holds the connection; one system call. */
    public boolean isConnected() {
        return new FdWait(socket.fd(), false).await(0) != FdWait.Found.FAILURE;
    }

    /** Leaves the port. What was published before is still forwarded. Idempotent. */
    @Override
    public void close() {
        socket.close();
        shared.close();
    }
}
