// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.BitSet;

/** Datagrams that carry numbers 0, 1, 2, ..., so that each is known apart. One thread at a time. */
final class NumberedUdp implements AutoCloseable {
    /** Ethernet, IPv4 and UDP around a payload. */
    static final int HEADER_BYTES = 14 + 20 + 8;

    private static final int PAYLOAD_BYTES = 32;
    private static final long SILENCE_NANOS = 20_000_000_000L;

    private final DatagramChannel from;
    private final DatagramChannel to;
    private final SocketAddress target;
    private final BitSet arrived = new BitSet();
    private final ByteBuffer received = ByteBuffer.allocate(2048);
    private int sent;
    private int duplicates;

    /** Over IPv4. */
    NumberedUdp(Station from, Station to, int port) throws Exception {
        this(from.udp(from.ipv4(), port), to.udp(to.ipv4(), port));
    }

    NumberedUdp(DatagramChannel from, DatagramChannel to) throws IOException {
        this.from = from;
        this.to = to;
        target = to.getLocalAddress();
    }

    /** Bytes of each frame, without FCS. */
    static int frameBytes() {
        return HEADER_BYTES + PAYLOAD_BYTES;
    }

    void send(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            send(PAYLOAD_BYTES, 1);
        }
    }

    /** Sends datagrams with payloads of 4 bytes and more, each longer by {@code step} than the one before. */
    void sendOfLengths(int count, int step) throws IOException {
        for (int i = 0; i < count; i++) {
            send(Integer.BYTES + i * step, i);
        }
    }

    private void send(int payloadBytes, int fill) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(payloadBytes);
        payload.putInt(sent);
        while (payload.hasRemaining()) {
            payload.put((byte) (fill + payload.position()));
        }
        payload.flip();
        while (from.send(payload, target) == 0) {
            Thread.onSpinWait();
        }
        sent++;
    }

    /** Takes what has arrived. */
    void poll() throws IOException {
        while (to.receive(received.clear()) != null) {
            int number = received.getInt(0);
            if (arrived.get(number)) {
                duplicates++;
            }
            arrived.set(number);
        }
    }

    /** Waits until so many have arrived, or nothing has for long. Returns how many did. */
    int await(int count) throws IOException, InterruptedException {
        long last = System.nanoTime();
        int before = 0;
        while (arrived.cardinality() < count && System.nanoTime() - last < SILENCE_NANOS) {
            poll();
            if (arrived.cardinality() != before) {
                before = arrived.cardinality();
                last = System.nanoTime();
            } else {
                Thread.sleep(1);
            }
        }
        return arrived.cardinality();
    }

    /** Waits for all that were sent. */
    int awaitAll() throws IOException, InterruptedException {
        return await(sent);
    }

    int sent() {
        return sent;
    }

    /** How many different ones arrived. */
    int arrived() {
        return arrived.cardinality();
    }

    int duplicates() {
        return duplicates;
    }

    @Override
    public void close() throws IOException {
        try (from) {
            to.close();
        }
    }
}
