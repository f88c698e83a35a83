// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** The other end of a stream: QEMU's framing over a socket of the JDK. */
final class StreamPeer implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 20);

    StreamPeer(SocketChannel channel) {
        this.channel = channel;
    }

    static byte[] framed(byte[] frame) {
        return ByteBuffer.allocate(Integer.BYTES + frame.length)
                .putInt(frame.length)
                .put(frame)
                .array();
    }

    void send(byte[] frame) throws IOException {
        sendRaw(framed(frame));
    }

    /** Blocks until the kernel has taken everything. */
    void sendRaw(byte[] bytes) throws IOException {
        channel.configureBlocking(true);
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** What is there now; never waits. */
    List<byte[]> received() throws IOException {
        channel.configureBlocking(false);
        List<byte[]> frames = new ArrayList<>();
        while (channel.read(in) > 0) {
            in.flip();
            while (in.remaining() >= Integer.BYTES && in.remaining() - Integer.BYTES >= in.getInt(in.position())) {
                byte[] frame = new byte[in.getInt()];
                in.get(frame);
                frames.add(frame);
            }
            in.compact();
        }
        return frames;
    }

    /** Whether the other side has closed; waits for that. */
    boolean seesTheEnd() throws IOException {
        channel.configureBlocking(true);
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
