// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import weir.core.frame.FrameBatch;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.linux.LinuxException;
import weir.ports.linux.UnixSocket;
import weir.ports.readiness.FdReadiness;

/**
 * The only queue of a {@link UnixPort}.
 *
 * <pre>
 *  listen    worker: accept when there is no peer         StreamLink
 *            dialer: have the worker accept again, when it could not
 *  connect   dialer: connect ---> arrived ---> worker     StreamLink
 *  dgram     dialer: connect, twice a second              DatagramLink, always the same socket
 * </pre>
 */
public final class UnixQueue implements PortQueue {
    private static final long WATCH_MILLIS = 500;

    private final UnixPort port;
    private final UnixSpec spec;
    private final @Nullable UnixSocket own;
    private final Dialer dialer;

    /** A socket that the dialer has connected, until the worker takes it. */
    private final AtomicReference<@Nullable UnixSocket> arrived = new AtomicReference<>();

    /** The worker is to accept: peers that wait were told of long ago. */
    private final AtomicBoolean mayAccept = new AtomicBoolean();

    private final AtomicLong peerDropped = new AtomicLong();
    private volatile @Nullable QueueContext context;
    private volatile @Nullable Link link;
    private @Nullable FdReadiness readiness;
    private FdReadiness.@Nullable Registration listening;

    /** @param own socket that is bound to the port's path; null for a port that goes to its peer */
    UnixQueue(UnixPort port, UnixSpec spec, @Nullable UnixSocket own) {
        this.port = port;
        this.spec = spec;
        this.own = own;
        dialer = switch (spec.role()) {
            case LISTEN -> new Dialer(this::askToAccept, 0);
            case CONNECT -> new Dialer(this::dialStream, 0);
            case DATAGRAM -> new Dialer(this::dialDatagram, WATCH_MILLIS);
        };
    }

    @Override
    public void attach(QueueContext lent) throws PortException {
        FdReadiness watching = FdReadiness.of(port, lent);
        readiness = watching;
        context = lent;
        try {
            link = start(lent, watching);
        } catch (IOException e) {
            context = null;
            throw FdReadiness.refused(port, e);
        }
        lent.stateChanged(PortState.DOWN, "waiting for a peer");
        if (spec.role() != UnixSpec.Role.LISTEN) {
            dialer.begin();
        }
    }

    private Link start(QueueContext lent, FdReadiness watching) throws IOException {
        if (own == null) {
            return new StreamLink(lent, spec.mtuBytes(), this::lost);
        }
        if (spec.role() == UnixSpec.Role.DATAGRAM) {
            return new DatagramLink(lent, spec.mtuBytes(), own.fd(), watching, this::lost, peerDropped);
        }
        listening = watching.register(own.fd(), new Listening());
        return new StreamLink(lent, spec.mtuBytes(), this::lost);
    }

    /** Who to tell about the port's state, while attached. Any thread. */
    @Nullable
    QueueContext context() {
        return context;
    }

    /** After the detach: nothing uses the port's own socket when this returns. A control thread; waits for a connect. */
    void awaitEnd() {
        dialer.awaitEnd();
        closeArrived();
    }

    long peerDropped() {
        return peerDropped.get();
    }

    // ---- peers ----------------------------------------------------------------------------------

    private final class Listening implements FdReadiness.Listener {
        @Override
        public void readable() {
            accept();
        }

        @Override
        public void failed() {
            port.changeState(PortState.GONE, "the listening socket failed");
        }
    }

    /** The worker: takes the next peer, if there is none now. */
    private void accept() {
        if (own == null || !(link instanceof StreamLink stream) || stream.isOpen()) {
            return;
        }
        try {
            UnixSocket peer = own.accept();
            if (peer != null) {
                enlarge(peer);
                open(stream, peer);
            }
        } catch (LinuxException e) {
            fail("cannot accept a peer: " + e.getMessage());
        }
    }

    private static void enlarge(UnixSocket peer) throws LinuxException {
        try {
            UnixPort.enlarge(peer);
        } catch (LinuxException e) {
            peer.close();
            throw e;
        }
    }

    /** The worker: there is a peer, or may be one, and no way to serve it now. */
    private void fail(String cause) {
        port.changeState(PortState.DOWN, cause);
        dialer.beginLater();
    }

    private void open(StreamLink stream, UnixSocket peer) {
        FdReadiness watching = readiness;
        try {
            if (watching != null) {
                stream.open(peer, watching);
                dialer.succeeded();
                port.changeState(PortState.UP, "a peer is connected");
            }
        } catch (IOException e) {
            fail("cannot wait for the peer: " + e.getMessage());
        }
    }

    /** The worker: there is no peer any more. */
    private void lost(String cause) {
        port.changeState(PortState.DOWN, cause);
        switch (spec.role()) {
            case LISTEN -> accept(); // whoever waits was told long ago
            case CONNECT, DATAGRAM -> dialer.beginLater();
        }
    }

    /** The dialer's thread. */
    private boolean askToAccept() {
        QueueContext lent = context;
        if (lent != null) {
            mayAccept.set(true);
            lent.doorbell().ring();
        }
        return true;
    }

    /** The dialer's thread. */
    private boolean dialStream() {
        QueueContext lent = context;
        if (lent == null) {
            return true; // detached meanwhile
        }
        UnixSocket socket = null;
        try {
            socket = UnixSocket.stream();
            UnixPort.enlarge(socket);
            socket.connect(spec.path());
        } catch (LinuxException e) {
            if (socket != null) {
                socket.close();
            }
            return false;
        }
        arrived.set(socket);
        lent.doorbell().ring();
        if (context == null) {
            closeArrived();
        }
        return true;
    }

    /** The dialer's thread: connects, or connects again, which finds out whether the peer is another one by now. */
    private boolean dialDatagram() {
        if (own == null || !(link instanceof DatagramLink datagram) || context == null) {
            return true;
        }
        try {
            own.connect(spec.peer());
            dialer.succeeded();
            datagram.setConnected(true);
            port.changeState(PortState.UP, "the peer is there");
            return true;
        } catch (LinuxException e) {
            if (datagram.isConnected()) {
                datagram.setConnected(false);
                port.changeState(PortState.DOWN, "peer is gone: " + e.getMessage());
            }
            return false;
        }
    }

    private void takeArrived() {
        UnixSocket socket = arrived.getAndSet(null);
        if (socket != null && link instanceof StreamLink stream) {
            open(stream, socket);
        }
    }

    private void closeArrived() {
        UnixSocket socket = arrived.getAndSet(null);
        if (socket != null) {
            socket.close();
        }
    }

    // ---- frames ---------------------------------------------------------------------------------

    private Link link() {
        Link current = link;
        if (current == null) {
            throw new IllegalStateException(port.spec() + " is not attached");
        }
        return current;
    }

    @Override
    public int receive(FrameBatch batch, int from, int budgetFrames) {
        if (arrived.get() != null) {
            takeArrived();
        }
        if (mayAccept.get()) {
            mayAccept.set(false);
            accept();
        }
        return link().receive(batch.frames(), from, budgetFrames);
    }

    @Override
    public void transmit(long[] frames, int from, int count) {
        link().transmit(frames, from, count);
    }

    @Override
    public void flush() {
        // send(2) has woken the peer already.
    }

    @Override
    public boolean hasInput() {
        return arrived.get() != null || mayAccept.get() || link().hasInput();
    }

    @Override
    public boolean usesSystemCalls() {
        return true;
    }

    @Override
    public void detach() {
        context = null;
        dialer.stop();
        closeArrived();
        FdReadiness.Registration watched = listening;
        listening = null;
        if (watched != null) {
            watched.cancel();
        }
        Link ending = link;
        if (ending != null) {
            link = null;
            ending.close();
        }
    }
}
