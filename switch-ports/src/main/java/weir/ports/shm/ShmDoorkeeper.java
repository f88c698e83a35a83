// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import weir.ports.Threads;
import weir.ports.linux.LinuxException;
import weir.ports.linux.PollSet;
import weir.ports.linux.SeqpacketSocket;

/**
 * Lets clients in and clears up behind them, on a thread of the port's own, so that making memory never delays a
 * worker and a crowd at one port's door delays nobody at another's.
 *
 * <pre>
 *  accept ---- hello within 1 s ---- may it come in? ---- memory made, welcome sent ---- offered to the worker
 *                                                                                              |
 *  next client may come &lt;---- pages given back, unmapped, socket closed &lt;---- given back by the worker
 * </pre>
 *
 * <p>At most {@value #MAX_WAITING} connections wait for their hello to be read; one more ends the oldest. At most
 * {@value #MAX_ACCEPTS} are accepted in 100 ms.
 */
final class ShmDoorkeeper implements Runnable {
    static final int MAX_WAITING = 8;
    static final int MAX_ACCEPTS = 64;

    private static final long HELLO_NANOS = 1_000_000_000L;
    private static final long ACCEPT_WINDOW_NANOS = 100_000_000L;
    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final int MAX_WAIT_MILLIS = 1_000;

    private final String name;
    private final ShmDoor door;
    private final ShmLayout.Geometry geometry;
    private final ShmQueue queue;
    private final PollSet polls;
    private final long quarantineNanos;
    private final Thread thread;
    private final Arena arena = Arena.ofAuto();
    // One byte more than a hello, so that a longer message shows.
    private final MemorySegment hello = arena.allocate(ShmLayout.HELLO_BYTES + 1, Long.BYTES);
    private final MemorySegment welcome = arena.allocate(ShmLayout.WELCOME_BYTES, Long.BYTES);
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private @Nullable ShmSession current;
    private volatile @Nullable ShmSession retired;
    private volatile boolean stopping;
    private boolean quarantined;
    private long quarantineEnds;
    private long windowStart;
    private int acceptsInWindow;

    private record Waiting(SeqpacketSocket socket, long deadline) {}

    ShmDoorkeeper(ShmSpec spec, Duration quarantine, ShmDoor door, ShmQueue queue, PollSet polls) {
        name = spec.name();
        geometry = spec.geometry();
        quarantineNanos = quarantine.toNanos();
        this.door = door;
        this.queue = queue;
        this.polls = polls;
        thread = new Thread(this, "weir-shm-" + name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Takes a session back that the worker has ended. Any thread. */
    void retire(ShmSession session) {
        retired = session;
        polls.wakeup();
    }

    /** Ends the thread and everything that it holds. The queue has been detached, or never was attached. */
    void close() {
        stopping = true;
        polls.wakeup();
        Threads.joinUninterruptibly(thread);
        door.close();
        waiting.forEach(each -> each.socket().close());
        ShmSession open = current;
        if (open != null) {
            open.close();
        }
        polls.close();
    }

    @Override
    public void run() {
        while (!stopping) {
            try {
                step();
            } catch (RuntimeException | Error defect) {
                thread.getUncaughtExceptionHandler().uncaughtException(thread, defect);
            }
        }
    }

    private void step() {
        long now = System.nanoTime();
        polls.clear();
        int timeoutMillis = MAX_WAIT_MILLIS;
        if (mayAccept(now)) {
            polls.add(door.socket().fd());
        } else {
            timeoutMillis = millis(windowStart + ACCEPT_WINDOW_NANOS - now);
        }
        for (Waiting each : waiting) {
            polls.add(each.socket().fd());
            timeoutMillis = Math.min(timeoutMillis, millis(each.deadline() - now));
        }
        polls.await(timeoutMillis);
        reap();
        acceptAll();
        greetAll();
    }

    private static int millis(long nanos) {
        return Math.clamp(nanos / NANOS_PER_MILLI + 1, 0, MAX_WAIT_MILLIS);
    }

    private boolean mayAccept(long now) {
        if (now - windowStart >= ACCEPT_WINDOW_NANOS) {
            windowStart = now;
            acceptsInWindow = 0;
        }
        return acceptsInWindow < MAX_ACCEPTS;
    }

    private void reap() {
        ShmSession ended = retired;
        if (ended == null) {
            return;
        }
        retired = null;
        current = null;
        if (ended.isOffender()) {
            quarantined = true;
            quarantineEnds = System.nanoTime() + quarantineNanos;
        }
        ended.close();
    }

    private void acceptAll() {
        long now = System.nanoTime();
        try {
            while (mayAccept(now)) {
                SeqpacketSocket socket = door.socket().accept();
                if (socket == null) {
                    return;
                }
                acceptsInWindow++;
                if (waiting.size() == MAX_WAITING) {
                    waiting.removeFirst().socket().close();
                }
                waiting.addLast(new Waiting(socket, now + HELLO_NANOS));
            }
        } catch (LinuxException e) {
            acceptsInWindow = MAX_ACCEPTS; // no descriptors left, or the client is gone: later again
        }
    }

    private void greetAll() {
        long now = System.nanoTime();
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
            Waiting client = each.next();
            long n = SeqpacketSocket.receiveNow(client.socket().fd(), hello.address(), hello.byteSize());
            if (n > 0) {
                each.remove();
                greet(client.socket(), (int) n);
            } else if (n == 0 || now - client.deadline() >= 0) {
                each.remove();
                client.socket().close();
            }
        }
    }

    private void greet(SeqpacketSocket client, int helloBytes) {
        if (!ShmLayout.isHello(hello, helloBytes)) {
            refuse(client, ShmLayout.Status.VERSION_UNKNOWN, "this switch speaks version " + ShmLayout.VERSION);
        } else if (isQuarantined()) {
            refuse(client, ShmLayout.Status.QUARANTINED, "a client broke the rules; closed for some seconds");
        } else if (current != null || !queue.isOpen()) {
            refuse(client, ShmLayout.Status.BUSY, "the port has a client already, or is being detached");
        } else {
            letIn(client);
        }
    }

    private boolean isQuarantined() {
        quarantined = quarantined && System.nanoTime() - quarantineEnds < 0;
        return quarantined;
    }

    private void refuse(SeqpacketSocket client, ShmLayout.Status status, String text) {
        try {
            ShmLayout.writeWelcome(welcome, status, geometry, text);
            client.send(welcome, null);
        } catch (LinuxException e) {
            // It did not wait for the answer.
        }
        client.close();
    }

    private void letIn(SeqpacketSocket client) {
        ShmSession session;
        try {
            session = ShmSession.create(client, geometry, name);
        } catch (LinuxException e) {
            refuse(client, ShmLayout.Status.NO_RESOURCES, String.valueOf(e.getMessage()));
            return;
        }
        try {
            ShmLayout.writeWelcome(welcome, ShmLayout.Status.CONNECTED, geometry, "");
            client.send(welcome, session.memory().fd());
        } catch (LinuxException e) {
            session.close(); // it is gone already
            return;
        }
        current = session;
        queue.offer(session);
    }
}
