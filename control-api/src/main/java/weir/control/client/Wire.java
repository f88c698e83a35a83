// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A channel that never blocks, and a selector that waits for it, no longer than a deadline. One thread. */
final class Wire implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private Deadline deadline;

    /** @param channel in non-blocking mode; closed with the wire */
    Wire(SocketChannel channel, Deadline deadline) throws IOException {
        this.channel = channel;
        this.deadline = deadline;
        selector = Selector.open();
        key = channel.register(selector, 0);
    }

    void waitUntil(Deadline changed) {
        deadline = changed;
    }

    /** Bytes that were there; 0 for none, -1 at the end. */
    int read(ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    /** Writes what there is room for. */
    void write(ByteBuffer data) throws IOException {
        int _ = channel.write(data);
    }

    /** Writes all of it. */
    void writeAll(ByteBuffer data) throws IOException {
        while (data.hasRemaining()) {
            if (channel.write(data) == 0) {
                refuseInterrupted();
                await(SelectionKey.OP_WRITE);
            }
        }
    }

    /**
     * Waits until there is something to read, or the end; returns early when the thread is interrupted.
     *
     * @throws DaemonException when that takes too long
     */
    void awaitBytes() throws IOException {
        await(SelectionKey.OP_READ);
    }

    /** Waits until there is something to read, or room to write. */
    void awaitEither() throws IOException {
        await(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    /** Waits until the channel is connected, or fails to be. */
    void awaitConnected() throws IOException {
        while (!channel.finishConnect()) {
            refuseInterrupted();
            await(SelectionKey.OP_CONNECT);
        }
    }

    private static void refuseInterrupted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
    }

    private void await(int operations) throws IOException {
        key.interestOps(operations);
        selector.select(deadline.millisLeft());
        selector.selectedKeys().clear();
    }

    @Override
    public void close() {
        try (channel) {
            selector.close();
        } catch (IOException e) {
            // Nothing was to come any more.
        }
    }
}
