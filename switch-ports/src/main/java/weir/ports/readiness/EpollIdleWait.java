// SPDX-License-Identifier: Apache-2.0
package weir.ports.readiness;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import weir.core.worker.IdleWait;

/**
 * Lets a worker wait in {@code epoll_wait(2)}, on Netty's event loop driven by the worker's own thread.
 *
 * <p>Descriptors are watched edge-triggered. A level-triggered one that nobody reads (its queue is
 * parked, out of slots) would make every wait return at once; an edge is told once, and the kernel
 * keeps the edge that comes between a reader's last {@code EAGAIN} and the next wait.
 *
 * <p>Wake-ups follow Dekker's pattern in two places. The core only calls {@link #wakeup} when the
 * worker has said that it sleeps. Here:
 *
 * <pre>
 *  any thread                          worker, in await()
 *  -----------------------------       -----------------------------------------
 *  pending = true                      Netty: deadline = when to end (volatile)
 *  Netty: if deadline is set, take     canBlock(): not pending?
 *         it and write the eventfd     epoll_wait
 * </pre>
 *
 * Either the waker sees the deadline and writes, or the worker sees {@code pending} and does not block.
 * Without the pending flag Netty forgets a wake-up that comes before the wait.
 */
public final class EpollIdleWait implements IdleWait, FdReadiness {
    private static final EpollIoOps INPUT = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLET);
    private static final EpollIoOps INPUT_AND_OUTPUT = INPUT.with(EpollIoOps.EPOLLOUT);
    // Not EpollIoOps.NONE: that deletes the descriptor from the set behind Netty's back, and the next
    // change then fails with ENOENT. Errors are always told, so asking for them alone changes nothing.
    private static final EpollIoOps ERRORS_ONLY = EpollIoOps.EPOLLERR.with(EpollIoOps.EPOLLET);
    private static final int EPOLLIN = 0x1;
    private static final int EPOLLOUT = 0x4;
    private static final int EPOLLERR_OR_HUP = 0x8 | 0x10;
    private static final int IO_ONLY = -1;
    private static final int ALL_TASKS = 0;

    private final Loop loop;
    private int watched;

    private volatile boolean pending;

    /**
     * @param worker thread that will call everything but {@link #wakeup}
     */
    public EpollIdleWait(Thread worker) {
        loop = new Loop(worker);
    }

    /** Why this machine can not wait with epoll, or an empty string when it can. */
    public static String unavailability() {
        Throwable cause = Epoll.unavailabilityCause();
        return cause == null ? "" : String.valueOf(cause.getMessage());
    }

    /** One {@code epoll_wait} that does not wait; nothing at all when no descriptor is watched. */
    @Override
    public void poll() {
        if (watched != 0) {
            loop.runNow(IO_ONLY);
        }
    }

    @Override
    public void await(long timeoutNanos) {
        if (timeoutNanos > 0) {
            // Not 0: Netty would wait without limit.
            loop.run(timeoutNanos, ALL_TASKS);
        } else {
            poll();
        }
        if (pending) {
            pending = false;
            // The worker looks at its rings next; it must not see them as they were before the wake-up
            // that has just been taken back.
            VarHandle.fullFence();
        }
    }

    @Override
    public void wakeup() {
        // Not only when pending was false: whoever set it may have been stopped before its next step.
        pending = true;
        loop.wakeup();
    }

    @Override
    public Registration register(int fd, Listener listener) throws IOException {
        Watch watch = new Watch(fd, listener);
        // On the loop's own thread this completes before it returns.
        Future<IoRegistration> future = loop.register(watch);
        if (!future.isSuccess()) {
            throw new IOException("cannot watch descriptor " + fd, future.cause());
        }
        IoRegistration registration = future.getNow();
        watch.registration = registration;
        try {
            registration.submit(INPUT);
        } catch (UncheckedIOException e) {
            registration.cancel();
            throw e.getCause();
        }
        watched++;
        return watch;
    }

    @Override
    public void close() {
        var _ = loop.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        while (!loop.isTerminated()) {
            loop.runNow();
        }
        watched = 0;
    }

    private final class Loop extends ManualIoEventLoop {
        Loop(Thread worker) {
            super(worker, EpollIoHandler.newFactory());
        }

        @Override
        protected boolean canBlock() {
            return !pending;
        }
    }

    private final class Watch implements EpollIoHandle, Registration {
        private final FileDescriptor descriptor;
        private final Listener listener;

        @SuppressWarnings("NullAway.Init") // set by register() before the first event
        private IoRegistration registration;

        Watch(int fd, Listener listener) {
            descriptor = new FileDescriptor(fd);
            this.listener = listener;
        }

        @Override
        public FileDescriptor fd() {
            return descriptor;
        }

        @Override
        public void handle(IoRegistration ioRegistration, IoEvent event) {
            int events = ((EpollIoEvent) event).ops().value();
            try {
                if ((events & EPOLLIN) != 0) {
                    listener.readable();
                }
                if ((events & EPOLLOUT) != 0) {
                    listener.writable();
                }
                if ((events & EPOLLERR_OR_HUP) != 0) {
                    // An edge could come again with every frame that is written; once is enough.
                    cancel();
                    listener.failed();
                }
            } catch (RuntimeException defect) {
                // Netty would log it and sleep for a second, and with it all ports of the worker.
                cancel();
                Thread worker = Thread.currentThread();
                worker.getUncaughtExceptionHandler().uncaughtException(worker, defect);
            }
        }

        @Override
        public void pause() {
            registration.submit(ERRORS_ONLY);
        }

        @Override
        public void resume() {
            registration.submit(INPUT);
        }

        @Override
        public void watchOutput(boolean wanted) {
            if (registration.isValid()) { // not after an error, which ended the watch
                registration.submit(wanted ? INPUT_AND_OUTPUT : INPUT);
            }
        }

        @Override
        public void cancel() {
            if (registration.cancel()) {
                watched--;
            }
        }

        @Override
        public void close() {
            // Called when the loop ends. The descriptor belongs to whoever registered it.
        }
    }
}
