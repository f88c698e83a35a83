// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import weir.core.frame.FrameBatch;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.linux.LinuxException;
import weir.ports.readiness.FdReadiness;

/**
 * One queue of a packet port, served by one worker. While attached, a {@link PacketReceiver} and a {@link
 * PacketSender} do the work. Nothing is received before that.
 */
public final class PacketQueue implements PortQueue {
    private final PacketPort port;
    private final PacketChannel channel;
    private final int linkIndex;
    private @Nullable PacketReceiver receiver;
    private @Nullable PacketSender sender;
    private @Nullable QueueContext context;

    PacketQueue(PacketPort port, PacketChannel channel, int linkIndex) {
        this.port = port;
        this.channel = channel;
        this.linkIndex = linkIndex;
    }

    @Override
    public void attach(QueueContext lent) throws PortException {
        if (port.state() == PortState.GONE) {
            throw new PortException(port.spec() + " is gone", "detach it and open it again");
        }
        FdReadiness readiness = FdReadiness.of(port, lent);
        PacketReceiver starting = new PacketReceiver(port, channel, lent, readiness);
        try {
            port.startReceiving(channel.in(), linkIndex);
            starting.start();
        } catch (LinuxException e) {
            throw new PortException(
                    "cannot receive from " + port.spec() + ": " + e.getMessage(),
                    "is the interface still there? with several queues, is it up?",
                    e);
        } catch (IOException e) {
            throw FdReadiness.refused(port, e);
        }
        receiver = starting;
        sender = new PacketSender(port, channel, lent);
        context = lent;
        port.link().addListener(lent);
    }

    private static <T> T attached(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("queue is not attached");
        }
        return part;
    }

    @Override
    public int receive(FrameBatch batch, int from, int budgetFrames) {
        return attached(receiver).receive(batch, from, budgetFrames);
    }

    @Override
    public void transmit(long[] frames, int from, int count) {
        attached(sender).transmit(frames, from, count);
    }

    @Override
    public void flush() {
        // sendmmsg(2) has handed each frame to the driver already.
    }

    @Override
    public boolean hasInput() {
        return attached(receiver).hasInput();
    }

    @Override
    public void detach() {
        PacketReceiver ending = receiver;
        QueueContext ended = context;
        if (ending == null || ended == null) {
            return;
        }
        port.link().removeListener(ended);
        ending.stop();
        receiver = null;
        sender = null;
        context = null;
    }
}
