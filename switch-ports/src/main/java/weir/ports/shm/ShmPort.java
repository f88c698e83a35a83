// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.PortLife;
import weir.ports.linux.LinuxException;
import weir.ports.linux.PollSet;

/**
 * A port whose other side is another process, over shared memory. DOWN until a client has connected to {@link
 * #socket}, UP while it is there. The package page says how it is used, and what a client can and cannot do.
 */
public final class ShmPort implements Port {
    private static final Duration QUARANTINE = Duration.ofSeconds(5);

    private final ShmSpec spec;
    private final ShmQueue queue;
    private final ShmDoorkeeper doorkeeper;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final PortLife life = new PortLife(PortState.DOWN);

    private ShmPort(ShmSpec spec, Duration quarantine, ShmDoor door, PollSet polls) {
        this.spec = spec;
        queue = new ShmQueue(this);
        doorkeeper = new ShmDoorkeeper(spec, quarantine, door, queue, polls);
    }

    /** Makes the socket that a spec text names, and listens there. */
    public static ShmPort open(String spec) throws PortException {
        return open(ShmSpec.parse(spec));
    }

    /** Makes the socket and listens there. */
    public static ShmPort open(ShmSpec spec) throws PortException {
        return open(spec, QUARANTINE);
    }

    /** @param quarantine how long nobody is let in after a client broke the rules again and again */
    static ShmPort open(ShmSpec spec, Duration quarantine) throws PortException {
        PollSet polls;
        try {
            polls = PollSet.open(ShmDoorkeeper.MAX_WAITING + 1);
        } catch (LinuxException e) {
            throw new PortException("cannot open " + spec + ": " + e.getMessage(), "", e);
        }
        try {
            ShmDoor door = ShmDoor.open(spec.socket(), spec.dir() == null);
            ShmPort port = new ShmPort(spec, quarantine, door, polls);
            port.doorkeeper.start();
            return port;
        } catch (PortException e) {
            polls.close();
            throw e;
        }
    }

    @Override
    public String spec() {
        return spec.toString();
    }

    /** Where a client connects. */
    public Path socket() {
        return spec.socket();
    }

    @Override
    public int mtuBytes() {
        return spec.mtuBytes();
    }

    @Override
    public PortState state() {
        return life.state();
    }

    @Override
    public List<ShmQueue> queues() {
        return List.of(queue);
    }

    ShmDoorkeeper doorkeeper() {
        return doorkeeper;
    }

    /** On the worker's thread. */
    void changeState(PortState to, String cause, QueueContext context) {
        life.enter(to, cause, context);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            doorkeeper.close();
            life.enter(PortState.GONE, "closed", null);
        }
    }

    @Override
    public String toString() {
        return spec() + " " + life.state();
    }
}
