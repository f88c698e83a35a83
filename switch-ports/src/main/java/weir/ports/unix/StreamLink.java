// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.Mem;
import weir.core.port.QueueContext;
import weir.ports.FrameIntake;
import weir.ports.linux.Errno;
import weir.ports.linux.SocketIo;
import weir.ports.linux.UnixSocket;
import weir.ports.readiness.FdReadiness;

/**
 * Frames over a stream, each behind its length. Both ways many frames share a system call.
 *
 * <pre>
 *  in   | used | length 4 | frame | length 4 | begin of a fra       |      inStart .. inEnd is to be read
 *  out  | length 4 | frame | length 4 | frame |                            one send; what the kernel takes of it has
 *                         ^ taken                                          gone, a frame that it took half is the rest
 * </pre>
 *
 * What stays behind the last whole frame that the kernel took, is dropped: a port's queue is the socket's buffer. Only
 * the rest of a frame must go before anything else.
 */
final class StreamLink extends Link {
    private static final int LENGTH_BYTES = 4;

    /** {@code NET_BUFSIZE}, QEMU's include/net/net.h: 4,096 and 65,536. */
    private static final int LONGEST_ANNOUNCED_BYTES = 69_632;

    private static final int BUFFER_BYTES = 1 << 18;

    private final Consumer<String> lost;
    private final MemorySegment inMemory = Arena.ofAuto().allocate(BUFFER_BYTES, Long.BYTES);
    private final MemorySegment outMemory = Arena.ofAuto().allocate(BUFFER_BYTES, Long.BYTES);
    private final long in = inMemory.address();
    private final long out = outMemory.address();
    private @Nullable UnixSocket socket;
    private FdReadiness.@Nullable Registration registration;
    private int inStart;
    private int inEnd;
    private int restStart;
    private int restEnd;

    /** @param lost told why there is no peer any more; the socket is closed then */
    StreamLink(QueueContext context, int mtuBytes, Consumer<String> lost) {
        super(context, mtuBytes);
        this.lost = lost;
    }

    /** Begins with a peer; the socket is the link's from now on. */
    void open(UnixSocket connected, FdReadiness readiness) throws IOException {
        try {
            registration = readiness.register(connected.fd(), this);
        } catch (IOException e) {
            connected.close();
            throw e;
        }
        socket = connected;
        inStart = 0;
        inEnd = 0;
        restStart = 0;
        restEnd = 0;
        ready = true;
    }

    boolean isOpen() {
        return socket != null;
    }

    // ---- in -------------------------------------------------------------------------------------

    @Override
    int receive(long[] into, int from, int budgetFrames) {
        int taken = 0;
        int seen = 0;
        while (seen < budgetFrames && socket != null) {
            if (hasWholeFrame()) {
                seen++;
                long frame = next();
                if (frame != FrameIntake.DROPPED) {
                    into[from + taken++] = frame;
                }
            } else if (isOutOfStep() || !ready || !fill()) {
                break;
            }
        }
        return taken;
    }

    private int announced() {
        return Integer.reverseBytes(Mem.getInt(in + inStart));
    }

    private boolean hasWholeFrame() {
        int buffered = Math.min(inEnd - inStart - LENGTH_BYTES, LONGEST_ANNOUNCED_BYTES);
        return buffered >= 0 && Integer.compareUnsigned(announced(), buffered) <= 0;
    }

    private boolean isOutOfStep() {
        if (inEnd - inStart < LENGTH_BYTES || Integer.compareUnsigned(announced(), LONGEST_ANNOUNCED_BYTES) <= 0) {
            return false;
        }
        lose("peer announced a frame of " + Integer.toUnsignedString(announced()) + " bytes, more than "
                + LONGEST_ANNOUNCED_BYTES);
        return true;
    }

    private long next() {
        int length = announced();
        long frame = intake.take(in + inStart + LENGTH_BYTES, length);
        inStart += LENGTH_BYTES + length;
        return frame;
    }

    /** Reads more; false when there is nothing now. */
    private boolean fill() {
        UnixSocket open = socket;
        if (open == null) {
            return false;
        }
        if (inStart > 0) {
            Mem.copy(in + inStart, in, inEnd - inStart); // less than a frame
            inEnd -= inStart;
            inStart = 0;
        }
        long n = SocketIo.receive(open.fd(), in + inEnd, BUFFER_BYTES - inEnd);
        if (n > 0) {
            inEnd += (int) n;
            return true;
        }
        if (n == 0) {
            lose("peer closed the connection");
        } else {
            readNothing();
        }
        return false;
    }

    @Override
    boolean hasInput() {
        return socket != null && (ready || hasWholeFrame());
    }

    /** The peer has closed; what it sent before that is still to be read, and then the end. */
    @Override
    public void failed() {
        if (socket != null) {
            readableAfterError();
        }
    }

    // ---- out ------------------------------------------------------------------------------------

    @Override
    void transmit(long[] batch, int from, int count) {
        int end = from + count;
        int at = from;
        while (at < end) {
            UnixSocket open = socket;
            if (open == null) {
                drop(DropReason.PORT_DOWN, batch, at, end - at);
                return;
            }
            if (!sendRest(open)) {
                drop(socket == open ? DropReason.QUEUE_FULL : DropReason.PORT_DOWN, batch, at, end - at);
                return;
            }
            int first = at;
            int staged = 0;
            while (at < end && staged + LENGTH_BYTES + Frame.length(batch[at]) <= BUFFER_BYTES) {
                staged = stage(batch[at++], staged);
            }
            send(open, batch, first, at, staged);
        }
    }

    private int stage(long frame, int at) {
        int length = Frame.length(frame);
        Mem.putInt(out + at, Integer.reverseBytes(length));
        Mem.copy(pool.address(frame), out + at + LENGTH_BYTES, length);
        return at + LENGTH_BYTES + length;
    }

    /** Sends what is staged, and counts and releases the frames of it. */
    private void send(UnixSocket open, long[] batch, int from, int to, int staged) {
        long n = io.send(open.fd(), out, staged);
        if (n == SocketIo.EINTR) {
            n = io.send(open.fd(), out, staged);
        }
        long taken = Math.max(0, n);
        int sent = 0;
        long bytes = 0;
        int edge = 0;
        for (int i = from; i < to && edge < taken; i++) {
            int length = Frame.length(batch[i]);
            edge += LENGTH_BYTES + length;
            bytes += length;
            sent++;
        }
        if (sent > 0) {
            cells.transmitted(sent, bytes);
        }
        boolean broken = n < 0 && !meansNoRoom(n);
        if (from + sent < to) {
            DropReason reason = broken ? DropReason.PORT_DOWN : DropReason.QUEUE_FULL;
            context.dropEgress(reason, batch, from + sent, to - from - sent);
        }
        frames.release(batch, from, to - from);
        if (broken) {
            lose("peer is gone: " + Errno.describe((int) -n));
        } else if (taken < edge) {
            restStart = (int) taken;
            restEnd = edge;
            watchOutput(true);
        }
    }

    /** Sends the second part of a frame; false when some of it is left, or there is no peer any more. */
    private boolean sendRest(UnixSocket open) {
        if (restStart == restEnd) {
            return true;
        }
        long n = io.send(open.fd(), out + restStart, restEnd - restStart);
        if (n < 0 && !meansNoRoom(n) && n != SocketIo.EINTR) {
            lose("peer is gone: " + Errno.describe((int) -n));
            return false;
        }
        restStart += (int) Math.max(0, n);
        if (restStart < restEnd) {
            return false;
        }
        watchOutput(false);
        return true;
    }

    @Override
    public void writable() {
        UnixSocket open = socket;
        if (open != null) {
            boolean _ = sendRest(open);
        }
    }

    private void watchOutput(boolean wanted) {
        FdReadiness.Registration watched = registration;
        if (watched != null) {
            watched.watchOutput(wanted);
        }
    }

    // ---- end ------------------------------------------------------------------------------------

    private void lose(String cause) {
        close();
        lost.accept(cause);
    }

    @Override
    void close() {
        FdReadiness.Registration watched = registration;
        UnixSocket open = socket;
        registration = null;
        socket = null;
        ready = false;
        if (watched != null && open != null) {
            watched.cancel();
            open.close();
        }
    }
}
