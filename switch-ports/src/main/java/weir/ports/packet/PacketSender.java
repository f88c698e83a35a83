// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.offload.VirtioNetHeader;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.linux.Errno;
import weir.ports.linux.SendBatch;

/**
 * Sends frames from their slots, up to {@link SendBatch#CAPACITY} in a system call. The kernel has copied
 * them when it returns, so their slots are released at once. Frames that leave work to the kernel go by a
 * socket of their own, which carries a {@link VirtioNetHeader} in front of each. The worker's thread.
 */
final class PacketSender {
    private static final int HEADER_BYTES = VirtioNetHeader.BYTES;
    private static final long HEADER_STRIDE = 16;
    private static final int ENOBUFS = -Errno.ENOBUFS.number();
    private static final int EAGAIN = -Errno.EAGAIN.number();
    private static final int ENOMEM = -Errno.ENOMEM.number();
    private static final int EINTR = -Errno.EINTR.number();
    private static final int EMSGSIZE = -Errno.EMSGSIZE.number();
    private static final int ENETDOWN = -Errno.ENETDOWN.number();
    private static final int ENXIO = -Errno.ENXIO.number();
    private static final int ENODEV = -Errno.ENODEV.number();

    private final PacketPort port;
    private final FrameStore frames;
    private final FramePool pool;
    private final QueueContext context;
    private final PortCells cells;
    private final SendBatch messages = new SendBatch();
    private final VirtioNetHeader header = new VirtioNetHeader();
    // One for each message whose frame others hold too, so that nothing can be written in front of it.
    private final MemorySegment headersOfShared =
            Arena.ofAuto().allocate(SendBatch.CAPACITY * HEADER_STRIDE, HEADER_STRIDE);
    private final int fd;
    private final int offloadFd;

    PacketSender(PacketPort port, PacketChannel channel, QueueContext context) {
        this.port = port;
        fd = channel.out().fd();
        offloadFd = channel.offloadOut().fd();
        this.context = context;
        frames = context.frames();
        pool = frames.pool();
        cells = context.cells();
    }

    void transmit(long[] batch, int from, int count) {
        int end = from + count;
        int at = from;
        while (at < end) {
            int run = runLength(batch, at, Math.min(end, at + SendBatch.CAPACITY));
            send(batch, at, run);
            at += run;
        }
        frames.release(batch, from, count);
    }

    /** Frames in a row that go by the same socket. */
    private static int runLength(long[] batch, int from, int end) {
        boolean offload = Frame.hasOffload(batch[from]);
        int i = from + 1;
        while (i < end && Frame.hasOffload(batch[i]) == offload) {
            i++;
        }
        return i - from;
    }

    private void send(long[] batch, int from, int count) {
        if (port.state() != PortState.UP) {
            context.dropEgress(DropReason.PORT_DOWN, batch, from, count);
            return;
        }
        boolean offload = Frame.hasOffload(batch[from]);
        for (int i = 0; i < count; i++) {
            long frame = batch[from + i];
            if (offload) {
                putWithHeader(i, frame);
            } else {
                messages.put(i, pool.address(frame), Frame.length(frame));
            }
        }
        sendMessages(offload ? offloadFd : fd, batch, from, count);
    }

    private void putWithHeader(int message, long frame) {
        long start = pool.address(frame);
        int length = Frame.length(frame);
        if (frames.isExclusive(frame) && pool.offset(frame) >= HEADER_BYTES) {
            header.write(start - HEADER_BYTES, pool, frame);
            messages.put(message, start - HEADER_BYTES, (long) HEADER_BYTES + length);
        } else {
            long apart = headersOfShared.address() + message * HEADER_STRIDE;
            header.write(apart, pool, frame);
            messages.put(message, apart, HEADER_BYTES, start, length);
        }
    }

    private void sendMessages(int socket, long[] batch, int from, int count) {
        int done = 0;
        while (done < count) {
            int result = messages.send(socket, done, count - done);
            if (result > 0) {
                countSent(batch, from + done, result);
                done += result;
            } else if (isFatal(result)) {
                context.dropEgress(DropReason.PORT_DOWN, batch, from + done, count - done);
                return;
            } else if (result != EINTR) {
                context.dropEgress(reasonOf(result), batch, from + done, 1);
                done++;
            }
        }
    }

    private void countSent(long[] batch, int from, int count) {
        long bytes = 0;
        for (int i = from; i < from + count; i++) {
            bytes += Frame.length(batch[i]);
        }
        cells.transmitted(count, bytes);
    }

    /** Whether the frames behind the failed one would fail too. */
    private boolean isFatal(int result) {
        if (result == ENETDOWN) {
            port.link().changeState(PortState.DOWN, "link is down");
            return true;
        }
        if (result == ENXIO || result == ENODEV) {
            port.link().lost();
            return true;
        }
        return false;
    }

    private static DropReason reasonOf(int result) {
        if (result == ENOBUFS || result == EAGAIN || result == ENOMEM) {
            return DropReason.QUEUE_FULL;
        }
        return result == EMSGSIZE ? DropReason.OVERSIZE : DropReason.IO_ERROR;
    }
}
