// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import weir.ports.shm.client.ShmClient;
import weir.ports.shm.client.ShmReceiver;
import weir.ports.shm.client.ShmSender;

/**
 * Generator and sink at two shared-memory ports of a switch: writes whole frames into one as fast as it takes them, and
 * copies those that come out of the other one. One thread.
 */
final class ShmLoad {
    /** Where the generator's frames come from. */
    static final long SENDER = 0x0200_0000_0001L;

    /** Where they go. */
    static final long RECEIVER = 0x0200_0000_0002L;

    private static final int BATCH = 64;
    private static final int TEMPLATES = 64;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int ROUNDS = 64;

    private final ShmSender out;
    private final ShmReceiver in;
    private final MemorySegment outMemory;
    private final MemorySegment inMemory;
    private final MemorySegment frames;
    private final MemorySegment received;
    private final int frameBytes;
    private long sent;
    private long got;

    /** @param frameBytes length of every frame */
    ShmLoad(ShmClient first, ShmClient second, int frameBytes) {
        out = first.sender();
        in = second.receiver();
        outMemory = first.memory();
        inMemory = second.memory();
        this.frameBytes = frameBytes;
        Arena arena = Arena.ofAuto();
        frames = arena.allocate((long) TEMPLATES * frameBytes, 64);
        received = arena.allocate((long) BATCH * second.slotBytes(), 64);
        for (int i = 0; i < TEMPLATES; i++) {
            byte[] frame = BenchFrame.of(frameBytes, RECEIVER, SENDER, 0, i);
            MemorySegment.copy(frame, 0, frames, JAVA_BYTE, (long) i * frameBytes, frameBytes);
        }
    }

    /**
     * Lets the switch learn where the receiver is, by a frame that reaches the sender.
     *
     * @throws IllegalStateException when none does in time
     */
    static void teach(ShmClient from, ShmClient to) {
        byte[] hello = BenchFrame.of(64, SENDER, RECEIVER, 1, 0);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        do {
            to.sender().send(hello, 0, hello.length);
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("no frame came through the switch");
            }
        } while (!from.receiver().await(TimeUnit.MILLISECONDS.toNanos(20)));
        while (from.receiver().poll(1) > 0) {
            from.receiver().release(1);
        }
    }

    /** Sends and takes for some microseconds. */
    void exchange() {
        for (int i = 0; i < ROUNDS; i++) {
            send();
            receive();
        }
    }

    /** Takes what is on its way. */
    void drain() {
        while (in.await(DRAIN_NANOS)) {
            receive();
        }
    }

    /** Frames that the switch's port was given. */
    long sent() {
        return sent;
    }

    /** Frames that came out of it. */
    long got() {
        return got;
    }

    private void send() {
        int n = out.room(BATCH);
        if (n < BATCH) {
            return;
        }
        for (int i = 0; i < n; i++) {
            outMemory.set(JAVA_LONG, out.offset(i), 0); // brings the lines from the switch's cache all at once
        }
        for (int i = 0; i < n; i++) {
            MemorySegment.copy(frames, (long) i * frameBytes, outMemory, out.offset(i), frameBytes);
            out.setLength(i, frameBytes);
        }
        out.publish(n);
        sent += n;
    }

    private void receive() {
        int n = in.poll(BATCH);
        if (n == 0) {
            return;
        }
        for (int i = 0; i < n; i++) {
            MemorySegment.copy(inMemory, in.offset(i), received, (long) i * frameBytes, in.length(i));
        }
        in.release(n);
        got += n;
    }
}
