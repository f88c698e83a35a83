// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.port.QueueContext;
import weir.ports.FrameIntake;
import weir.ports.linux.Errno;
import weir.ports.linux.SocketIo;
import weir.ports.readiness.FdReadiness;

/**
 * Frames as messages: one system call each. The socket is the port's; whether it has a peer is the dialer's matter.
 *
 * <p>A peer that is not connected to us takes only {@code net.unix.max_dgram_qlen} messages at a time, 10 on many
 * systems, which is less than a batch. What it does not take waits here, in its slots, and goes when the kernel says that
 * there is room again.
 */
final class DatagramLink extends Link {
    /** Longest message that comes in whole; of longer ones only the length is wanted. */
    private static final int BUFFER_BYTES = 1 << 16;

    /** Frames that wait for the kernel; a power of two. */
    private static final int MAX_WAITING = 512;

    private static final int MAX_WAITING_BYTES = 1 << 18;

    private final int fd;
    private final Consumer<String> lost;
    private final FdReadiness readiness;
    private final MemorySegment memory = Arena.ofAuto().allocate(BUFFER_BYTES, Long.BYTES);
    private final AtomicLong peerDropped;
    private final long[] queue = new long[MAX_WAITING];
    private int first;
    private int waiting;
    private int waitingBytes;
    private boolean watchesOutput;
    private FdReadiness.@Nullable Registration registration;
    private volatile boolean connected;

    /**
     * @param lost told when a message did not reach a peer
     * @param peerDropped counts frames that waited for a peer that went
     */
    DatagramLink(
            QueueContext context,
            int mtuBytes,
            int fd,
            FdReadiness readiness,
            Consumer<String> lost,
            AtomicLong peerDropped)
            throws IOException {
        super(context, mtuBytes);
        this.fd = fd;
        this.lost = lost;
        this.readiness = readiness;
        this.peerDropped = peerDropped;
        registration = readiness.register(fd, this);
        ready = true;
    }

    /** The dialer: messages have somewhere to go, or not. */
    void setConnected(boolean now) {
        connected = now;
    }

    boolean isConnected() {
        return connected;
    }

    @Override
    int receive(long[] into, int from, int budgetFrames) {
        int taken = 0;
        for (int seen = 0; ready && seen < budgetFrames; seen++) {
            long n = SocketIo.receiveMessage(fd, memory.address(), BUFFER_BYTES);
            if (n >= 0) {
                long frame = n > BUFFER_BYTES
                        ? intake.drop(DropReason.OVERSIZE, memory.address(), BUFFER_BYTES, (int) n)
                        : intake.take(memory.address(), (int) n);
                if (frame != FrameIntake.DROPPED) {
                    into[from + taken++] = frame;
                }
            } else {
                readNothing(); // or ECONNRESET: a peer that had our messages turned to another one
                ready |= registration == null;
                break;
            }
        }
        return taken;
    }

    @Override
    boolean hasInput() {
        return ready;
    }

    /** An error of the socket ends the watch, but not the socket: reading it takes the error away. */
    @Override
    public void failed() {
        watchesOutput = false;
        try {
            registration = readiness.register(fd, this);
            watchOutput(waiting > 0);
        } catch (IOException e) {
            registration = null; // from here on the worker polls
        }
        readableAfterError();
    }

    // ---- out ------------------------------------------------------------------------------------

    @Override
    void transmit(long[] batch, int from, int count) {
        if (!connected) {
            drop(DropReason.PORT_DOWN, batch, from, count);
            return;
        }
        sendWaiting();
        int end = from + count;
        int at = waiting == 0 ? sendSome(batch, from, end) : from;
        if (!connected) {
            drop(DropReason.PORT_DOWN, batch, at, end - at);
        } else if (at < end) {
            keep(batch, at, end);
        }
    }

    /** Sends until one does not go; those that went, or never could, are counted and released. */
    private int sendSome(long[] batch, int from, int end) {
        long bytes = 0;
        int sent = 0;
        int at = from;
        for (; at < end; at++) {
            long n = send(batch[at]);
            if (n >= 0) {
                bytes += Frame.length(batch[at]);
                sent++;
            } else if (n == SocketIo.EMSGSIZE) {
                context.dropEgress(DropReason.OVERSIZE, batch, at, 1);
            } else {
                break;
            }
            frames.release(batch[at]);
        }
        if (sent > 0) {
            cells.transmitted(sent, bytes);
        }
        return at;
    }

    /** Sends one; a result that means neither sent, nor no room, nor too long, is the end of the peer. */
    private long send(long frame) {
        long n = io.send(fd, pool.address(frame), Frame.length(frame));
        if (n == SocketIo.EINTR) {
            n = io.send(fd, pool.address(frame), Frame.length(frame));
        }
        if (n < 0 && !meansNoRoom(n) && n != SocketIo.EMSGSIZE) {
            connected = false;
            lost.accept("peer is gone: " + Errno.describe((int) -n));
        }
        return n;
    }

    /** The kernel has no room now: what fits here counts as transmitted, as in a queue of the kernel's. */
    private void keep(long[] batch, int from, int end) {
        if (waiting == 0) {
            watchOutput(true);
        }
        long bytes = 0;
        int at = from;
        while (at < end && waiting < MAX_WAITING && waitingBytes + Frame.length(batch[at]) <= MAX_WAITING_BYTES) {
            queue[(first + waiting++) & (MAX_WAITING - 1)] = batch[at];
            waitingBytes += Frame.length(batch[at]);
            bytes += Frame.length(batch[at++]);
        }
        cells.transmitted(at - from, bytes);
        if (at < end) {
            drop(DropReason.QUEUE_FULL, batch, at, end - at);
        }
    }

    private void sendWaiting() {
        while (waiting > 0) {
            long n = send(queue[first]);
            if (meansNoRoom(n)) {
                return;
            }
            if (!connected) {
                dropWaiting();
                return;
            }
            peerDropped.addAndGet(n < 0 ? 1 : 0);
            removeFirst();
        }
        watchOutput(false);
    }

    private void removeFirst() {
        frames.release(queue[first]);
        waitingBytes -= Frame.length(queue[first]);
        first = (first + 1) & (MAX_WAITING - 1);
        waiting--;
    }

    private void dropWaiting() {
        peerDropped.addAndGet(waiting);
        while (waiting > 0) {
            removeFirst();
        }
        watchOutput(false);
    }

    @Override
    public void writable() {
        sendWaiting();
    }

    private void watchOutput(boolean wanted) {
        FdReadiness.Registration watched = registration;
        if (watched != null && watchesOutput != wanted) {
            watchesOutput = wanted;
            watched.watchOutput(wanted);
        }
    }

    @Override
    void close() {
        ready = false;
        dropWaiting();
        FdReadiness.Registration watched = registration;
        registration = null;
        if (watched != null) {
            watched.cancel();
        }
    }
}
