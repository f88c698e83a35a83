// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.offload.VirtioNetHeader;
import weir.core.port.QueueContext;
import weir.core.worker.Doorbell;
import weir.ports.linux.DescriptorIo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.PacketRing;
import weir.ports.linux.PacketSocket;
import weir.ports.readiness.FdReadiness;

/**
 * Takes frames out of the ring: copies each into a slot, with what its sender left to be done, and gives
 * the ring's slot back. No system call but for a frame that is longer than a slot of the ring; that one
 * waits in the socket, in order, and is read straight into a large slot. The worker's thread.
 */
final class PacketReceiver implements FdReadiness.Listener {
    private static final int ADDRESSES_BYTES = 12;
    private static final int TAG_BYTES = 4;
    private static final int HEADER_BYTES = VirtioNetHeader.BYTES;
    private static final long NONE = -1;
    private static final long NO_SLOT = -2;

    /** Frames beyond this are left for the next round: more of them at once would push each other out of the cache. */
    private static final int BYTES_A_ROUND = 256 * 1024;

    private final PacketPort port;
    private final PacketSocket socket;
    private final PacketRing ring;
    private final FdReadiness readiness;
    private final FrameStore frames;
    private final FramePool pool;
    private final int account;
    private final QueueContext context;
    private final Doorbell doorbell;
    private final VirtioNetHeader header = new VirtioNetHeader();
    private final MemorySegment discarded = Arena.ofAuto().allocate(HEADER_BYTES);

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
        this.context = context;
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
        int bytes = 0;
        for (int visits = 0; visits < budgetFrames && bytes < BYTES_A_ROUND && ring.hasFrame(); visits++) {
            long frame = ring.isOutgoing() ? NONE : take(ring.lengthBytes());
            if (frame == NO_SLOT) {
                if (taken > 0) {
                    break; // what was taken gives its slot back when it has been sent; the ring holds the rest
                }
                frame = discard(DropReason.NO_BUFFER);
            }
            if (frame != NONE) {
                out[from + taken++] = frame;
                bytes += Frame.length(frame);
                if (Frame.hasOffload(frame)) {
                    batch.noteOffloads();
                }
            }
            ring.release();
        }
        return taken;
    }

    /** The frame at hand in a slot of the pool, {@link #NO_SLOT}, or {@link #NONE} when it was dropped. */
    private long take(int length) {
        boolean whole = length <= ring.storedBytes();
        if (length > FramePool.MAX_LARGE_FRAME_BYTES || (!whole && !ring.isInSocket())) {
            return discard(DropReason.OVERSIZE);
        }
        long slot = frames.allocateFor(account, length);
        if (slot < 0) {
            return NO_SLOT;
        }
        long address = pool.address(slot);
        if (whole) {
            long source = ring.address();
            Mem.copy(source, address, length);
            return settle(slot, length, source - HEADER_BYTES);
        }
        if (!readInto(address - HEADER_BYTES, length + HEADER_BYTES)) {
            frames.release(slot);
            return drop(DropReason.OVERSIZE);
        }
        return settle(slot, length, address - HEADER_BYTES);
    }

    /** Reads the frame that waits in the socket, with its header; false when it has another length. */
    private boolean readInto(long address, int bytes) {
        long n = DescriptorIo.read(socket.fd(), address, bytes);
        if (n < 0) {
            // An error that had not been told yet, such as of a link that went down, comes before the frame.
            n = DescriptorIo.read(socket.fd(), address, bytes);
        }
        return n == bytes;
    }

    /** Makes a frame of a slot whose bytes are there. */
    private long settle(long slot, int length, long headerAddress) {
        long offload = header.read(headerAddress, pool.address(slot), length, pool.offset(slot));
        if (offload == VirtioNetHeader.BAD) {
            context.dropIngress(DropReason.BAD_OFFLOAD, Frame.withLength(slot, length));
            frames.release(slot);
            return NONE;
        }
        long frame = Frame.withLength(slot, length);
        if (offload != 0) {
            frame = pool.withOffload(frame, offload);
        }
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

    /** Drops the frame at hand, wherever it lies. */
    private long discard(DropReason reason) {
        if (ring.lengthBytes() > ring.storedBytes() && ring.isInSocket()) {
            boolean _ = readInto(discarded.address(), HEADER_BYTES); // a read of less takes the whole frame too
        }
        return drop(reason);
    }

    /** Counts the frame at hand as dropped; its beginning is in the ring, wherever the rest lies. */
    private long drop(DropReason reason) {
        context.dropIngress(reason, ring.address(), ring.storedBytes(), ring.lengthBytes());
        return NONE;
    }
}
