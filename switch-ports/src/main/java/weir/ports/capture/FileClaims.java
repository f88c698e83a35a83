// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who has which capture file: one port writes a file, or any number replay it. Only regular files are claimed; pipes and
 * devices belong to those who set them up. Any thread.
 *
 * <p>Towards other processes a file that is written is locked, as {@code fcntl(2)} locks; other programs may read along.
 * Those locks are not the descriptor's but the process's: closing any other descriptor of the file gives them up. So
 * the claims of this process are looked at before a file is opened. A file system without locks has claims of this
 * process only.
 */
final class FileClaims {
    /** By {@link BasicFileAttributes#fileKey}, or by path where there is none: whoever the file is known to be used by. */
    private static final Map<Object, Users> USERS = new HashMap<>();

    private FileClaims() {}

    private record Users(@Nullable String writer, int readers) {}

    /** One port's use of one file, until it is closed. Idempotent. */
    static final class Claim implements AutoCloseable {
        private final Object key;
        private final boolean writes;
        private boolean closed;

        private Claim(Object key, boolean writes) {
            this.key = key;
            this.writes = writes;
        }

        @Override
        public void close() {
            synchronized (USERS) {
                if (!closed) {
                    closed = true;
                    USERS.computeIfPresent(key, (_, users) -> without(users));
                }
            }
        }

        private @Nullable Users without(Users users) {
            int readers = writes ? 0 : users.readers() - 1;
            return readers == 0 ? null : new Users(null, readers);
        }
    }

    /** The file is in use by another port or process. */
    static final class InUse extends IOException {
        private static final long serialVersionUID = 1L;

        private InUse(String byWhom) {
            super("it is in use by " + byWhom);
        }
    }

    /** A file that was opened to be written, empty and, if it is a regular one, claimed. */
    record Output(FileChannel channel, Claim claim) {}

    /**
     * Opens a file to write, creates it if need be, and empties it.
     *
     * @param port spec, for others to name
     * @throws InUse when somebody writes or replays it
     */
    static Output openToWrite(Path file, String port) throws IOException {
        Claim claim = claimToWrite(file, port);
        FileChannel channel = null;
        boolean done = false;
        try {
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
            if (Files.isRegularFile(file)) {
                if (!takesLock(channel, false)) {
                    throw new InUse("another process, which writes it");
                }
                channel.truncate(0);
            }
            done = true;
            return new Output(channel, claim);
        } finally {
            if (!done) {
                if (channel != null) {
                    channel.close();
                }
                claim.close();
            }
        }
    }

    private static Claim claimToWrite(Path file, String port) throws IOException {
        synchronized (USERS) {
            if (!Files.exists(file)) {
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                        .close();
            }
            Object key = key(file);
            Users users = USERS.get(key);
            if (users != null && Files.isRegularFile(file)) {
                throw inUse(users);
            }
            if (Files.isRegularFile(file)) {
                USERS.put(key, new Users(port, 0));
            }
            return new Claim(key, true);
        }
    }

    /**
     * Claims a file to replay.
     *
     * @throws InUse when somebody writes it
     */
    static Claim toRead(Path file) throws IOException {
        synchronized (USERS) {
            Object key = key(file);
            if (!Files.isRegularFile(file)) {
                return new Claim(key, false);
            }
            Users users = USERS.get(key);
            if (users != null && users.writer() != null) {
                throw inUse(users);
            }
            if (users == null && isLocked(file)) {
                throw new InUse("another process, which writes it");
            }
            USERS.merge(key, new Users(null, 1), (before, one) -> new Users(null, before.readers() + one.readers()));
            return new Claim(key, false);
        }
    }

    private static InUse inUse(Users users) {
        return new InUse("this process, "
                + (users.writer() == null ? "which replays it" : "as port " + users.writer() + " writes it"));
    }

    /** Whether another process has locked a file that this one does not use. */
    private static boolean isLocked(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return !takesLock(channel, true);
        }
    }

    /** Takes a lock, which goes with the channel; false when another process has one. */
    private static boolean takesLock(FileChannel channel, boolean shared) {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, shared) != null;
        } catch (IOException e) {
            return true; // the file system knows no locks
        }
    }

    private static Object key(Path file) throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        return key == null ? file.toRealPath() : key;
    }
}
