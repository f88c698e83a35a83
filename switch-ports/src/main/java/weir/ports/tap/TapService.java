// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.offload.VirtioNetHeader;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.core.worker.Doorbell;
import weir.ports.linux.DescriptorIo;
import weir.ports.linux.LinuxException;
import weir.ports.readiness.FdReadiness;

/**
 * Moves frames between one TAP descriptor and the pool: one read(2) or write(2) a frame, straight from
 * and into slots, or many short ones at once by {@link UringTap}. Everything runs on the worker's thread unless said
 * otherwise.
 *
 * <p>Reading goes on until {@code EAGAIN} says that the queue is empty; then the kernel's next edge
 * sets {@link #ready} again. The slot that found nothing to read is kept for the next time.
 *
 * <p>When the MTU is too large for a small slot, frames are read into a large slot that stays here (and
 * so in the processor's cache) and are copied on to a small one if they fit there: large slots are few,
 * and most frames are short even on a jumbo link. With offloads every frame is read so: any may have 64 KiB. The header
 * in front of it ({@link VirtioNetHeader}) lands in the slot's headroom, and leaves from there when nobody else holds the
 * frame.
 */
final class TapService implements FdReadiness.Listener {
    /** Header and two VLAN tags: what the kernel may deliver on top of the MTU. */
    static final int MAX_HEADER_BYTES = Frame.ETHERNET_HEADER_BYTES + 2 * 4;

    private static final long NO_SLOT = -1;
    private static final long PROBE_INTERVAL_NANOS = 100_000_000;

    // A read that fills the buffer was cut: the kernel says nothing when a frame is longer.
    private static final int SMALL_READ_BYTES = FramePool.MAX_SMALL_FRAME_BYTES;
    // Three cache lines less than the pool says, for slots whose start is staggered.
    static final int LARGE_READ_BYTES = FramePool.MAX_LARGE_FRAME_BYTES - 3 * 64;

    private static final int VNET_BYTES = VirtioNetHeader.BYTES;

    /** Frames beyond this are left for the next round: more of them at once would push each other out of the cache. */
    static final int LARGE_BYTES_A_ROUND = 256 * 1024;

    private final TapPort port;
    private final boolean vnet;
    private final VirtioNetHeader header = new VirtioNetHeader();
    // An automatic arena: its scope needs no reference count, and nobody has to close it.
    private final MemorySegment headerOfShared = Arena.ofAuto().allocate(VNET_BYTES, Long.BYTES);
    private final QueueContext context;
    private final int fd;
    private final FrameStore frames;
    private final FramePool pool;
    private final int account;
    private final PortCells cells;
    private final Doorbell doorbell;
    private final DescriptorIo io = new DescriptorIo();
    private final MemorySegment scratch = Scratch.ofThisThread();
    private final @Nullable UringTap uring;
    private long spare = NO_SLOT;
    private boolean spareIsLarge;
    private boolean ready = true;
    private boolean gone;
    /** Whether the last visit found many frames, and only short ones. */
    private boolean expectsManyShort;

    private boolean sawLong;
    private long lastProbeNanos;

    @SuppressWarnings("NullAway.Init") // set by start(), which every use follows
    private FdReadiness.Registration registration;

    TapService(TapPort port, int fd, QueueContext context) throws LinuxException {
        this.port = port;
        vnet = port.hasVnetHeaders();
        this.fd = fd;
        this.context = context;
        frames = context.frames();
        pool = frames.pool();
        account = context.account();
        cells = context.cells();
        doorbell = context.doorbell();
        uring = port.engine() == TapEngine.READ_WRITE ? null : together(port, fd, context);
    }

    /** Null when the kernel does not offer it and nobody insisted. */
    private static @Nullable UringTap together(TapPort port, int fd, QueueContext context) throws LinuxException {
        try {
            return new UringTap(fd, port.hasVnetHeaders(), context);
        } catch (LinuxException e) {
            if (port.engine() == TapEngine.IO_URING) {
                throw e;
            }
            return null;
        }
    }

    /** Whether frames of an interface with this MTU need large slots. */
    static boolean needsLargeSlots(int mtuBytes) {
        return mtuBytes + MAX_HEADER_BYTES >= SMALL_READ_BYTES;
    }

    void start(FdReadiness readiness) throws IOException {
        registration = readiness.register(fd, this);
    }

    void stop() {
        registration.cancel();
        dropSpare();
        close();
    }

    /** Gives back what the constructor took, when {@link #start} failed. */
    void close() {
        if (uring != null) {
            uring.close();
        }
    }

    QueueContext context() {
        return context;
    }

    boolean hasInput() {
        return ready || (uring != null && uring.holdsFrames());
    }

    @Override
    public void readable() {
        if (!gone) {
            ready = true;
            doorbell.ring();
        }
    }

    @Override
    public void failed() {
        becomeGone();
    }

    int receive(FrameBatch batch, int from, int budgetFrames) {
        if (!hasInput()) {
            return 0;
        }
        UringTap together = uring;
        if (together == null) {
            return receiveOneByOne(batch, from, budgetFrames);
        }
        int taken = 0;
        if (expectsManyShort || together.holdsFrames()) {
            taken = together.receive(batch, from, budgetFrames);
            ready &= !together.isEmpty();
            sawLong = together.sawLong();
        } else {
            sawLong = false;
            taken = receiveOneByOne(batch, from, budgetFrames);
        }
        expectsManyShort = taken >= UringTap.WORTHWHILE && !sawLong;
        return taken;
    }

    private int receiveOneByOne(FrameBatch batch, int from, int budgetFrames) {
        if (vnet) {
            return receiveWithHeaders(batch, from, budgetFrames);
        }
        boolean large = needsLargeSlots(port.mtuBytes());
        if (large != spareIsLarge) {
            dropSpare();
            spareIsLarge = large;
        }
        return large
                ? receiveLarge(batch.frames(), from, budgetFrames)
                : receiveSmall(batch.frames(), from, budgetFrames);
    }

    private int receiveSmall(long[] out, int from, int budgetFrames) {
        final FrameStore store = frames;
        long slot = spare;
        int taken = 0;
        for (int reads = 0; reads < budgetFrames; reads++) {
            if (slot == NO_SLOT) {
                slot = store.allocate(account);
                if (slot == NO_SLOT) {
                    if (!discardOne()) {
                        break;
                    }
                    continue;
                }
            }
            long n = DescriptorIo.read(fd, pool.address(slot), SMALL_READ_BYTES);
            if (n > 0 && n < SMALL_READ_BYTES) {
                out[from + taken++] = Frame.withLength(slot, (int) n);
                slot = NO_SLOT;
            } else if (!mayReadOn(n, pool.address(slot))) {
                break;
            }
        }
        spare = slot;
        return taken;
    }

    private int receiveLarge(long[] out, int from, int budgetFrames) {
        int taken = 0;
        for (int reads = 0; reads < budgetFrames; reads++) {
            if (spare == NO_SLOT) {
                spare = frames.allocateLarge(account);
                if (spare == NO_SLOT) {
                    if (!discardOne()) {
                        break;
                    }
                    continue;
                }
            }
            long n = DescriptorIo.read(fd, pool.address(spare), LARGE_READ_BYTES);
            if (n > 0 && n < LARGE_READ_BYTES) {
                out[from + taken++] = settle((int) n);
            } else if (!mayReadOn(n, pool.address(spare))) {
                break;
            }
        }
        return taken;
    }

    /** Makes a frame of what was read into the large spare, in a small slot if it fits and one is free. */
    private long settle(int lengthBytes) {
        if (spareIsLarge && lengthBytes <= FramePool.MAX_SMALL_FRAME_BYTES) {
            long small = frames.allocate(account);
            if (small != NO_SLOT) {
                Mem.copy(pool.address(spare), pool.address(small), lengthBytes);
                return Frame.withLength(small, lengthBytes);
            }
        }
        long frame = Frame.withLength(spare, lengthBytes);
        sawLong |= spareIsLarge;
        spare = NO_SLOT;
        return frame;
    }

    private int receiveWithHeaders(FrameBatch batch, int from, int budgetFrames) {
        long[] out = batch.frames();
        int taken = 0;
        long bytes = 0;
        for (int reads = 0; reads < budgetFrames && bytes < LARGE_BYTES_A_ROUND; reads++) {
            if (!hasSpareForHeaders()) {
                if (!discardOne()) {
                    break;
                }
                continue;
            }
            int capacity = spareIsLarge ? LARGE_READ_BYTES : SMALL_READ_BYTES;
            long n = DescriptorIo.read(fd, pool.address(spare) - VNET_BYTES, capacity + VNET_BYTES) - VNET_BYTES;
            if (n > 0 && n < capacity) {
                long frame = settleWithHeader((int) n);
                if (frame != VirtioNetHeader.BAD) {
                    out[from + taken++] = frame;
                    bytes += n;
                    if (Frame.hasOffload(frame)) {
                        batch.noteOffloads();
                    }
                }
            } else if (n == SMALL_READ_BYTES && !spareIsLarge) {
                drop(DropReason.NO_BUFFER, pool.address(spare), n);
            } else if (!mayReadOn(n, pool.address(spare))) {
                break;
            }
        }
        return taken;
    }

    /** A large slot, or a small one when they are out: short frames shall not suffer from those that hoard. */
    private boolean hasSpareForHeaders() {
        if (spare != NO_SLOT && spareIsLarge) {
            return true;
        }
        long large = frames.allocateLarge(account);
        if (large != NO_SLOT) {
            dropSpare();
            spare = large;
            spareIsLarge = true;
        } else if (spare == NO_SLOT) {
            spare = frames.allocate(account);
            spareIsLarge = false;
        }
        return spare != NO_SLOT;
    }

    /** {@link #settle} for a frame with a header in front; {@link VirtioNetHeader#BAD} when that does not fit it. */
    private long settleWithHeader(int lengthBytes) {
        long start = pool.address(spare);
        long offload = header.read(start - VNET_BYTES, start, lengthBytes, pool.offset(spare));
        if (offload == VirtioNetHeader.BAD) {
            drop(DropReason.BAD_OFFLOAD, start, lengthBytes);
            return VirtioNetHeader.BAD;
        }
        if (offload == 0) {
            return settle(lengthBytes);
        }
        long frame = pool.withOffload(Frame.withLength(spare, lengthBytes), offload);
        boolean fitsSmall = spareIsLarge && lengthBytes <= FramePool.MAX_SMALL_FRAME_BYTES;
        long small = fitsSmall ? frames.copy(frame, account) : NO_SLOT;
        if (small != NO_SLOT) {
            return small;
        }
        sawLong |= spareIsLarge;
        spare = NO_SLOT;
        return frame;
    }

    /** Judges a read that gave no frame that can be used; false when the kernel's queue is empty. */
    private boolean mayReadOn(long n, long address) {
        if (n < 0) {
            ready = false;
            return false;
        }
        // Nothing, or a frame cut at the slot's end: the MTU has just grown.
        drop(n == 0 ? DropReason.RUNT : DropReason.OVERSIZE, address, n);
        return true;
    }

    private void drop(DropReason reason, long address, long lengthBytes) {
        context.dropIngress(reason, address, (int) lengthBytes, (int) lengthBytes);
    }

    /** Without a slot: takes a frame from the kernel and drops it, so that the loss is counted here. */
    private boolean discardOne() {
        int header = vnet ? VNET_BYTES : 0;
        long start = scratch.address();
        long n = DescriptorIo.read(fd, start, Scratch.BYTES) - header;
        if (n <= 0) {
            return mayReadOn(n, start + header);
        }
        drop(DropReason.NO_BUFFER, start + header, n);
        return true;
    }

    void transmit(long[] batch, int from, int count) {
        PortState state = port.state();
        if (state != PortState.UP && !mayProbe(state)) {
            dropEgress(DropReason.PORT_DOWN, batch, from, count);
            return;
        }
        int sent = uring == null || count < UringTap.WORTHWHILE
                ? writeEach(batch, from, count)
                : writeTogether(uring, batch, from, count);
        if (sent == count && state == PortState.DOWN) {
            port.link().changeState(PortState.UP, "link is up again");
        }
    }

    /** One call a frame; returns how many the kernel took. */
    private int writeEach(long[] batch, int from, int count) {
        final FrameStore store = frames;
        final DescriptorIo writer = io;
        long bytes = 0;
        int sent = 0;
        for (int i = from; i < from + count; i++) {
            long frame = batch[i];
            long n = vnet ? writeWithHeader(frame) : writer.write(fd, pool.address(frame), Frame.length(frame));
            if (n < 0) {
                n = retryIfInterrupted(frame, n);
            }
            if (n >= 0) {
                bytes += Frame.length(frame);
                sent++;
            } else if (isFatal(n)) {
                dropEgress(DropReason.PORT_DOWN, batch, i, from + count - i);
                break;
            } else {
                context.dropEgress(reasonOf(n), batch, i, 1);
            }
            store.release(frame);
        }
        if (sent > 0) {
            cells.transmitted(sent, bytes);
        }
        return sent;
    }

    private int writeTogether(UringTap together, long[] batch, int from, int count) {
        int sent = 0;
        for (int at = from; at < from + count; at += together.capacity()) {
            int part = Math.min(together.capacity(), from + count - at);
            int done = together.write(batch, at, part);
            sent += countWritten(together, batch, at, done);
            if (done < part) {
                context.dropEgress(DropReason.QUEUE_FULL, batch, at + done, part - done);
            }
            frames.release(batch, at, part);
        }
        return sent;
    }

    private int countWritten(UringTap together, long[] batch, int from, int done) {
        long bytes = 0;
        int sent = 0;
        for (int i = 0; i < done; i++) {
            int n = together.written(i);
            if (n >= 0) {
                bytes += Frame.length(batch[from + i]);
                sent++;
            } else {
                context.dropEgress(isFatal(n) ? DropReason.PORT_DOWN : reasonOf(n), batch, from + i, 1);
            }
        }
        if (sent > 0) {
            cells.transmitted(sent, bytes);
        }
        return sent;
    }

    private long retryIfInterrupted(long frame, long n) {
        long result = n;
        while (result == DescriptorIo.EINTR) {
            result = vnet ? writeWithHeader(frame) : io.write(fd, pool.address(frame), Frame.length(frame));
        }
        return result;
    }

    private long writeWithHeader(long frame) {
        long start = pool.address(frame);
        int length = Frame.length(frame);
        if (frames.isExclusive(frame) && pool.offset(frame) >= VNET_BYTES) {
            header.write(start - VNET_BYTES, pool, frame);
            return io.write(fd, start - VNET_BYTES, VNET_BYTES + length);
        }
        header.write(headerOfShared.address(), pool, frame);
        return io.write(fd, headerOfShared.address(), VNET_BYTES, start, length);
    }

    /** Whether the frames behind the failed one would fail too. */
    private boolean isFatal(long n) {
        if (n == DescriptorIo.EIO) {
            port.link().changeState(PortState.DOWN, "link is down");
            return true;
        }
        if (n == DescriptorIo.EBADFD) {
            becomeGone();
            return true;
        }
        return false;
    }

    private static DropReason reasonOf(long n) {
        return n == DescriptorIo.EAGAIN || n == DescriptorIo.ENOBUFS || n == DescriptorIo.ENOMEM
                ? DropReason.QUEUE_FULL
                : DropReason.IO_ERROR;
    }

    /** While the link is down one write in 100 ms is tried, should nobody tell that it is up again. */
    private boolean mayProbe(PortState state) {
        if (state == PortState.GONE) {
            return false;
        }
        long now = System.nanoTime();
        if (now - lastProbeNanos < PROBE_INTERVAL_NANOS) {
            return false;
        }
        lastProbeNanos = now;
        return true;
    }

    private void dropEgress(DropReason reason, long[] batch, int from, int count) {
        context.dropEgress(reason, batch, from, count);
        frames.release(batch, from, count);
    }

    private void becomeGone() {
        ready = false;
        if (!gone) {
            gone = true;
            registration.cancel();
            port.link().lost();
        }
    }

    private void dropSpare() {
        if (spare != NO_SLOT) {
            frames.release(spare);
            spare = NO_SLOT;
        }
    }
}
