// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The benchmark's folder: sockets, state and what programs print. Removed in the end. Its name carries the number of this
 * process, or of one that was killed and whose folder is taken over, so that what else has that name can be removed, too.
 */
public final class Scratch implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path folder;

    private Scratch(Path folder) {
        this.folder = folder;
    }

    /**
     * Takes over the folder of a process that was killed, or makes one.
     *
     * @param prefix of the name; the number of a process follows
     */
    public static Scratch named(String prefix) {
        return named(Path.of(System.getProperty("java.io.tmpdir")), prefix);
    }

    /** The same below another folder than that for temporary files. */
    public static Scratch named(Path all, String prefix) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(all, prefix + "[0-9]*")) {
            for (Path each : folders) {
                if (isLeftover(each, String.valueOf(each.getFileName()).substring(prefix.length()))) {
                    return new Scratch(each);
                }
            }
            return new Scratch(Files.createDirectory(
                    all.resolve(prefix + ProcessHandle.current().pid()), OWNER_ONLY));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it is ours, and nobody uses it: the process lives no more, or is no JVM and has got its number since. */
    private static boolean isLeftover(Path folder, String pid) throws IOException {
        return pid.matches("[0-9]{1,9}")
                && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(Path.of("/proc/self")))
                && ProcessHandle.of(Long.parseLong(pid))
                        .filter(process ->
                                process.info().command().orElse("java").endsWith("java"))
                        .isEmpty();
    }

    /** The folder's name. */
    public String name() {
        return String.valueOf(folder.getFileName());
    }

    public Path folder() {
        return folder;
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    /** Makes a file, or makes it anew. */
    public Path write(String name, byte[] content) {
        try {
            return Files.write(file(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes what a killed benchmark left in it. */
    public void clear() {
        delete(1);
    }

    @Override
    public void close() {
        delete(0);
    }

    private void delete(int fromDepth) {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.filter(each -> each.getNameCount() - folder.getNameCount() >= fromDepth)
                    .sorted(Comparator.reverseOrder())
                    .toList();
            for (Path each : deepestFirst) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
