// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import weir.core.port.PortException;
import weir.ports.linux.Errno;
import weir.ports.linux.LinuxException;
import weir.ports.linux.SeqpacketSocket;

/**
 * The file that clients connect to. A file that a dead switch left is removed, but only when it is a socket and a
 * connection to it has been refused; two switches that start at the same moment over the same leftover could both
 * think so, and the second one wins.
 */
final class SocketFile implements AutoCloseable {
    private static final int MODE = 0660;
    private static final int BACKLOG = 64;
    private static final int S_IFMT = 0170000;
    private static final int S_IFSOCK = 0140000;

    private final Path path;
    private final SeqpacketSocket socket;
    private final Object inode;

    private SocketFile(Path path, SeqpacketSocket socket, Object inode) {
        this.path = path;
        this.socket = socket;
        this.inode = inode;
    }

    /**
     * Makes the file and listens there.
     *
     * @param mayMakeFolder whether a missing folder is made
     */
    static SocketFile listen(Path path, boolean mayMakeFolder) throws PortException {
        try {
            makeFolder(path, mayMakeFolder);
            SeqpacketSocket socket = bind(path);
            return new SocketFile(path, socket, inode(path));
        } catch (LinuxException e) {
            throw explain(path, e);
        } catch (IOException e) {
            throw new PortException("cannot make socket " + path + ": " + e, "write dir=PATH of a folder you own", e);
        }
    }

    private static void makeFolder(Path path, boolean mayMakeFolder) throws IOException {
        Path folder = path.getParent();
        if (mayMakeFolder && folder != null) {
            Files.createDirectories(folder);
        }
    }

    private static SeqpacketSocket bind(Path path) throws LinuxException, IOException, PortException {
        try {
            return SeqpacketSocket.listen(path, MODE, BACKLOG);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EADDRINUSE) {
                throw e;
            }
        }
        removeLeftover(path);
        return SeqpacketSocket.listen(path, MODE, BACKLOG);
    }

    private static void removeLeftover(Path path) throws LinuxException, IOException, PortException {
        if (((int) attribute(path, "unix:mode") & S_IFMT) != S_IFSOCK) {
            throw new PortException(path + " exists and is no socket", "remove it, or choose another name or dir");
        }
        Object before = inode(path);
        try {
            SeqpacketSocket.connect(path).close();
        } catch (LinuxException e) {
            if (e.errno() == Errno.ECONNREFUSED && inode(path).equals(before)) {
                Files.delete(path);
                return;
            }
            if (e.errno() != Errno.EAGAIN) {
                throw e;
            }
        }
        throw new PortException(
                "socket " + path + " is in use by a running switch", "choose another name or dir, or stop that one");
    }

    private static Object inode(Path path) throws IOException {
        return attribute(path, "unix:ino");
    }

    private static Object attribute(Path path, String name) throws IOException {
        return Files.getAttribute(path, name, LinkOption.NOFOLLOW_LINKS);
    }

    private static PortException explain(Path path, LinuxException e) {
        String what = "cannot make socket " + path + ": " + e.getMessage();
        return switch (e.errno()) {
            case ENOENT -> new PortException(what, "make the folder: mkdir " + path.getParent(), e);
            case EACCES, EPERM -> new PortException(what, "write dir=PATH of a folder that this user may write to", e);
            case EADDRINUSE -> new PortException(what, "another switch has just taken it; choose another name", e);
            case EMFILE, ENFILE -> new PortException(what, "raise the limit of open files: ulimit -n", e);
            default -> new PortException(what, "", e);
        };
    }

    SeqpacketSocket socket() {
        return socket;
    }

    /** Stops listening and removes the file, unless somebody has put another one there. */
    @Override
    public void close() {
        try {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && inode(path).equals(inode)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            // Whoever listens there next removes it: nobody answers.
        }
        socket.close();
    }
}
