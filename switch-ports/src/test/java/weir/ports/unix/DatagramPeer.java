// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import weir.ports.linux.LinuxException;
import weir.ports.linux.SocketIo;
import weir.ports.linux.UnixSocket;

/** The other end of a dgram port, by the kernel's calls: the JDK has no such sockets. */
final class DatagramPeer implements AutoCloseable {
    private static final int MODE = 0600;

    private final UnixSocket socket;
    private final String target;
    private final SocketIo io = new SocketIo();
    private final MemorySegment memory = Arena.ofAuto().allocate(1 << 17);

    DatagramPeer(String path, String target) throws LinuxException {
        socket = UnixSocket.datagram();
        this.target = target;
        socket.bind(path, MODE);
    }

    void send(byte[] frame) throws LinuxException {
        socket.connect(target);
        MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, 0, frame.length);
        long n = io.send(socket.fd(), memory.address(), frame.length);
        if (n != frame.length) {
            throw new AssertionError("sent " + n);
        }
    }

    /** Connects to another address: what it had not read is lost, and who sent that is told so. */
    void turnTo(String path) throws LinuxException {
        socket.connect(path);
    }

    List<byte[]> received() {
        List<byte[]> frames = new ArrayList<>();
        for (long n = receive(); n >= 0; n = receive()) {
            frames.add(memory.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
        }
        return frames;
    }

    private long receive() {
        return SocketIo.receiveMessage(socket.fd(), memory.address(), memory.byteSize());
    }

    @Override
    public void close() {
        socket.close();
    }
}
