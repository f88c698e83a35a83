// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.BoundSocket;
import weir.ports.PortLife;
import weir.ports.PortSpec;
import weir.ports.linux.LinuxException;
import weir.ports.linux.UnixSocket;

/** A cable to another process; the package page says how it is used. */
public final class UnixPort implements Port {
    /** Peers that may wait while one is connected. */
    private static final int BACKLOG = 8;

    /** What is asked for; the kernel gives twice as much, but not more than {@code wmem_max} twice. */
    private static final int SEND_BUFFER_BYTES = 1 << 18;

    private final UnixSpec spec;
    private final @Nullable BoundSocket own;
    private final UnixQueue queue;
    private final PortLife life = new PortLife(PortState.DOWN);

    private UnixPort(UnixSpec spec, @Nullable BoundSocket own) {
        this.spec = spec;
        this.own = own;
        queue = new UnixQueue(this, spec, own == null ? null : own.socket());
    }

    /** Makes the socket that a spec text names, or prepares to go to it. */
    public static UnixPort open(String spec) throws PortException {
        return open(UnixSpec.of(PortSpec.parse(spec)));
    }

    static UnixPort open(UnixSpec spec) throws PortException {
        return switch (spec.role()) {
            case CONNECT -> connecting(spec);
            case LISTEN -> bound(spec, UnixSocket::stream);
            case DATAGRAM -> bound(spec, UnixSocket::datagram);
        };
    }

    private static UnixPort connecting(UnixSpec spec) throws PortException {
        if (!spec.waits() && !Files.exists(Path.of(spec.path()), LinkOption.NOFOLLOW_LINKS)) {
            throw new PortException(
                    PortException.Kind.NO_PEER,
                    "there is no socket " + PortSpec.quote(spec.path()) + " to connect to",
                    "start what listens there first, or write wait=on to have the port wait for it",
                    null);
        }
        return new UnixPort(spec, null);
    }

    private static UnixPort bound(UnixSpec spec, BoundSocket.Maker maker) throws PortException {
        BoundSocket made = null;
        boolean done = false;
        try {
            made = BoundSocket.at(Path.of(spec.path()), maker);
            enlarge(made.socket());
            if (spec.role() == UnixSpec.Role.LISTEN) {
                made.socket().listen(BACKLOG);
            }
            done = true;
            return new UnixPort(spec, made);
        } catch (BoundSocket.Occupied e) {
            throw occupied(spec, e);
        } catch (LinuxException | IOException e) {
            boolean isMissing = e instanceof LinuxException failure && failure.isMissingPath();
            throw new PortException(
                    isMissing ? PortException.Kind.NOT_FOUND : PortException.Kind.FAILED,
                    "cannot make socket " + PortSpec.quote(spec.path()) + ": " + e.getMessage(),
                    "choose a path in a folder that exists and that you may write to",
                    e);
        } finally {
            if (!done) {
                close(made);
            }
        }
    }

    private static PortException occupied(UnixSpec spec, BoundSocket.Occupied e) {
        String path = PortSpec.quote(spec.path());
        return e.isSocket()
                ? new PortException(
                        "socket " + path + " is in use by another process or port",
                        "choose another path, or write role=connect to go to who listens there",
                        e)
                : new PortException(path + " is there and is no socket", "choose another path, or remove the file", e);
    }

    static void enlarge(UnixSocket socket) throws LinuxException {
        socket.sendBuffer(SEND_BUFFER_BYTES);
    }

    @Override
    public String spec() {
        return spec.toString();
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
    public List<UnixQueue> queues() {
        return List.of(queue);
    }

    /** Enters a state and tells who serves the queue; GONE is for ever. Any thread. */
    void changeState(PortState to, String cause) {
        life.enter(to, cause, queue.context());
    }

    /** Frames that waited for a slow peer when it went. */
    @Override
    public long peerDropped() {
        return queue.peerDropped();
    }

    @Override
    public void close() {
        queue.awaitEnd();
        close(own);
    }

    private static void close(@Nullable BoundSocket socket) {
        if (socket != null) {
            socket.close();
        }
    }
}
