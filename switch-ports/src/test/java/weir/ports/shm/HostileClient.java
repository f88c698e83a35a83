// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import weir.core.ring.RingLayout;
import weir.ports.linux.Errno;
import weir.ports.linux.FdWait;
import weir.ports.linux.LinuxException;
import weir.ports.linux.SeqpacketSocket;
import weir.ports.linux.SharedMemory;

/** A client that keeps to no rule: writes what it likes to memory and socket. */
final class HostileClient implements AutoCloseable {
    private static final VarHandle WORD = JAVA_LONG.varHandle();
    private static final int ANSWER_MILLIS = 30_000;

    private final SeqpacketSocket socket;
    private final SharedMemory shared;
    private final ShmLayout.Geometry geometry;
    private final MemorySegment toSwitch;
    private final MemorySegment fromSwitch;
    private final MemorySegment wakeup = Arena.ofAuto().allocateFrom(JAVA_BYTE, ShmLayout.WAKEUP);

    private HostileClient(SeqpacketSocket socket, SharedMemory shared, ShmLayout.Geometry geometry) {
        this.socket = socket;
        this.shared = shared;
        this.geometry = geometry;
        toSwitch = geometry.ringToSwitch(shared.memory());
        fromSwitch = geometry.ringFromSwitch(shared.memory());
    }

    /** Says hello as a client should; null when it is refused, or came too late with it. */
    static HostileClient connect(Path path) throws LinuxException {
        SeqpacketSocket socket = SeqpacketSocket.connect(path);
        try {
            return enter(socket);
        } catch (LinuxException e) {
            socket.close();
            if (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET) {
                return null;
            }
            throw e;
        }
    }

    private static HostileClient enter(SeqpacketSocket socket) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment hello = arena.allocate(ShmLayout.HELLO_BYTES, Long.BYTES);
            ShmLayout.writeHello(hello);
            socket.send(hello, null);
            MemorySegment welcome = arena.allocate(ShmLayout.WELCOME_BYTES, Long.BYTES);
            var _ = new FdWait(socket.fd(), true).await(ANSWER_MILLIS);
            SeqpacketSocket.Received answer = socket.receive(welcome);
            if (answer == null || answer.fd() == null) {
                socket.close();
                return null;
            }
            ShmLayout.Geometry geometry = ShmLayout.geometry(welcome);
            return new HostileClient(socket, SharedMemory.of(answer.fd(), geometry.memoryBytes()), geometry);
        }
    }

    int slots() {
        return geometry.slots();
    }

    int slotBytes() {
        return geometry.slotBytes();
    }

    SharedMemory shared() {
        return shared;
    }

    long producerIndex() {
        return (long) WORD.getAcquire(toSwitch, (long) RingLayout.PRODUCER_BYTE);
    }

    void producerIndex(long index) {
        WORD.setRelease(toSwitch, (long) RingLayout.PRODUCER_BYTE, index);
    }

    /** Index up to which the switch has taken frames. */
    long takenIndex() {
        return (long) WORD.getAcquire(toSwitch, (long) RingLayout.CONSUMER_BYTE);
    }

    void consumerIndex(long index) {
        WORD.setRelease(fromSwitch, (long) RingLayout.CONSUMER_BYTE, index);
    }

    /** Index up to which the switch has given frames. */
    long givenIndex() {
        return (long) WORD.getAcquire(fromSwitch, (long) RingLayout.PRODUCER_BYTE);
    }

    void sleepNumber(long number) {
        WORD.setRelease(fromSwitch, (long) RingLayout.WAITING_BYTE, number);
    }

    /** Writes the word of an index without publishing it. */
    void word(long index, long word) {
        toSwitch.set(JAVA_LONG, RingLayout.WORDS_BYTE + (index & (slots() - 1)) * Long.BYTES, word);
    }

    /** Writes the frame and the word of an index without publishing it. */
    void frame(long index, byte[] frame) {
        long offset = geometry.slotsToSwitch() + (index & (slots() - 1)) * slotBytes();
        MemorySegment.copy(frame, 0, shared.memory(), JAVA_BYTE, offset, frame.length);
        word(index, frame.length);
    }

    /** Overwrites some random word anywhere in the memory, rings included. */
    void scribble(RandomGenerator random) {
        long at = random.nextLong(shared.memory().byteSize() / Long.BYTES) * Long.BYTES;
        shared.memory().set(JAVA_LONG, at, random.nextBoolean() ? random.nextLong() : random.nextInt(64));
    }

    /** Wakes the switch, whether it sleeps or not; false when it does not read, or has hung up. */
    boolean wake() {
        return SeqpacketSocket.sendNow(socket.fd(), wakeup.address(), 1);
    }

    /** Sends anything over the socket. */
    boolean say(byte... message) {
        try (Arena arena = Arena.ofConfined()) {
            return SeqpacketSocket.sendNow(
                    socket.fd(), arena.allocateFrom(JAVA_BYTE, message).address(), message.length);
        }
    }

    boolean isConnected() {
        return new FdWait(socket.fd(), false).await(0) != FdWait.Found.FAILURE;
    }

    /** Closes the socket, and keeps the memory. */
    void hangUp() {
        socket.close();
    }

    @Override
    public void close() {
        socket.close();
        shared.close();
    }
}
