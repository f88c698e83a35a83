// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import weir.ports.linux.Errno;
import weir.ports.linux.LinuxException;
import weir.ports.linux.UnixSocket;

/**
 * A socket that a port made, with its file for owner and group (0660); the file is removed with the port, unless somebody
 * else's has taken its place. A file that is in the way is removed only if it is a socket and a connection to it is refused; two
 * processes that start at the same moment over the same leftover could both think so, and the second one wins.
 */
public final class BoundSocket implements AutoCloseable {
    private static final int MODE = 0660;
    private static final String PERMISSIONS = "rw-rw----";
    private static final String IDENTITY = "unix:dev,ino";
    private static final int FILE_TYPE = 0170000;
    private static final int TYPE_SOCKET = 0140000;

    private final UnixSocket socket;
    private final Path path;
    private final Map<String, Object> identity;

    private BoundSocket(UnixSocket socket, Path path) throws IOException {
        this.socket = socket;
        this.path = path;
        identity = identity(path);
    }

    /** Makes one socket of a type. */
    @FunctionalInterface
    public interface Maker {
        /** The socket, which the caller closes. */
        UnixSocket make() throws LinuxException;
    }

    /** Something is in the way that may not be removed. */
    public static final class Occupied extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean isSocket;

        private Occupied(Path path, boolean isSocket) {
            super(path.toString());
            this.isSocket = isSocket;
        }

        /** Whether it is a socket that answers; otherwise it is no socket. */
        public boolean isSocket() {
            return isSocket;
        }
    }

    /**
     * Makes a socket and its file.
     *
     * @param maker of the socket, and of another one of its type to ask with whether somebody listens at a leftover
     */
    public static BoundSocket at(Path path, Maker maker) throws LinuxException, IOException, Occupied {
        UnixSocket socket = maker.make();
        boolean isBound = false;
        try {
            bind(socket, path, maker);
            // What the umask took away; nobody could connect with more before.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(PERMISSIONS));
            BoundSocket bound = new BoundSocket(socket, path);
            isBound = true;
            return bound;
        } finally {
            if (!isBound) {
                socket.close();
            }
        }
    }

    private static void bind(UnixSocket socket, Path path, Maker maker) throws LinuxException, IOException, Occupied {
        try {
            socket.bind(path.toString(), MODE);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EADDRINUSE) {
                throw e;
            }
            removeLeftover(path, maker);
            socket.bind(path.toString(), MODE);
        }
    }

    /**
     * Removes a socket's file that nobody listens at any longer.
     *
     * @param path of a file that is there
     * @param maker of a socket of its type, to ask with
     * @throws Occupied when somebody listens, or it is no socket
     */
    public static void removeLeftover(Path path, Maker maker) throws LinuxException, IOException, Occupied {
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & FILE_TYPE) != TYPE_SOCKET) {
            throw new Occupied(path, false);
        }
        Map<String, Object> before = identity(path);
        try (UnixSocket probe = maker.make()) {
            probe.connect(path.toString());
        } catch (LinuxException e) {
            if (e.errno() == Errno.ECONNREFUSED && identity(path).equals(before)) {
                Files.deleteIfExists(path);
                return;
            }
            if (e.errno() != Errno.EAGAIN && e.errno() != Errno.EPROTOTYPE && e.errno() != Errno.ECONNREFUSED) {
                throw e;
            }
        }
        throw new Occupied(path, true);
    }

    private static Map<String, Object> identity(Path path) throws IOException {
        return Files.readAttributes(path, IDENTITY, LinkOption.NOFOLLOW_LINKS);
    }

    /** The socket; closed with this. */
    public UnixSocket socket() {
        return socket;
    }

    /** Removes the file and closes the socket. */
    @Override
    public void close() {
        try {
            if (identity(path).equals(identity)) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // It is gone already, or stays behind as a leftover that the next port removes.
        }
        socket.close();
    }
}
