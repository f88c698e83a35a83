// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.port.QueueContext;
import weir.core.worker.Doorbell;
import weir.ports.linux.DescriptorIo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.PacketRing;
import weir.ports.linux.PacketSocket;
import weir.ports.readiness.FdReadiness;

/**
 * Takes frames out of the ring: copies each into a slot, does what the kernel left to be done, and gives
 * the ring's slot back. No system call but for a frame that is longer than a slot of the ring; that one
 * waits in the socket, in order. The worker's thread.
 */
final class PacketReceiver implements FdReadiness.Listener {
    private static final int ADDRESSES_BYTES = 12;
    private static final int TAG_BYTES = 4;
    private static final int LONG_FRAME_BYTES = FramePool.MAX_LARGE_FRAME_BYTES + VnetHeader.BYTES;
    private static final long NONE = -1;

    private final PacketPort port;
    private final PacketSocket socket;
    private final PacketRing ring;
    private final FdReadiness readiness;
    private final FrameStore frames;
    private final FramePool pool;
    private final int account;
    private final PortCells cells;
    private final Doorbell doorbell;
    private final MemorySegment longFrame = Arena.ofAuto().allocate(LONG_FRAME_BYTES, Long.BYTES);

    @SuppressWarnings("NullAway.Init") // set by start(), which every use follows
    private FdReadiness.Registration registration;

    PacketReceiver(PacketPort port, PacketChannel channel, QueueContext context, FdReadiness readiness) {
        this.port = port;
        this.readiness = readiness;
        socket = channel.in();
        ring = channel.ring();
        frames = context.frames();
        pool = frames.pool();
        account = context.account();
        cells = context.cells();
        doorbell = context.doorbell();
    }

    void start() throws IOException {
        registration = readiness.register(socket.fd(), this);
    }

    void stop() {
        registration.cancel();
    }

    boolean hasInput() {
        return ring.hasFrame();
    }

    @Override
    public void readable() {
        doorbell.ring();
    }

    /** The link went down, which passes, or is gone; either way the kernel tells it once. */
    @Override
    public void failed() {
        try {
            int _ = socket.takeError();
            if (socket.boundIndex() == PacketSocket.NO_INTERFACE) {
                port.link().lost();
            } else {
                start();
            }
        } catch (LinuxException | IOException e) {
            port.link().lost();
        }
    }

    int receive(FrameBatch batch, int from, int budgetFrames) {
        long[] out = batch.frames();
        int taken = 0;
        for (int visits = 0; visits < budgetFrames && ring.hasFrame(); visits++) {
            if (!ring.isOutgoing()) {
                long frame = take();
                if (frame != NONE) {
                    out[from + taken++] = frame;
                }
            }
            ring.release();
        }
        return taken;
    }

    private long take() {
        int length = ring.lengthBytes();
        if (length <= ring.storedBytes()) {
            return copy(ring.address(), length);
        }
        if (!ring.isInSocket() || !readLongFrame(length)) {
            return drop(DropReason.OVERSIZE, length);
        }
        return copy(longFrame.address() + VnetHeader.BYTES, length);
    }

    /** Reads the frame that waits in the socket; false when it is cut. */
    private boolean readLongFrame(int length) {
        long n = DescriptorIo.read(socket.fd(), longFrame.address(), LONG_FRAME_BYTES);
        if (n < 0) {
            // An error that had not been told yet, such as of a link that went down, comes before the frame.
            n = DescriptorIo.read(socket.fd(), longFrame.address(), LONG_FRAME_BYTES);
        }
        return n == length + VnetHeader.BYTES;
    }

    /** Copies a frame that has a {@link VnetHeader} in front of it. */
    private long copy(long source, int length) {
        long slot = frames.allocateFor(account, length);
        if (slot < 0) {
            return drop(DropReason.NO_BUFFER, length);
        }
        long address = pool.address(slot);
        Mem.copy(source, address, length);
        if (!VnetHeader.complete(source - VnetHeader.BYTES, address, length)) {
            frames.release(slot);
            return drop(DropReason.OVERSIZE, length);
        }
        long frame = Frame.withLength(slot, length);
        return ring.isTagged() ? withTag(frame, ring.tag()) : frame;
    }

    /** Puts a VLAN tag behind the addresses, which move into the headroom. */
    private long withTag(long frame, int tag) {
        long tagged = Frame.moveStart(frame, -TAG_BYTES);
        long address = pool.address(tagged);
        Mem.copy(address + TAG_BYTES, address, ADDRESSES_BYTES);
        Mem.putShort(address + ADDRESSES_BYTES, Short.reverseBytes((short) (tag >>> Short.SIZE)));
        Mem.putShort(address + ADDRESSES_BYTES + Short.BYTES, Short.reverseBytes((short) tag));
        return tagged;
    }

    private long drop(DropReason reason, int length) {
        cells.received(1, length);
        cells.dropIngress(reason, 1);
        return NONE;
    }
}
