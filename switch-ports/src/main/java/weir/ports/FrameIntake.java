// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.port.QueueContext;

/**
 * Makes frames of bytes that arrived somewhere else: in a ring, in a buffer of a socket. What finds no slot, or can be
 * no frame, is counted as received and dropped. One for a queue, on its worker's thread.
 */
public final class FrameIntake {
    /** Instead of a frame: it was dropped and counted. */
    public static final long DROPPED = -1;

    private final FrameStore frames;
    private final int account;
    private final QueueContext context;
    private final int longestBytes;

    /**
     * @param longestBytes longest frame to take, 14 and more; longer ones are dropped as {@code oversize}
     */
    public FrameIntake(QueueContext context, int longestBytes) {
        frames = context.frames();
        account = context.account();
        this.context = context;
        this.longestBytes = longestBytes;
    }

    /**
     * Copies bytes into a slot.
     *
     * @param address of the first byte; the caller owns {@code lengthBytes} from there
     * @return the frame, which is the caller's, or {@link #DROPPED}
     */
    public long take(long address, int lengthBytes) {
        if (lengthBytes <= 0) {
            return drop(DropReason.RUNT, address, 0, 0);
        }
        if (lengthBytes > longestBytes) {
            return drop(DropReason.OVERSIZE, address, lengthBytes, lengthBytes);
        }
        long slot = frames.allocateFor(account, lengthBytes);
        if (slot < 0) {
            return drop(DropReason.NO_BUFFER, address, lengthBytes, lengthBytes);
        }
        Mem.copy(address, frames.pool().address(slot), lengthBytes);
        return Frame.withLength(slot, lengthBytes);
    }

    /**
     * Drops a frame, of which perhaps only the beginning is there.
     *
     * @param address of its first {@code storedBytes}
     * @return {@link #DROPPED}
     */
    public long drop(DropReason reason, long address, int storedBytes, int lengthBytes) {
        context.dropIngress(reason, address, storedBytes, lengthBytes);
        return DROPPED;
    }
}
