// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import weir.core.port.PortException;
import weir.ports.PortSpec;
import weir.ports.linux.Errno;
import weir.ports.linux.LinuxException;
import weir.ports.linux.UnixSocket;

/** The file of a socket that a port made; removed with the port, unless somebody else's has taken its place. */
final class SocketFile implements AutoCloseable {
    private static final int MODE = 0660;
    private static final String IDENTITY = "unix:dev,ino";
    private static final int FILE_TYPE = 0xf000;
    private static final int TYPE_SOCKET = 0xc000;

    private final Path path;
    private final Map<String, Object> identity;

    private SocketFile(Path path) throws IOException {
        this.path = path;
        identity = Files.readAttributes(path, IDENTITY, LinkOption.NOFOLLOW_LINKS);
    }

    /** Makes one socket of a kind. */
    @FunctionalInterface
    interface Maker {
        UnixSocket make() throws LinuxException;
    }

    /**
     * Binds a socket. A file that is in the way is removed if it is a socket and a connection to it is refused.
     *
     * @param like makes sockets of the same type, to ask with
     */
    static SocketFile bind(UnixSocket socket, String path, Maker like) throws PortException {
        try {
            try {
                socket.bind(path, MODE);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EADDRINUSE) {
                    throw e;
                }
                removeStale(path, like);
                socket.bind(path, MODE);
            }
            Files.setPosixFilePermissions(Path.of(path), PosixFilePermissions.fromString("rw-rw----"));
            return new SocketFile(Path.of(path));
        } catch (LinuxException | IOException e) {
            throw new PortException(
                    "cannot make socket " + PortSpec.quote(path) + ": " + e.getMessage(),
                    "choose a path in a folder that exists and that you may write to",
                    e);
        }
    }

    private static void removeStale(String path, Maker like) throws PortException, LinuxException, IOException {
        if (!isSocket(Path.of(path))) {
            throw new PortException(
                    PortSpec.quote(path) + " is there and is no socket", "choose another path, or remove the file");
        }
        try (UnixSocket probe = like.make()) {
            probe.connect(path);
        } catch (LinuxException e) {
            if (e.errno() == Errno.ECONNREFUSED) {
                Files.deleteIfExists(Path.of(path));
                return;
            }
            if (e.errno() != Errno.EAGAIN && e.errno() != Errno.EPROTOTYPE) {
                throw e;
            }
        }
        throw new PortException(
                "socket " + PortSpec.quote(path) + " is in use by another process or port",
                "choose another path, or write role=connect to go to who listens there");
    }

    private static boolean isSocket(Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & FILE_TYPE) == TYPE_SOCKET;
    }

    @Override
    public void close() {
        try {
            if (Files.readAttributes(path, IDENTITY, LinkOption.NOFOLLOW_LINKS).equals(identity)) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // It is gone already, or stays behind as a stale file that the next port removes.
        }
    }
}
