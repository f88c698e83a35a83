// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.port.QueueContext;
import weir.core.ring.NativeSpscRing;
import weir.core.worker.Doorbell;
import weir.ports.linux.SeqpacketSocket;
import weir.ports.readiness.FdReadiness;

/**
 * Moves frames between one client's memory and the pool. Everything runs on the worker's thread.
 *
 * <p>The client is not trusted. Whatever it can write is read once into a variable of this side, checked, and then
 * used: indices by the ring, lengths here. Bytes of frames are copied before anything looks at them. Where slots lie
 * follows from this side's own index. A wrong index or length sets that ring to where the client says it is, empty;
 * the frames that were waiting there are {@code bad_descriptor}. {@value #MAX_STRIKES} times within 10 s end the
 * session.
 *
 * <p>Nothing here waits for the client: a full ring drops, a wake-up that the socket does not take is left out.
 */
final class ShmExchange implements FdReadiness.Listener {
    static final int MAX_STRIKES = 8;

    private static final long STRIKE_WINDOW_NANOS = 10_000_000_000L;
    private static final int MAX_BATCH_FRAMES = 256;
    /** An honest client sends one byte for each sleep of the worker; a few may meet here. */
    private static final int MAX_WAKEUPS = 16;

    private static final int WAKEUP_BUFFER_BYTES = 8;
    private static final MemorySegment WAKEUP = Arena.global().allocateFrom(ValueLayout.JAVA_BYTE, ShmLayout.WAKEUP);

    private final ShmSession session;
    private final FrameStore store;
    private final FramePool pool;
    private final QueueContext context;
    private final PortCells cells;
    private final Doorbell doorbell;
    private final int account;
    private final int socket;
    private final NativeSpscRing.Consumer in;
    private final NativeSpscRing.Producer out;
    private final long inSlots;
    private final long outSlots;
    private final int mask;
    private final int slotBytes;
    private final long[] words = new long[MAX_BATCH_FRAMES];
    private final MemorySegment wakeups = Arena.ofAuto().allocate(WAKEUP_BUFFER_BYTES);
    private long sleep;
    private boolean sleepAnnounced;
    private long wokenSleep;
    private boolean clientLeft;
    private int framesLeft;
    private boolean over;
    /** Keeps the loads of {@link #fetch}: without a use they would be no loads. */
    @SuppressWarnings("unused")
    private long fetched;

    private int strikes;
    private long firstStrikeNanos;

    @SuppressWarnings("NullAway.Init") // set by start(), which every use follows
    private FdReadiness.Registration registration;

    private ShmExchange(ShmSession session, QueueContext context) {
        this.session = session;
        this.context = context;
        store = context.frames();
        pool = store.pool();
        cells = context.cells();
        doorbell = context.doorbell();
        account = context.account();
        socket = session.socket().fd();
        ShmLayout.Geometry geometry = session.geometry();
        MemorySegment memory = session.memory().memory();
        in = new NativeSpscRing.Consumer(geometry.ringToSwitch(memory), geometry.slots());
        out = new NativeSpscRing.Producer(geometry.ringFromSwitch(memory), geometry.slots());
        inSlots = memory.address() + geometry.slotsToSwitch();
        outSlots = memory.address() + geometry.slotsFromSwitch();
        mask = geometry.slots() - 1;
        slotBytes = geometry.slotBytes();
    }

    /** Begins to serve a client. */
    static ShmExchange start(ShmSession session, QueueContext context, FdReadiness readiness) throws IOException {
        ShmExchange started = new ShmExchange(session, context);
        started.registration = readiness.register(started.socket, started);
        return started;
    }

    /** Afterwards neither memory nor socket are used here. */
    void stop() {
        registration.cancel();
    }

    ShmSession session() {
        return session;
    }

    /** Whether the session has ended and is to be given back. */
    boolean isOver() {
        return over;
    }

    // ---- the socket -----------------------------------------------------------------------------

    @Override
    public void readable() {
        for (int i = 0; i < MAX_WAKEUPS; i++) {
            long n = SeqpacketSocket.receiveNow(socket, wakeups.address(), WAKEUP_BUFFER_BYTES);
            if (n < 0) {
                doorbell.ring();
                return;
            }
            if (n == 0) {
                failed();
                return;
            }
            if (n != 1 || wakeups.get(ValueLayout.JAVA_BYTE, 0) != ShmLayout.WAKEUP) {
                break;
            }
        }
        giveUp("client sent what is no wake-up over its socket", true);
        doorbell.ring();
    }

    /** The client closed its socket or died; what it sent before that still counts. */
    @Override
    public void failed() {
        if (!clientLeft) {
            clientLeft = true;
            framesLeft = Math.max(0, in.available());
        }
        doorbell.ring();
    }

    private void giveUp(String cause, boolean brokeRules) {
        if (!over) {
            over = true;
            session.end(cause, brokeRules);
        }
    }

    // ---- from the client ------------------------------------------------------------------------

    boolean hasInput() {
        if (clientLeft || over) {
            return true;
        }
        in.setWaiting(++sleep);
        sleepAnnounced = true;
        VarHandle.fullFence(); // pairs with the client's between its publish and its look at the announcement
        return in.available() != 0;
    }

    int receive(long[] frames, int from, int budgetFrames) {
        if (sleepAnnounced) {
            sleepAnnounced = false;
            in.setWaiting(0);
        }
        if (over) {
            return 0;
        }
        int most = Math.min(budgetFrames, MAX_BATCH_FRAMES);
        int max = clientLeft ? Math.min(most, framesLeft) : most;
        int n = in.peek(words, 0, max);
        int taken = 0;
        if (n < 0) {
            strike();
        } else if (n > 0) {
            taken = take(n, frames, from);
        }
        if (clientLeft) {
            framesLeft -= n;
            // Fewer than were there when it left: what a strike skips never comes.
            if (framesLeft <= 0 || n < max) {
                giveUp("client closed the connection (" + session.peer() + ")", false);
            }
        }
        return taken;
    }

    /**
     * Loads the first word of each slot. The lines are in the client's cache; these loads wait for none of each other,
     * while a copy holds up all that is behind it.
     */
    private void fetch(long base, long start, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Mem.getLong(base + ((start + i) & mask) * slotBytes);
        }
        fetched = sum;
    }

    private int take(int count, long[] frames, int from) {
        final FrameStore slots = store;
        final long base = inSlots;
        final long start = in.position();
        fetch(base, start, count);
        int taken = 0;
        int i = 0;
        for (; i < count; i++) {
            long length = words[i];
            if (Long.compareUnsigned(length, slotBytes) > 0) {
                break;
            }
            long slot = slots.allocateFor(account, (int) length);
            long source = base + ((start + i) & mask) * slotBytes;
            if (slot < 0) {
                context.dropIngress(DropReason.NO_BUFFER, source, (int) length, (int) length);
                continue;
            }
            Mem.copy(source, pool.address(slot), length);
            frames[from + taken++] = Frame.withLength(slot, (int) length);
        }
        in.advance(i);
        if (i < count) {
            strike();
        }
        return taken;
    }

    /** The ring to the switch cannot be believed: it goes on, empty, where the client says it is. */
    private void strike() {
        long before = in.position();
        in.resynchronise();
        context.dropUnread(DropReason.BAD_DESCRIPTOR, Math.clamp(in.position() - before, 1, mask + 1));
        countStrike();
    }

    private void countStrike() {
        long now = System.nanoTime();
        if (strikes == 0 || now - firstStrikeNanos > STRIKE_WINDOW_NANOS) {
            strikes = 0;
            firstStrikeNanos = now;
        }
        if (++strikes >= MAX_STRIKES) {
            giveUp("client wrote bad descriptors again and again (" + session.peer() + ")", true);
        }
    }

    // ---- to the client --------------------------------------------------------------------------

    void transmit(long[] frames, int from, int count) {
        int room = over || clientLeft ? 0 : out.roomFor(count);
        if (room < 0) {
            out.resynchronise();
            countStrike();
            drop(DropReason.BAD_DESCRIPTOR, frames, from, count);
            return;
        }
        int n = Math.min(room, count);
        put(frames, from, n);
        if (n < count) {
            drop(over || clientLeft ? DropReason.PORT_DOWN : DropReason.QUEUE_FULL, frames, from + n, count - n);
        }
    }

    /** Stores the first word of each slot, so that the lines come from the client's cache all at once. */
    private void claim(long base, long start, int count) {
        for (int i = 0; i < count; i++) {
            Mem.putLong(base + ((start + i) & mask) * slotBytes, 0);
        }
    }

    private void put(long[] frames, int from, int count) {
        final FrameStore slots = store;
        final long base = outSlots;
        final long start = out.position();
        claim(base, start, count);
        int put = 0;
        long bytes = 0;
        for (int i = from; i < from + count; i++) {
            long frame = frames[i];
            int length = Frame.length(frame);
            if (length <= slotBytes) {
                Mem.copy(pool.address(frame), base + ((start + put) & mask) * slotBytes, length);
                out.set(put++, length);
                bytes += length;
            } else {
                context.dropEgress(DropReason.OVERSIZE, frames, i, 1);
            }
            slots.release(frame);
        }
        if (put > 0) {
            out.publish(put);
            cells.transmitted(put, bytes);
        }
    }

    private void drop(DropReason reason, long[] frames, int from, int count) {
        context.dropEgress(reason, frames, from, count);
        store.release(frames, from, count);
    }

    /** Wakes the client once for each sleep that it announces; a full fence has come before. */
    void flush() {
        long announced = out.waiting();
        if (announced != 0 && announced != wokenSleep) {
            wokenSleep = announced;
            boolean _ = SeqpacketSocket.sendNow(socket, WAKEUP.address(), 1);
        }
    }
}
