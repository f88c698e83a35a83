// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import weir.core.frame.FrameBatch;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.linux.LinuxException;
import weir.ports.linux.XdpSocket;
import weir.ports.readiness.FdReadiness;

/**
 * One receive queue of an interface: its sockets, served by one worker. While attached, an {@link XdpService}
 * does the work. The sockets are closed by {@link #detach}, since only then the kernel is done with the slots
 * that it was lent.
 */
public final class XdpQueue implements PortQueue {
    private final XdpPort port;
    private final XdpBinding binding;
    private final XdpChannel channel;
    private final int number;
    private volatile @Nullable XdpService service;
    private volatile long droppedBefore;

    /** @param number of the interface's receive queue */
    XdpQueue(XdpPort port, XdpBinding binding, XdpChannel channel, int number) {
        this.port = port;
        this.binding = binding;
        this.channel = channel;
        this.number = number;
    }

    @Override
    public void attach(QueueContext context) throws PortException {
        if (port.state() == PortState.GONE) {
            throw new PortException(port.spec() + " is gone", "detach it and open it again");
        }
        FdReadiness readiness = FdReadiness.of(port, context);
        XdpService.requireFittingMtu(port.spec(), port.link().info().mtuBytes());
        XdpService starting = new XdpService(port, channel, context);
        boolean done = false;
        try {
            starting.start(readiness, binding.index(), number);
            binding.program().direct(number, channel.in());
            done = true;
        } catch (LinuxException e) {
            throw explain(e, context);
        } catch (IOException e) {
            throw FdReadiness.refused(port, e);
        } finally {
            if (!done) {
                starting.stop();
            }
        }
        service = starting;
        port.link().addListener(context);
    }

    private PortException explain(LinuxException e, QueueContext context) {
        String what = "cannot serve queue " + number + " of " + port.spec() + ": " + e.getMessage();
        long poolBytes = context.frames().pool().smallSlotsEnd();
        return switch (e.errno()) {
            case ENOBUFS ->
                new PortException(
                        "cannot serve " + port.spec() + ": the frame pool of " + (poolBytes >> 20)
                                + " MiB is more than this process may lock in memory: " + e.getMessage(),
                        "ulimit -l unlimited, LimitMEMLOCK=infinity, --ulimit memlock=-1, or CAP_IPC_LOCK",
                        e);
            case EBUSY -> new PortException(what, "another AF_XDP socket serves that queue: end its process", e);
            case EINVAL ->
                new PortException(what, "does the interface have that queue? ls /sys/class/net/IFNAME/queues", e);
            case ENODEV, ENXIO -> new PortException(what, "was the interface deleted?", e);
            default -> new PortException(what, "", e);
        };
    }

    private XdpService service() {
        XdpService current = service;
        if (current == null) {
            throw new IllegalStateException(port.spec() + " is not attached");
        }
        return current;
    }

    @Override
    public int receive(FrameBatch batch, int from, int budgetFrames) {
        return service().receive(batch.frames(), from, budgetFrames);
    }

    @Override
    public void transmit(long[] frames, int from, int count) {
        service().transmit(frames, from, count);
    }

    @Override
    public void flush() {
        service().flush();
    }

    @Override
    public boolean hasInput() {
        return service().hasInput();
    }

    @Override
    public void detach() {
        XdpService ending = service;
        if (ending == null) {
            return;
        }
        service = null;
        port.link().removeListener(ending.context());
        try {
            binding.program().undirect(number);
        } catch (LinuxException ignored) {
            // The socket's end takes it out of the map in any case.
        }
        droppedBefore = peerDropped();
        ending.stop();
    }

    /** Frames that the kernel dropped on their way to the socket. Any thread. */
    long peerDropped() {
        XdpSocket.Statistics statistics = channel.in().statistics();
        return statistics == null ? droppedBefore : statistics.rxDropped() + statistics.rxRingFull();
    }
}
