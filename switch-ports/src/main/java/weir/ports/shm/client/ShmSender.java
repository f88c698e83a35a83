// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm.client;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import weir.core.ring.CacheLinePadded;
import weir.core.ring.NativeSpscRing;
import weir.ports.linux.FdWait;
import weir.ports.linux.SeqpacketSocket;
import weir.ports.shm.ShmLayout;

/**
 * Frames to the switch: ask for {@link #room}, write frames at {@link #offset}, tell each {@link #setLength length}, and
 * {@link #publish} them together. One thread at a time.
 */
public final class ShmSender extends CacheLinePadded {
    private static final int SPINS_BEFORE_SLEEP = 1_000;
    private static final int LOOK_AGAIN_MILLIS = 1;

    private static final MemorySegment WAKEUP = Arena.global().allocateFrom(ValueLayout.JAVA_BYTE, ShmLayout.WAKEUP);

    private final int socket;
    private final MemorySegment memory;
    private final NativeSpscRing.Producer ring;
    private final FdWait wait;
    private final long slots;
    private final int slotBytes;
    private final int mask;
    private long wokenSleep;

    ShmSender(SeqpacketSocket socket, MemorySegment memory, ShmLayout.Geometry geometry) {
        this.socket = socket.fd();
        this.memory = memory;
        ring = new NativeSpscRing.Producer(geometry.ringToSwitch(memory), geometry.slots());
        wait = new FdWait(socket.fd(), false);
        slots = geometry.slotsToSwitch();
        slotBytes = geometry.slotBytes();
        mask = geometry.slots() - 1;
    }

    /**
     * Slots that can be written now, counted up to {@code enough}: then what the switch writes need not be looked at.
     *
     * @return 0 when the switch has not taken any of what was published
     */
    public int room(int enough) {
        return Math.clamp(ring.roomFor(enough), 0, enough);
    }

    /** Where the {@code index}th free slot lies in the client's memory; {@code index} below {@link #room}. */
    public long offset(int index) {
        return slots + ((ring.position() + index) & mask) * slotBytes;
    }

    /** Says how many bytes the frame in the {@code index}th free slot has: at most a slot's. */
    public void setLength(int index, int lengthBytes) {
        if (lengthBytes < 0 || lengthBytes > slotBytes) {
            throw new IllegalArgumentException("frame of " + lengthBytes + " bytes, slots have " + slotBytes);
        }
        ring.set(index, lengthBytes);
    }

    /** Sends the first {@code count} free slots, whose lengths were set, and wakes the switch if it sleeps. */
    public void publish(int count) {
        ring.publish(count);
        VarHandle.fullFence(); // pairs with the switch's between its announcement and its last look
        long announced = ring.waiting();
        if (announced != 0 && announced != wokenSleep) {
            wokenSleep = announced;
            boolean _ = SeqpacketSocket.sendNow(socket, WAKEUP.address(), 1);
        }
    }

    /**
     * Copies one frame and sends it.
     *
     * @return false when there is no room
     */
    public boolean send(byte[] frame, int from, int lengthBytes) {
        if (room(1) == 0) {
            return false;
        }
        setLength(0, lengthBytes);
        MemorySegment.copy(frame, from, memory, ValueLayout.JAVA_BYTE, offset(0), lengthBytes);
        publish(1);
        return true;
    }

    /**
     * Waits until there is room. The switch makes room as fast as it forwards, and does not tell: this looks again,
     * first at once, then every millisecond.
     *
     * @return false when the time is over or the switch has left
     */
    public boolean await(long timeoutNanos) {
        long deadline = System.nanoTime() + timeoutNanos;
        for (int i = 0; room(1) == 0; i++) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            if (i < SPINS_BEFORE_SLEEP) {
                Thread.onSpinWait();
            } else if (wait.await(LOOK_AGAIN_MILLIS) == FdWait.Found.FAILURE) {
                return false;
            }
        }
        return true;
    }
}
