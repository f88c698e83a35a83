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
import weir.core.port.QueueContext;
import weir.ports.PortLife;
import weir.ports.PortSpec;
import weir.ports.SocketFile;
import weir.ports.linux.LinuxException;
import weir.ports.linux.UnixSocket;

/** A cable to another process; the package page says how it is used. */
public final class UnixPort implements Port {
    /** Peers that may wait while one is connected. */
    private static final int BACKLOG = 8;

    /** What is asked for; the kernel gives twice as much, but not more than {@code wmem_max} twice. */
    private static final int SEND_BUFFER_BYTES = 1 << 18;

    private final UnixSpec spec;
    private final @Nullable UnixSocket own;
    private final @Nullable SocketFile file;
    private final UnixQueue queue;
    private final PortLife life = new PortLife(PortState.DOWN);

    private UnixPort(UnixSpec spec, @Nullable UnixSocket own, @Nullable SocketFile file) {
        this.spec = spec;
        this.own = own;
        this.file = file;
        queue = new UnixQueue(this, spec, own);
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
        return new UnixPort(spec, null, null);
    }

    private static UnixPort bound(UnixSpec spec, SocketFile.Maker maker) throws PortException {
        UnixSocket socket = null;
        SocketFile file = null;
        boolean done = false;
        try {
            socket = maker.make();
            enlarge(socket);
            file = SocketFile.bind(socket, Path.of(spec.path()), maker);
            if (spec.role() == UnixSpec.Role.LISTEN) {
                socket.listen(BACKLOG);
            }
            done = true;
            return new UnixPort(spec, socket, file);
        } catch (SocketFile.Occupied e) {
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
                close(socket, file);
            }
        }
    }

    private static PortException occupied(UnixSpec spec, SocketFile.Occupied e) {
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
        QueueContext context = queue.context();
        if (life.enter(to) && context != null) {
            context.stateChanged(to, cause);
        }
    }

    /** Frames that waited for a slow peer when it went. */
    @Override
    public long peerDropped() {
        return queue.peerDropped();
    }

    @Override
    public void close() {
        queue.awaitEnd();
        close(own, file);
    }

    private static void close(@Nullable UnixSocket socket, @Nullable SocketFile file) {
        if (socket != null) {
            socket.close();
        }
        if (file != null) {
            file.close();
        }
    }
}
