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
 * Frames from the switch: {@link #poll}, read frames at {@link #offset} of {@link #length} bytes, and {@link #release}
 * them together; until then they stay as they are. One thread at a time.
 */
public final class ShmReceiver extends CacheLinePadded {
    private static final int MAX_BATCH_FRAMES = 256;
    private static final int SPINS_BEFORE_SLEEP = 1_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int WAKEUP_BUFFER_BYTES = 8;

    private final int socket;
    private final MemorySegment memory;
    private final NativeSpscRing.Consumer ring;
    private final FdWait wait;
    private final long slots;
    private final int slotBytes;
    private final int mask;
    private final long[] words = new long[MAX_BATCH_FRAMES];
    private final MemorySegment wakeups = Arena.ofAuto().allocate(WAKEUP_BUFFER_BYTES);
    private long sleep;

    /** Keeps the loads of {@link #poll}: without a use they would be no loads. */
    @SuppressWarnings("unused")
    private long fetched;

    ShmReceiver(SeqpacketSocket socket, MemorySegment memory, ShmLayout.Geometry geometry) {
        this.socket = socket.fd();
        this.memory = memory;
        ring = new NativeSpscRing.Consumer(geometry.ringFromSwitch(memory), geometry.slots());
        wait = new FdWait(socket.fd(), true);
        slots = geometry.slotsFromSwitch();
        slotBytes = geometry.slotBytes();
        mask = geometry.slots() - 1;
    }

    /**
     * Looks at the frames that are there; it does not take them. The first bytes of all of them are fetched from the
     * switch's cache together, which is several times faster than one after the other.
     *
     * @param max most frames; 256 are the most at a time
     * @return how many can be read, oldest first, until {@link #release}
     */
    public int poll(int max) {
        int n = Math.max(0, ring.peek(words, 0, Math.min(max, MAX_BATCH_FRAMES)));
        long sum = 0;
        for (int i = 0; i < n; i++) {
            sum += memory.get(ValueLayout.JAVA_LONG, offset(i));
        }
        fetched = sum;
        return n;
    }

    /** Where the {@code index}th polled frame lies in the client's memory. */
    public long offset(int index) {
        return slots + ((ring.position() + index) & mask) * slotBytes;
    }

    /** Bytes of the {@code index}th polled frame. */
    public int length(int index) {
        return (int) words[index];
    }

    /** Gives the oldest {@code count} polled frames back to the switch, and forgets the others until the next poll. */
    public void release(int count) {
        ring.advance(count);
    }

    /**
     * Takes one frame and copies it.
     *
     * @param target at least a slot's bytes
     * @return its bytes, or -1 when there is none
     */
    public int receive(byte[] target) {
        if (poll(1) == 0) {
            return -1;
        }
        int length = length(0);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset(0), target, 0, length);
        release(1);
        return length;
    }

    /**
     * Waits until a frame is there: polls for a moment, then sleeps until the switch sends a wake-up.
     *
     * @return false when the time is over, or the switch has left and no frame is there
     */
    public boolean await(long timeoutNanos) {
        for (int i = 0; i < SPINS_BEFORE_SLEEP; i++) {
            if (ring.available() > 0) {
                return true;
            }
            Thread.onSpinWait();
        }
        long deadline = System.nanoTime() + timeoutNanos;
        boolean connected = true;
        while (connected && !hasFramesAfterAnnouncing()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                break;
            }
            connected = sleep((int) Math.min(left / NANOS_PER_MILLI + 1, Integer.MAX_VALUE));
        }
        ring.setWaiting(0);
        return ring.available() > 0;
    }

    /**
     * Announces the next sleep and looks once more. A wake-up may come late and bring nothing, and the switch sends one
     * for each number only: so every sleep has its own.
     */
    private boolean hasFramesAfterAnnouncing() {
        ring.setWaiting(++sleep);
        VarHandle.fullFence(); // pairs with the switch's between its publish and its look at the announcement
        return ring.available() > 0;
    }

    private boolean sleep(int millis) {
        FdWait.Found found = wait.await(millis);
        long n = 1;
        while (found != FdWait.Found.NOTHING && n > 0) {
            n = SeqpacketSocket.receiveNow(socket, wakeups.address(), WAKEUP_BUFFER_BYTES);
        }
        // A closed connection gives 0; wake-ups are never empty.
        return found != FdWait.Found.FAILURE && n != 0;
    }
}
