// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.frame.PoolConfig;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.core.worker.Doorbell;
import weir.ports.linux.Errno;
import weir.ports.linux.LinuxException;
import weir.ports.linux.XdpRing;
import weir.ports.readiness.FdReadiness;

/**
 * Moves frames between the AF_XDP sockets of one queue and the pool, without copying: the kernel writes into slots of the
 * pool and reads from them. Everything runs on the worker's thread.
 *
 * <pre>
 *                    fill ring                      rx ring
 *  allocate(account) ---------> kernel writes ----------------> receive(), and one slot more to the fill ring
 *                     LENT                           free
 *
 *                    tx ring                        completion ring
 *  transmit()        ---------> kernel reads  ----------------> release()
 *                     sending +1                     sending -1
 * </pre>
 *
 * <p>The number of slots that the kernel has for receiving stays the same: a frame is handed on only when
 * another slot takes its place, else it is dropped as {@code no_buffer} and its own slot goes back. What the
 * kernel tells is believed only of slots that it has.
 */
final class XdpService implements FdReadiness.Listener {
    /** Longest frame: what is left of a slot behind the kernel's headroom, {@code XDP_PACKET_HEADROOM}. */
    static final int MAX_FRAME_BYTES = Frame.SLOT_UNIT_BYTES - Frame.HEADROOM_BYTES;

    /** Largest MTU: the header and two VLAN tags come on top. */
    static final int MAX_MTU_BYTES = MAX_FRAME_BYTES - Frame.ETHERNET_HEADER_BYTES - 2 * 4;

    private static final int RING_ENTRIES = 2048;
    private static final int MAX_LENT = RING_ENTRIES / 2;
    private static final int MIN_LENT = 64;
    /** The slots of one queue wait with the kernel: at most this part of its credit, and of the worker's pool. */
    private static final int CREDIT_PARTS = 4;

    private static final int POOL_PARTS = 16;
    private static final int SEND_BUDGET_FRAMES = 256;
    private static final long NO_SLOT = -1;
    private static final short LENT = -1;
    private static final int SLOT_SHIFT = Integer.numberOfTrailingZeros(Frame.SLOT_UNIT_BYTES);
    private static final int SLOT_MASK = Frame.SLOT_UNIT_BYTES - 1;

    private static final int BUSY = -Errno.EBUSY.number();
    private static final int DOWN = -Errno.ENETDOWN.number();
    private static final int NOT_BOUND = -Errno.ENXIO.number();

    private final XdpPort port;
    private final XdpChannel channel;
    private final QueueContext context;
    private final FrameStore frames;
    private final FramePool pool;
    private final long baseAddress;
    private final long umemEnd;
    private final int account;
    private final PortCells cells;
    private final Doorbell doorbell;

    /** For each small slot: {@link #LENT}, or how often the tx ring and the kernel have it to send. */
    private final short[] slots;

    /** The frames in the tx ring, by position there. */
    private final long[] inTx = new long[RING_ENTRIES];

    private int lentSlots;
    private int lentTarget;
    /** Written to the tx ring, not shown to the kernel yet. */
    private int staged;
    /** Shown to the kernel; whether they were sent is not known yet. */
    private int unsettled;
    /** Taken by the kernel, which has not moved its index for them yet: it does so with the next one sent. */
    private int hidden;
    /** What the kernel's index said last. */
    private int pendingSeen;
    /** Frames sent whose slots have not come back. */
    private int uncompleted;

    private boolean broken;
    private FdReadiness.@Nullable Registration registration;

    @SuppressWarnings("NullAway.Init") // set by start(), which every use follows
    private XdpRing rx;

    @SuppressWarnings("NullAway.Init")
    private XdpRing tx;

    @SuppressWarnings("NullAway.Init")
    private XdpRing fill;

    @SuppressWarnings("NullAway.Init")
    private XdpRing completion;

    XdpService(XdpPort port, XdpChannel channel, QueueContext context) {
        this.port = port;
        this.channel = channel;
        this.context = context;
        frames = context.frames();
        pool = frames.pool();
        baseAddress = pool.baseAddress();
        umemEnd = pool.smallSlotsEnd();
        account = context.account();
        cells = context.cells();
        doorbell = context.doorbell();
        slots = new short[(int) (umemEnd >>> SLOT_SHIFT)];
    }

    static void requireFittingMtu(String spec, int mtuBytes) throws PortException {
        if (mtuBytes > MAX_MTU_BYTES) {
            throw new PortException(
                    spec + " has an MTU of " + mtuBytes + " bytes, more than the " + MAX_MTU_BYTES
                            + " that a slot has room for",
                    "ip link set dev IFNAME mtu 1500, or use another kind of port");
        }
    }

    void start(FdReadiness readiness, int interfaceIndex, int queue) throws LinuxException, IOException, PortException {
        channel.createRings(RING_ENTRIES);
        rx = channel.in().rx();
        tx = channel.out().tx();
        fill = channel.in().fill();
        completion = channel.in().completion();
        channel.out().sendUpTo(SEND_BUDGET_FRAMES);
        PoolConfig config = pool.config();
        int share = Math.min(config.creditPerPort() / CREDIT_PARTS, config.smallSlotsPerWorker() / POOL_PARTS);
        lentTarget = Math.clamp(share, MIN_LENT, MAX_LENT);
        lendMore();
        if (lentSlots == 0) {
            throw new PortException(
                    "no slot of the frame pool is free for " + port.spec(), "give the switch a larger pool");
        }
        SharedMemory.join(pool, channel.in(), interfaceIndex, queue);
        channel.bindOut(interfaceIndex, queue);
        registration = readiness.register(channel.in().fd(), this);
    }

    /** Ends the sockets, then takes back every slot that the kernel had. */
    void stop() {
        if (registration != null) {
            registration.cancel();
        }
        if (unsettled > 0 && !broken) {
            settle(0); // what the kernel took without being asked
        }
        dropInTx(DropReason.PORT_DOWN, -unsettled, unsettled + staged);
        SharedMemory.leave(pool, channel.in());
        channel.close();
        for (int slot = 0; slot < slots.length; slot++) {
            int holds = slots[slot] == LENT ? 1 : slots[slot];
            for (int i = 0; i < holds; i++) {
                frames.release(frameIn(slot));
            }
        }
        Arrays.fill(slots, (short) 0);
    }

    private static long frameIn(int slot) {
        return Frame.at((long) slot << SLOT_SHIFT, 0);
    }

    QueueContext context() {
        return context;
    }

    @Override
    public void readable() {
        doorbell.ring();
    }

    @Override
    public void failed() {
        breakOff();
    }

    /** The interface is gone, or the rings make no sense any more: nothing is read from them again. */
    private void breakOff() {
        broken = true;
        port.link().lost();
    }

    boolean hasInput() {
        if (broken || port.state() == PortState.GONE) {
            return false;
        }
        reap();
        return rx.available() > 0 || (unsettled > 0 && port.state() == PortState.UP);
    }

    // ---- towards the switch ---------------------------------------------------------------------

    int receive(long[] out, int from, int budgetFrames) {
        if (broken) {
            return 0;
        }
        if (unsettled > 0) {
            send();
        } else if (uncompleted > 0) {
            reap();
        }
        int available = rx.available();
        if (available == 0) {
            return 0;
        }
        if (!rx.isSound(available)) {
            breakOff();
            return 0;
        }
        return take(Math.min(available, budgetFrames), out, from);
    }

    private int take(int count, long[] out, int from) {
        final XdpRing source = rx;
        final XdpRing buffers = fill;
        final FrameStore store = frames;
        int taken = 0;
        for (int k = 0; k < count; k++) {
            long address = source.descriptorAddress(k);
            long length = source.descriptorLength(k);
            if (!isLent(address, length)) {
                breakOff();
                break;
            }
            int slot = (int) (address >>> SLOT_SHIFT);
            long replacement = store.allocate(account);
            if (replacement == NO_SLOT) {
                context.dropIngress(DropReason.NO_BUFFER, Frame.at(address, (int) length));
                buffers.putAddress(k, (long) slot << SLOT_SHIFT);
                continue;
            }
            slots[slot] = 0;
            lend(k, replacement);
            PartialChecksum.finish(baseAddress + address, (int) length);
            out[from + taken++] = Frame.at(address, (int) length);
        }
        if (broken) {
            return taken;
        }
        source.release(count);
        buffers.publish(count);
        if (lentSlots < lentTarget) {
            lendMore();
        }
        return taken;
    }

    /** Whether a descriptor lies inside a slot that the kernel was lent. */
    private boolean isLent(long address, long length) {
        return address >= 0
                && address < umemEnd
                && length >= 0
                && (address & SLOT_MASK) + length <= Frame.SLOT_UNIT_BYTES
                && slots[(int) (address >>> SLOT_SHIFT)] == LENT;
    }

    private void lend(int k, long emptyFrame) {
        int slot = (int) (Frame.position(emptyFrame) >>> SLOT_SHIFT);
        slots[slot] = LENT;
        fill.putAddress(k, (long) slot << SLOT_SHIFT);
    }

    /** Lends slots up to the target, as far as there are free ones. */
    private void lendMore() {
        int more = 0;
        while (lentSlots < lentTarget) {
            long empty = frames.allocate(account);
            if (empty == NO_SLOT) {
                break;
            }
            lend(more++, empty);
            lentSlots++;
        }
        fill.publish(more);
    }

    // ---- towards the interface ------------------------------------------------------------------

    void transmit(long[] batch, int from, int count) {
        if (broken || port.state() != PortState.UP) {
            drop(DropReason.PORT_DOWN, batch, from, count);
            return;
        }
        int room = room();
        for (int i = from; i < from + count; i++) {
            if (room == 0) {
                flush();
                room = room();
                if (room == 0) {
                    drop(DropReason.QUEUE_FULL, batch, i, from + count - i);
                    return;
                }
            }
            long frame = batch[i];
            if (Frame.position(frame) >= umemEnd) {
                frame = copied(batch, i);
                if (frame == NO_SLOT) {
                    continue;
                }
            }
            inTx[tx.position(staged)] = frame;
            tx.putDescriptor(staged, Frame.position(frame), Frame.length(frame));
            slots[(int) (Frame.position(frame) >>> SLOT_SHIFT)]++;
            staged++;
            room--;
        }
    }

    private int room() {
        int pending = tx.pending();
        return broken || !tx.isSound(pending) ? 0 : RING_ENTRIES - pending - staged;
    }

    /** A frame of a large slot, in a small one, which is all that the kernel sees; the original is given back. */
    private long copied(long[] batch, int at) {
        long frame = batch[at];
        int length = Frame.length(frame);
        long copy = NO_SLOT;
        if (length > MAX_FRAME_BYTES) {
            context.dropEgress(DropReason.OVERSIZE, batch, at, 1);
        } else {
            long empty = frames.allocate(account);
            if (empty == NO_SLOT) {
                context.dropEgress(DropReason.NO_BUFFER, batch, at, 1);
            } else {
                copy = Frame.at(pool.slotStart(empty) + Frame.HEADROOM_BYTES, length);
                Mem.copy(pool.address(frame), pool.address(copy), length);
            }
        }
        frames.release(frame);
        return copy;
    }

    /** Shows what was staged to the kernel and makes it send. */
    void flush() {
        if (broken) {
            return;
        }
        tx.publish(staged);
        unsettled += staged;
        pendingSeen += staged;
        staged = 0;
        send();
    }

    /** Makes the kernel send until the ring is empty or it cannot go on. */
    private void send() {
        while (unsettled > 0 && !broken) {
            int before = unsettled;
            int result = channel.out().kick();
            settle(result);
            reap();
            if (result == DOWN) {
                port.link().changeState(PortState.DOWN, "link is down");
                return;
            }
            if (result == NOT_BOUND) {
                breakOff();
                return;
            }
            if (unsettled == before) {
                return;
            }
        }
    }

    /**
     * Counts what the kernel took. {@code -EBUSY} says that the device refused the last frame that it took,
     * which is lost; the kernel moves its index for such frames together with the next one that is sent.
     */
    private void settle(int result) {
        int pending = tx.pending();
        int moved = pendingSeen - pending;
        if (!tx.isSound(pending) || moved < 0) {
            breakOff();
            return;
        }
        pendingSeen = pending;
        int taken = moved > 0 ? moved - hidden : 0;
        int lost = result == BUSY ? 1 : 0;
        if (moved > 0) {
            hidden = 0;
        } else if (lost > 0) {
            hidden++;
            taken = lost;
        }
        if (taken == 0) {
            return;
        }
        long bytes = 0;
        int sent = taken - lost;
        int uncounted = unsettled - taken;
        for (int k = 0; k < sent; k++) {
            bytes += Frame.length(inTx[tx.position(k - unsettled)]);
        }
        unsettled = uncounted;
        uncompleted += taken;
        cells.transmitted(sent, bytes);
        if (lost > 0) {
            dropInTx(DropReason.QUEUE_FULL, -uncounted - 1, 1);
        }
    }

    /** Gives back the slots whose frames were sent. */
    private void reap() {
        int count = completion.available();
        if (count == 0) {
            return;
        }
        if (!completion.isSound(count)) {
            breakOff();
            return;
        }
        for (int k = 0; k < count; k++) {
            long address = completion.address(k);
            if (address < 0 || address >= umemEnd || slots[(int) (address >>> SLOT_SHIFT)] <= 0) {
                breakOff();
                return;
            }
            int slot = (int) (address >>> SLOT_SHIFT);
            slots[slot]--;
            frames.release(frameIn(slot));
        }
        uncompleted -= count;
        completion.release(count);
    }

    /** Counts frames in the tx ring, {@code first} places from this side's index, that were not sent. */
    private void dropInTx(DropReason reason, int first, int count) {
        for (int k = first; k < first + count; k++) {
            context.dropEgress(reason, inTx, tx.position(k), 1);
        }
    }

    private void drop(DropReason reason, long[] batch, int from, int count) {
        context.dropEgress(reason, batch, from, count);
        frames.release(batch, from, count);
    }
}
