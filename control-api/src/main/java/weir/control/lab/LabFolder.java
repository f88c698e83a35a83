// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import weir.control.plane.DurableFiles;
import weir.control.text.FileTrouble;
import weir.control.text.Spelling;

/**
 * The labs of this machine, a file each. In a folder that is empty after a start of the machine, as namespaces are gone then,
 * too.
 */
public final class LabFolder {
    private static final String ENDING = ".json";
    private static final String LOCK = "lock";
    private static final String OWNER_ONLY = "rwx------";

    private final JsonMapper json = JsonMapper.builder().build();
    private final Path folder;

    /** @param folder is made when it is needed */
    public LabFolder(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /** Held while a lab is changed: one change at a time. */
    final class Lock implements AutoCloseable {
        private final FileChannel channel;
        private final FileLock lock;

        private Lock() throws IOException {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
            channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.lock();
        }

        @Override
        public void close() throws IOException {
            lock.release();
            channel.close();
        }
    }

    /** Waits until nobody else changes a lab. */
    Lock lock() throws LabException {
        try {
            return new Lock();
        } catch (IOException e) {
            throw new LabException(
                    "cannot use " + folder + ": " + e, "run this as root, or name a folder with WEIR_LABS", e);
        }
    }

    /** A lab; null when there is none of that name. */
    @Nullable
    LabRecord find(String name) throws LabException {
        Path file = file(name);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return json.readValue(Files.readAllBytes(file), LabRecord.class);
        } catch (IOException | JacksonException e) {
            throw new LabException(
                    file + " cannot be read: " + e.getMessage(), "delete it; then 'ip netns' shows what is left", e);
        }
    }

    /** A lab that is there. */
    LabRecord require(String name) throws LabException {
        List<String> names = names();
        LabRecord lab = names.contains(name) ? find(name) : null;
        if (lab == null) {
            throw LabException.missing(
                    "no lab '" + name + "'",
                    Spelling.didYouMean(name, names)
                            + (names.isEmpty()
                                    ? "there is none; 'weir lab up FILE' makes one"
                                    : "labs are " + String.join(", ", names)));
        }
        return lab;
    }

    /** All labs, by name. */
    public List<String> names() throws LabException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = new ArrayList<>();
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.endsWith(ENDING))
                    .sorted()
                    .forEach(file -> names.add(file.substring(0, file.length() - ENDING.length())));
            return names;
        } catch (IOException e) {
            throw new LabException("cannot look into " + folder + ": " + FileTrouble.of(e), "run this as root", e);
        }
    }

    void save(LabRecord lab) throws LabException {
        try {
            DurableFiles.replace(
                    file(lab.name()), json.writerWithDefaultPrettyPrinter().writeValueAsBytes(lab));
        } catch (IOException e) {
            throw new LabException(
                    "cannot write " + file(lab.name()) + ": " + FileTrouble.of(e), "is the disk full?", e);
        }
    }

    void remove(LabRecord lab) throws LabException {
        try {
            Files.deleteIfExists(file(lab.name()));
            for (String service : lab.namespaces().keySet()) {
                Files.deleteIfExists(log(lab.name(), service));
            }
        } catch (IOException e) {
            throw new LabException("cannot delete " + file(lab.name()) + ": " + FileTrouble.of(e), "delete it", e);
        }
    }

    private Path file(String name) {
        return folder.resolve(name + ENDING);
    }

    /** Where a service's command writes. */
    Path log(String lab, String service) {
        return folder.resolve(lab + "." + service + ".log");
    }
}
