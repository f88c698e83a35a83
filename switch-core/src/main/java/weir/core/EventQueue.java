// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Bounded queue between workers, which never wait, and listeners, which may be slow. */
final class EventQueue implements AutoCloseable {
    private static final int CAPACITY = 1024;
    private static final long CLOSE_MILLIS = 10_000;

    /** Behind the last event, unless the queue is full then. */
    private static final Object END = new Object();

    private final BlockingQueue<Object> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicLong lost = new AtomicLong();
    private final String name;
    private final Consumer<SwitchEvent> sink;
    private @Nullable Thread thread;
    private volatile boolean closing;

    EventQueue(String name, Consumer<SwitchEvent> sink) {
        this.name = name;
        this.sink = sink;
    }

    void post(SwitchEvent event) {
        if (!queue.offer(event)) {
            lost.incrementAndGet();
        }
    }

    long lost() {
        return lost.get();
    }

    synchronized void start() {
        if (thread == null) {
            thread = Thread.ofPlatform()
                    .name("weir-" + name + "-events")
                    .daemon(true)
                    .start(this::deliver);
        }
    }

    private void deliver() {
        for (Object next = next(); next instanceof SwitchEvent event; next = next()) {
            deliver(event);
        }
    }

    /** Waits for the next event, or the end. A listener that left the thread interrupted changes nothing. */
    private Object next() {
        while (true) {
            try {
                Object polled = closing ? queue.poll() : queue.take();
                return polled == null ? END : polled;
            } catch (InterruptedException e) {
                // Nobody asks for the end in this way.
            }
        }
    }

    /** A listener's defect is its own: the events after this one still come. */
    private void deliver(SwitchEvent event) {
        try {
            sink.accept(event);
        } catch (RuntimeException | Error defect) {
            Thread self = Thread.currentThread();
            self.getUncaughtExceptionHandler().uncaughtException(self, defect);
        }
    }

    private synchronized @Nullable Thread thread() {
        return thread;
    }

    /**
     * Ends the thread when what was posted is delivered; waits for that, but not for ever. Without the lock of the switch,
     * which a listener may ask for; a listener that closes its own switch is not waited for.
     */
    @Override
    public void close() {
        Thread running = thread();
        if (running == null) {
            return;
        }
        closing = true;
        queue.offer(END);
        if (running == Thread.currentThread()) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            running.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
