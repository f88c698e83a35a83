// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import weir.core.port.PortException;
import weir.ports.BoundSocket;
import weir.ports.linux.LinuxException;
import weir.ports.linux.SeqpacketSocket;
import weir.ports.linux.UnixSocket;

/** The socket that clients connect to, with its file. */
final class ShmDoor implements AutoCloseable {
    private static final int BACKLOG = 64;

    private final BoundSocket bound;
    private final SeqpacketSocket socket;

    private ShmDoor(BoundSocket bound) {
        this.bound = bound;
        socket = SeqpacketSocket.of(bound.socket());
    }

    /**
     * Makes the file and listens there.
     *
     * @param mayMakeFolder whether a missing folder is made
     */
    static ShmDoor open(Path path, boolean mayMakeFolder) throws PortException {
        try {
            Path folder = path.getParent();
            if (mayMakeFolder && folder != null) {
                Files.createDirectories(folder);
            }
            return listen(path);
        } catch (BoundSocket.Occupied e) {
            throw e.isSocket()
                    ? new PortException(
                            "socket " + path + " is in use by a running switch",
                            "choose another name or dir, or stop that one",
                            e)
                    : new PortException(
                            path + " exists and is no socket", "remove it, or choose another name or dir", e);
        } catch (LinuxException e) {
            throw explain(path, e);
        } catch (IOException e) {
            throw new PortException("cannot make socket " + path + ": " + e, "write dir=PATH of a folder you own", e);
        }
    }

    private static ShmDoor listen(Path path) throws LinuxException, IOException, BoundSocket.Occupied {
        BoundSocket bound = BoundSocket.at(path, UnixSocket::seqpacket);
        try {
            bound.socket().listen(BACKLOG);
            return new ShmDoor(bound);
        } catch (LinuxException e) {
            bound.close();
            throw e;
        }
    }

    private static PortException explain(Path path, LinuxException e) {
        String what = "cannot make socket " + path + ": " + e.getMessage();
        return switch (e.errno()) {
            case ENOENT, ENOTDIR -> PortException.notFound(what, "make the folder: mkdir " + path.getParent(), e);
            case EACCES, EPERM -> new PortException(what, "write dir=PATH of a folder that this user may write to", e);
            case EADDRINUSE -> new PortException(what, "another switch has just taken it; choose another name", e);
            case EMFILE, ENFILE -> new PortException(what, "raise the limit of open files: ulimit -n", e);
            default -> new PortException(what, "", e);
        };
    }

    SeqpacketSocket socket() {
        return socket;
    }

    /** Removes the file and stops listening. */
    @Override
    public void close() {
        bound.close();
    }
}
