// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * UDP datagrams from one socket to another, counted at both ends. The sender stays at most a window
 * ahead of the receiver, since nothing on the way would slow it down: neither a TAP nor UDP pushes back,
 * and the difference between the two counts is to be frames that were lost, not frames that had no
 * chance.
 */
final class UdpBurst {
    private static final int WINDOW_DATAGRAMS = 128;
    private static final int PAYLOAD_BYTES = 22; // a frame of 64 bytes
    private static final long STEP_NANOS = 20_000;
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final DatagramChannel from;
    private final DatagramChannel to;
    private final BooleanSupplier stopped;
    private long sent;
    private long lost;
    private volatile long received;

    /** What was counted. */
    record Counts(long sent, long received, long nanos) {}

    UdpBurst(DatagramChannel from, DatagramChannel to, BooleanSupplier stopped) {
        this.from = from;
        this.to = to;
        this.stopped = stopped;
    }

    /**
     * Sends for a time, waits for the last datagrams, and closes both sockets.
     *
     * @param isOver sends on until this is true, if the time is over before
     */
    Counts run(double seconds, BooleanSupplier isOver) throws DemoFailure, InterruptedException {
        Thread receiver =
                Thread.ofPlatform().name("weir-udp-receiver").daemon(true).start(this::receive);
        long start = System.nanoTime();
        try {
            send(start + (long) (seconds * 1e9), isOver);
            awaitRoom(1);
        } catch (IOException e) {
            throw new DemoFailure("cannot send UDP: " + e.getMessage(), "'weir doctor' shows what this machine lacks");
        } finally {
            closeQuietly(from);
            closeQuietly(to);
        }
        long end = System.nanoTime();
        receiver.join();
        return new Counts(sent, received, end - start);
    }

    private void send(long deadline, BooleanSupplier isOver) throws IOException {
        ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD_BYTES);
        while ((System.nanoTime() - deadline < 0 || !isOver.getAsBoolean()) && !stopped.getAsBoolean()) {
            awaitRoom(WINDOW_DATAGRAMS);
            payload.clear().putLong(0, sent);
            from.write(payload);
            sent++;
        }
    }

    /** Waits until fewer than {@code window} datagrams are on their way; what takes too long is given up. */
    private void awaitRoom(int window) {
        long seen = received;
        long since = System.nanoTime();
        while (sent - received - lost >= window && !stopped.getAsBoolean()) {
            LockSupport.parkNanos(STEP_NANOS);
            long now = System.nanoTime();
            if (received != seen) {
                seen = received;
                since = now;
            } else if (now - since > GIVE_UP_NANOS) {
                lost = sent - received;
            }
        }
    }

    private void receive() {
        ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD_BYTES);
        long count = 0;
        try {
            while (true) {
                payload.clear();
                to.read(payload);
                received = ++count;
            }
        } catch (AsynchronousCloseException e) {
            // The sender has seen everything arrive, or has given up.
        } catch (PortUnreachableException e) {
            // The peer's socket is gone: the demo is being stopped.
        } catch (IOException e) {
            closeQuietly(to);
        }
    }

    private static void closeQuietly(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
