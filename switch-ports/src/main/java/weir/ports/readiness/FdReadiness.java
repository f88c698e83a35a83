// SPDX-License-Identifier: Apache-2.0
package weir.ports.readiness;

import java.io.IOException;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.QueueContext;

/**
 * An {@link weir.core.worker.IdleWait} that also watches file descriptors. All methods belong to the
 * worker's thread.
 */
public interface FdReadiness {
    /**
     * What a queue's worker waits with.
     *
     * @throws PortException when it can not wait for file descriptors
     */
    static FdReadiness of(Port port, QueueContext context) throws PortException {
        if (context.idleWait() instanceof FdReadiness readiness) {
            return readiness;
        }
        throw new PortException(
                "the worker of " + port.spec() + " cannot wait for file descriptors",
                "create the switch with EpollIdleWait");
    }

    /** Says in a user's words why {@link #register} failed. */
    static PortException refused(Port port, IOException e) {
        return new PortException(
                "cannot wait for " + port.spec() + ": " + e.getMessage(),
                "see /proc/sys/fs/epoll/max_user_watches and ulimit -n",
                e);
    }

    /** Told about a descriptor, from inside {@code poll()} or {@code await()}; must not throw. */
    interface Listener {
        /**
         * Input arrived since this was last called. Edge-triggered: it is not repeated for input that
         * was there before, so the reader goes on until {@code EAGAIN}.
         */
        void readable();

        /** Room to write came after {@link Registration#watchOutput}; may be told when there is little. */
        default void writable() {
            // Most readers never wait to write.
        }

        /** POLLERR or POLLHUP: what is behind the descriptor is gone or has failed. Once. */
        void failed();
    }

    /** One watched descriptor. */
    interface Registration {
        /** Stops {@link Listener#readable}; {@link Listener#failed} is still told. */
        void pause();

        /** Undoes {@link #pause}; input that is there by now is told again. */
        void resume();

        /**
         * Begins or ends to tell of {@link Listener#writable}. Room that is there already is told at the next poll.
         * Costs a system call, so only while something waits to be written.
         */
        void watchOutput(boolean wanted);

        /** Ends the watch. To be called before the descriptor is closed. Idempotent. */
        void cancel();
    }

    /**
     * Starts to watch a descriptor; input that is there already is told at the next poll. A descriptor
     * can be watched once at a time.
     *
     * @throws IOException when the kernel can not watch it
     */
    Registration register(int fd, Listener listener) throws IOException;
}
