// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A connection to a daemon on which nothing waits longer than it may. Reads are those of an {@link InputStream}; they end
 * when the calling thread is interrupted, as if the other side had hung up. One thread.
 */
abstract sealed class Connection extends InputStream permits UnixConnection, TlsConnection {
    private static final int BYTE_MASK = 0xff;

    private final Wire wire;
    private final ByteBuffer received;

    /** @param bufferBytes what {@link #receive} gives at a time */
    Connection(Wire wire, int bufferBytes) {
        this.wire = wire;
        received = ByteBuffer.allocate(bufferBytes).flip();
    }

    final Wire wire() {
        return wire;
    }

    /** From now on waits for so long. */
    final void waitUntil(Deadline changed) {
        wire.waitUntil(changed);
    }

    /** Takes what is there: the number of bytes, 0 for none yet, -1 at the end. */
    abstract int receive(ByteBuffer into) throws IOException;

    /** Gives what the other side takes now; whether that was all. */
    abstract boolean transmit(ByteBuffer data) throws IOException;

    /** Sends, up to where the other side begins to answer or hangs up, since it needs no more then. */
    final void send(ByteBuffer data) {
        try {
            while (fill() == 0 && !transmit(data)) {
                wire.awaitEither();
            }
        } catch (IOException e) {
            // It hung up; what it said before is read next.
        }
    }

    private int fill() throws IOException {
        if (received.hasRemaining()) {
            return received.remaining();
        }
        received.clear();
        try {
            return receive(received);
        } finally {
            received.flip();
        }
    }

    private boolean awaitBytes() throws IOException {
        int held = fill();
        while (held == 0) {
            wire.awaitBytes();
            if (Thread.currentThread().isInterrupted()) {
                return false;
            }
            held = fill();
        }
        return held > 0;
    }

    @Override
    public final int read() throws IOException {
        return awaitBytes() ? received.get() & BYTE_MASK : -1;
    }

    @Override
    public final int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!awaitBytes()) {
            return -1;
        }
        int count = Math.min(length, received.remaining());
        received.get(target, offset, count);
        return count;
    }

    /** Whether more bytes are here already. */
    @Override
    public final int available() {
        return received.remaining();
    }

    @Override
    public final void close() {
        wire.close();
    }
}
