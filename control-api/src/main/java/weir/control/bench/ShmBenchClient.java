// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import weir.ports.linux.Affinity;
import weir.ports.linux.LinuxException;
import weir.ports.shm.client.ShmClient;
import weir.ports.shm.client.ShmException;
import weir.ports.shm.client.ShmReceiver;
import weir.ports.shm.client.ShmSender;

/**
 * Generator and sink of the shared-memory benchmark, on one thread of a process of their own: writes whole frames into
 * one port, and copies those that come out of the other one.
 */
public final class ShmBenchClient {
    private static final int BATCH = 64;
    private static final int TEMPLATES = 64;
    private static final long SENDER = 0x0200_0000_0001L;
    private static final long RECEIVER = 0x0200_0000_0002L;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int ROUNDS_BETWEEN_LOOKS_AT_THE_CLOCK = 64;

    private final ShmSender out;
    private final ShmReceiver in;
    private final MemorySegment outMemory;
    private final MemorySegment inMemory;
    private final MemorySegment frames;
    private final MemorySegment received;
    private final int frameBytes;
    private long sent;
    private long got;

    private ShmBenchClient(ShmClient first, ShmClient second, int frameBytes) {
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
     * Runs and prints a line {@code slice FRAMES NANOS} for each slice, and {@code end SENT RECEIVED}.
     *
     * @throws IllegalStateException when the switch does not do its part
     */
    public static void run(Path first, Path second, int frameBytes, ShmBenchSettings settings, PrintWriter print)
            throws ShmException {
        pin(settings.clientCpu());
        try (ShmClient from = ShmClient.connect(first);
                ShmClient to = ShmClient.connect(second)) {
            teach(from, to);
            ShmBenchClient client = new ShmBenchClient(from, to, frameBytes);
            client.exchange(nanos(settings.warmUpSeconds()));
            for (int i = 0; i < settings.slices(); i++) {
                long before = client.got;
                long start = System.nanoTime();
                client.exchange(nanos(settings.seconds()));
                long end = System.nanoTime();
                print.println("slice " + (client.got - before) + " " + (end - start));
                print.flush();
            }
            client.drain();
            print.println("end " + client.sent + " " + client.got);
            print.flush();
        }
    }

    private static void pin(int cpu) {
        if (cpu >= 0) {
            try {
                Affinity.pinCurrentThread(cpu);
            } catch (LinuxException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }
    }

    private static long nanos(double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }

    /** Lets the switch learn where the receiver is, by a frame that reaches the sender. */
    private static void teach(ShmClient from, ShmClient to) {
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

    private void exchange(long nanos) {
        long deadline = System.nanoTime() + nanos;
        do {
            for (int i = 0; i < ROUNDS_BETWEEN_LOOKS_AT_THE_CLOCK; i++) {
                send();
                receive();
            }
        } while (System.nanoTime() - deadline < 0);
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

    private void drain() {
        while (in.await(DRAIN_NANOS)) {
            receive();
        }
    }
}
