// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.ports.BoundSocket;
import weir.ports.linux.LinuxException;
import weir.ports.linux.UnixSocket;

/**
 * The file of a listening socket. The socket is bound to another name beside it and moved when its group and mode are right,
 * so that nobody ever finds it open to more than is wanted, or not listening.
 */
final class SocketFile implements AutoCloseable {
    private static final String PERMISSIONS = "rw-rw----";
    private static final String IDENTITY = "unix:dev,ino";

    private final Path path;
    private final Path temporary;
    private @Nullable Map<String, Object> identity;

    private SocketFile(Path path) {
        this.path = path;
        this.temporary = path.resolveSibling(path.getFileName() + "~");
    }

    /**
     * Makes room for a socket.
     *
     * @throws ListenException when somebody listens there, something else is there, or it cannot be
     */
    static SocketFile at(Path path) throws ListenException {
        SocketFile file = new SocketFile(path.toAbsolutePath());
        int bytes = file.temporary.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > UnixSocket.MAX_PATH_BYTES) {
            throw new ListenException(
                    "socket path " + path + " is too long",
                    (UnixSocket.MAX_PATH_BYTES - 1) + " bytes are the most; choose another with --socket");
        }
        try {
            Files.createDirectories(file.path.getParent());
            for (Path each : new Path[] {file.path, file.temporary}) {
                if (Files.exists(each, LinkOption.NOFOLLOW_LINKS)) {
                    BoundSocket.removeLeftover(each, UnixSocket::stream);
                }
            }
        } catch (BoundSocket.Occupied e) {
            throw e.isSocket()
                    ? new ListenException(
                            "socket " + path + " is in use",
                            "another daemon answers there; choose another with --socket")
                    : new ListenException(path + " is there and is no socket", "choose another with --socket");
        } catch (IOException | LinuxException e) {
            throw cannot(path, e);
        }
        return file;
    }

    /** Where to bind. */
    Path temporary() {
        return temporary;
    }

    /**
     * The socket listens: gives it its group, mode and name.
     *
     * @return the group's number
     */
    int publish(@Nullable String group) throws ListenException {
        try {
            if (group != null) {
                setGroup(group);
            }
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(PERMISSIONS));
            identity = Files.readAttributes(temporary, IDENTITY, LinkOption.NOFOLLOW_LINKS);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return (int) Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw cannot(path, e);
        }
    }

    private void setGroup(String name) throws IOException, ListenException {
        try {
            GroupPrincipal group =
                    temporary.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
            Files.getFileAttributeView(temporary, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setGroup(group);
        } catch (UserPrincipalNotFoundException e) {
            throw new ListenException("no group '" + name + "'", "groupadd --system " + name, e);
        }
    }

    private static ListenException cannot(Path path, Exception e) {
        return new ListenException(
                "cannot listen at " + path,
                "its folder must be writable; choose another with --socket, or run as root",
                e);
    }

    /** Removes the file, unless it is another's by now. */
    @Override
    public void close() {
        try {
            if (identity != null
                    && Files.readAttributes(path, IDENTITY, LinkOption.NOFOLLOW_LINKS)
                            .equals(identity)) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // It is gone already, or stays behind as a leftover that the next start removes.
        }
    }
}
