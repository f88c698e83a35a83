// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import weir.core.frame.FrameBatch;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.linux.LinuxException;
import weir.ports.linux.TunDevice;
import weir.ports.readiness.FdReadiness;

/**
 * One queue of a TAP: one descriptor, served by one worker. While attached, a {@link TapService} does
 * the work.
 *
 * <p>The kernel spreads flows over the queues that are enabled. Queue 0 always is, so that the
 * interface can be asked about at any time; each other one only while a worker serves it, since what is
 * steered to an unserved queue is lost.
 */
public final class TapQueue implements PortQueue {
    private final TapPort port;
    private final TunDevice device;
    private final boolean switchable;
    private volatile @Nullable TapService service;

    /**
     * @param switchable whether the kernel's steering to this queue is switched on by {@link #attach}
     *     and off by {@link #detach}
     */
    TapQueue(TapPort port, TunDevice device, boolean switchable) {
        this.port = port;
        this.device = device;
        this.switchable = switchable;
    }

    @Override
    public void attach(QueueContext context) throws PortException {
        if (port.state() == PortState.GONE) {
            throw new PortException(port.spec() + " is gone", "detach it and open it again");
        }
        FdReadiness readiness = FdReadiness.of(port, context);
        service = start(context, readiness);
        port.link().addListener(context);
    }

    private TapService start(QueueContext context, FdReadiness readiness) throws PortException {
        TapService starting = null;
        try {
            starting = new TapService(port, device.fd(), context);
            enable(true);
            starting.start(readiness);
            return starting;
        } catch (LinuxException e) {
            close(starting);
            String hint = port.engine() == TapEngine.IO_URING
                    ? "see /proc/sys/kernel/io_uring_disabled, or leave engine=io_uring out"
                    : "";
            throw new PortException("cannot serve " + port.spec() + ": " + e.getMessage(), hint, e);
        } catch (IOException e) {
            close(starting);
            throw FdReadiness.refused(port, e);
        }
    }

    private static void close(@Nullable TapService service) {
        if (service != null) {
            service.close();
        }
    }

    private void enable(boolean enabled) throws LinuxException {
        if (switchable) {
            device.enableQueue(enabled);
        }
    }

    private TapService service() {
        TapService current = service;
        if (current == null) {
            throw new IllegalStateException(port.spec() + " is not attached");
        }
        return current;
    }

    @Override
    public int receive(FrameBatch batch, int from, int budgetFrames) {
        return service().receive(batch, from, budgetFrames);
    }

    @Override
    public void transmit(long[] frames, int from, int count) {
        service().transmit(frames, from, count);
    }

    @Override
    public void flush() {
        // write(2) has delivered each frame already.
    }

    @Override
    public boolean hasInput() {
        return service().hasInput();
    }

    @Override
    public boolean usesSystemCalls() {
        return true;
    }

    @Override
    public void detach() {
        TapService ending = service;
        if (ending == null) {
            return;
        }
        service = null;
        port.link().removeListener(ending.context());
        ending.stop();
        try {
            enable(false);
        } catch (LinuxException ignored) {
            // EINVAL: the interface is gone, and its steering with it.
        }
    }
}
