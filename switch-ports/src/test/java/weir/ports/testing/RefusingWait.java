// SPDX-License-Identifier: Apache-2.0
package weir.ports.testing;

import java.io.IOException;
import weir.core.worker.IdleWait;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.readiness.FdReadiness;

/** A worker's epoll, which now and then refuses to watch one more descriptor, as a full {@code max_user_watches} does. */
public final class RefusingWait implements IdleWait, FdReadiness {
    private final EpollIdleWait epoll = new EpollIdleWait(Thread.currentThread());
    private int refusals;
    private int refused;

    /** Refuses the next so many registrations. */
    public void refuse(int next) {
        refusals = next;
    }

    /** How many were refused. */
    public int refused() {
        return refused;
    }

    @Override
    public Registration register(int fd, Listener listener) throws IOException {
        if (refusals > 0) {
            refusals--;
            refused++;
            throw new IOException("no watch is left");
        }
        return epoll.register(fd, listener);
    }

    @Override
    public void poll() {
        epoll.poll();
    }

    @Override
    public void await(long timeoutNanos) {
        epoll.await(timeoutNanos);
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public void close() {
        epoll.close();
    }
}
