// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import weir.ports.shm.client.ShmClient;
import weir.ports.shm.client.ShmException;

/** Full load on a switch of another process, which can be turned on and off: a thread at two of its shared-memory ports. */
final class DaemonLoad implements AutoCloseable {
    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ShmClient from;
    private final ShmClient to;
    private final ShmLoad load;
    private final int cpu;
    private final Thread thread =
            Thread.ofPlatform().name("weir-bench-load").daemon(true).unstarted(this::run);

    private volatile boolean isOn;
    private volatile boolean isOver;
    private volatile long got;
    private volatile @Nullable RuntimeException failure;

    private DaemonLoad(ShmClient from, ShmClient to, int frameBytes, int cpu) {
        this.from = from;
        this.to = to;
        this.cpu = cpu;
        load = new ShmLoad(from, to, frameBytes);
    }

    /**
     * Connects; the load is off.
     *
     * @param first socket of the port to send to
     * @param second socket of the port to take from
     * @param cpu where the thread runs; -1: anywhere
     */
    static DaemonLoad connect(Path first, Path second, int frameBytes, int cpu) throws ShmException {
        ShmClient from = ShmClient.connect(first);
        ShmClient to = null;
        DaemonLoad load = null;
        try {
            to = ShmClient.connect(second);
            ShmLoad.teach(from, to);
            load = new DaemonLoad(from, to, frameBytes, cpu);
            load.thread.start();
            return load;
        } finally {
            if (load == null) {
                from.close();
                if (to != null) {
                    to.close();
                }
            }
        }
    }

    private void run() {
        try {
            ShmBenchClient.pin(cpu);
            while (!isOver) {
                if (isOn) {
                    load.exchange();
                } else {
                    load.drain();
                    LockSupport.parkNanos(this, NAP_NANOS);
                }
                got = load.got();
            }
            load.drain();
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** Sends as fast as the switch takes frames, or nothing. */
    void turn(boolean on) {
        isOn = on;
    }

    /** Frames that have come out of the switch so far. */
    long got() {
        RuntimeException cause = failure;
        if (cause != null) {
            throw new IllegalStateException("the generator ended: " + cause.getMessage(), cause);
        }
        return got;
    }

    /** Ends the load and takes what is on its way. */
    Books finish() throws InterruptedException {
        isOver = true;
        thread.join();
        got(); // or why it ended
        return new Books(load.sent(), load.got());
    }

    /** Frames that the switch was given, and those that came out of it. */
    record Books(long sent, long got) {}

    @Override
    public void close() {
        isOver = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the memory goes with the process
            return;
        }
        from.close();
        to.close();
    }
}
