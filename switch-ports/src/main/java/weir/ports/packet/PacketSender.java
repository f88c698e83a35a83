// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.linux.Errno;
import weir.ports.linux.PacketSocket;
import weir.ports.linux.SendBatch;

/**
 * Sends frames from their slots, up to {@link SendBatch#CAPACITY} in a system call. The kernel has copied
 * them when it returns, so their slots are released at once. The worker's thread.
 */
final class PacketSender {
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
    private final PortCells cells;
    private final SendBatch messages = new SendBatch(1);
    private final int fd;

    PacketSender(PacketPort port, PacketSocket socket, QueueContext context) {
        this.port = port;
        fd = socket.fd();
        frames = context.frames();
        pool = frames.pool();
        cells = context.cells();
    }

    void transmit(long[] batch, int from, int count) {
        int end = from + count;
        for (int at = from; at < end; at += SendBatch.CAPACITY) {
            send(batch, at, Math.min(SendBatch.CAPACITY, end - at));
        }
        frames.release(batch, from, count);
    }

    private void send(long[] batch, int from, int count) {
        if (port.state() != PortState.UP) {
            cells.dropEgress(DropReason.PORT_DOWN, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            long frame = batch[from + i];
            messages.put(i, 0, pool.address(frame), Frame.length(frame));
        }
        int done = 0;
        while (done < count) {
            int result = messages.send(fd, done, count - done);
            if (result > 0) {
                countSent(batch, from + done, result);
                done += result;
            } else if (isFatal(result)) {
                cells.dropEgress(DropReason.PORT_DOWN, count - done);
                return;
            } else if (result != EINTR) {
                cells.dropEgress(reasonOf(result), 1);
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
