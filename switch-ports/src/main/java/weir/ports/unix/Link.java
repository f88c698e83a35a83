// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.port.QueueContext;
import weir.core.worker.Doorbell;
import weir.ports.FrameIntake;
import weir.ports.linux.SocketIo;
import weir.ports.readiness.FdReadiness;

/** Moves frames between slots and a socket, while there is a peer. On the worker's thread. */
abstract sealed class Link implements FdReadiness.Listener permits DatagramLink, StreamLink {
    /** What a peer may send beyond the MTU: the header and two VLAN tags. */
    private static final int MAX_HEADER_BYTES = Frame.ETHERNET_HEADER_BYTES + 2 * 4;

    final FrameStore frames;
    final FramePool pool;
    final QueueContext context;
    final PortCells cells;
    final FrameIntake intake;
    final SocketIo io = new SocketIo();
    private final Doorbell doorbell;

    /** Something may be there to read. */
    boolean ready;

    /** An error was told since nothing was there to read last: that nothing is there may be this error, and more follow. */
    private boolean failing;

    Link(QueueContext context, int mtuBytes) {
        this.context = context;
        frames = context.frames();
        pool = frames.pool();
        cells = context.cells();
        doorbell = context.doorbell();
        intake = new FrameIntake(context, Math.min(mtuBytes + MAX_HEADER_BYTES, FramePool.MAX_LARGE_FRAME_BYTES));
    }

    @Override
    public void readable() {
        ready = true;
        doorbell.ring();
    }

    /** The socket was told to have failed: it is read until nothing is there for the second time. */
    final void readableAfterError() {
        failing = true;
        readable();
    }

    /** Nothing was there to read, or the socket told its error instead. */
    final void readNothing() {
        ready = failing;
        failing = false;
    }

    /** As {@link weir.core.port.PortQueue#receive}. */
    abstract int receive(long[] out, int from, int budgetFrames);

    abstract boolean hasInput();

    /** As {@link weir.core.port.PortQueue#transmit}, with a peer or without. */
    abstract void transmit(long[] batch, int from, int count);

    /** Ends it; nothing is told. */
    abstract void close();

    final void drop(DropReason reason, long[] batch, int from, int count) {
        context.dropEgress(reason, batch, from, count);
        frames.release(batch, from, count);
    }

    static boolean meansNoRoom(long result) {
        return result == SocketIo.EAGAIN || result == SocketIo.ENOBUFS || result == SocketIo.ENOMEM;
    }
}
