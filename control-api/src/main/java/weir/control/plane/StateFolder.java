// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.plane.ControlException.Code;
import weir.control.text.FileTrouble;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.Topology;
import weir.control.topology.TopologyJson;
import weir.control.topology.TopologyReader;

/**
 * The folder that outlives a daemon: one daemon at a time holds it.
 *
 * <pre>
 *  lock             held by the daemon that uses the folder
 *  topology.json    {"format": 1, "topology": {...}}, replaced by a file that is complete and on the disk
 *  objects/         object files by digest
 * </pre>
 */
public final class StateFolder implements TopologyStore, AutoCloseable {
    /** What this version writes, and the newest that it reads. */
    static final int FORMAT = 1;

    static final String FILE = "topology.json";

    private static final String HINT = "repair the file, or move it away to start with nothing";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(tools.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path folder;
    private final FileChannel lockFile;

    private StateFolder(Path folder, FileChannel lockFile) {
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /** The state cannot be used; nothing of it was changed. One line of cause, one of what to do. */
    public static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        private final String hint;

        private Unusable(String cause, String hint, @Nullable Throwable origin) {
            super(cause, origin);
            this.hint = hint;
        }

        public String hint() {
            return hint;
        }
    }

    /**
     * Takes the folder, which is made where it is missing.
     *
     * @throws Unusable when another daemon has it, or it cannot be written
     */
    public static StateFolder open(Path folder) throws Unusable {
        try {
            Files.createDirectories(folder.resolve("objects"));
            FileChannel channel =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (isLocked(channel)) {
                return new StateFolder(folder, channel);
            }
            channel.close();
        } catch (IOException e) {
            throw new Unusable(
                    "cannot use state folder " + folder + ": " + FileTrouble.of(e),
                    "it must be a folder that this user may write to; --state names another",
                    e);
        }
        throw new Unusable(
                "state folder " + folder + " is in use", "another daemon has it; --state names another folder", null);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(); // lives as long as the channel
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Where object files are. */
    public Path objects() {
        return folder.resolve("objects");
    }

    /** Where captures into files go; made when the first is written. */
    public Path captures() {
        return folder.resolve("captures");
    }

    // ---- reading -------------------------------------------------------------------------------------

    /**
     * What was kept last; nothing in a new folder.
     *
     * @throws Unusable when the file is damaged, or of a newer version
     */
    public Topology load() throws Unusable {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Topology.EMPTY;
        }
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            int format = json.path("format").asInt(0);
            if (format > FORMAT) {
                throw new Unusable(
                        file + " line 1: format " + format + " is of a newer version, this one reads up to " + FORMAT,
                        "start the newer version again, or move the file away to start with nothing",
                        null);
            }
            if (format < 1) {
                throw new Unusable(file + " line 1: 'format' is missing, or no number from 1", HINT, null);
            }
            return TopologyReader.topology(json.path("topology"));
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            throw new Unusable(
                    file + " line " + (at == null ? 1 : at.getLineNr()) + ": cut short or damaged: "
                            + e.getOriginalMessage(),
                    HINT,
                    e);
        } catch (DefinitionErrors e) {
            DefinitionErrors.Place first = e.places().getFirst();
            throw new Unusable(file + " at /topology" + first.pointer() + ": " + first.cause(), HINT, e);
        } catch (IOException e) {
            throw new Unusable(
                    "cannot read " + file + ": " + FileTrouble.of(e), "it must be a file that this user may read", e);
        }
    }

    // ---- writing -------------------------------------------------------------------------------------

    @Override
    public Prepared prepare(Topology topology) throws ControlException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("topology", TopologyJson.of(topology));
        byte[] bytes = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
        Path temporary = folder.resolve(FILE + ".new");
        try {
            DurableFiles.write(temporary, bytes);
        } catch (IOException e) {
            delete(temporary);
            throw storage(e);
        }
        return new Written(temporary);
    }

    /** Lies beside the file that it is to replace. */
    private final class Written implements Prepared {
        private final Path temporary;

        Written(Path temporary) {
            this.temporary = temporary;
        }

        @Override
        public void commit() throws ControlException {
            try {
                DurableFiles.rename(temporary, folder.resolve(FILE));
            } catch (IOException e) {
                throw storage(e);
            }
        }

        @Override
        public void close() {
            delete(temporary);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The next one is written over it.
        }
    }

    private static ControlException storage(IOException e) {
        return new ControlException(
                Code.STORAGE,
                "cannot keep the configuration: " + e.getMessage(),
                "the state folder must be writable and have room; nothing was changed",
                List.of(),
                List.of(),
                e);
    }

    /** Another daemon may have it now. */
    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            // The lock ends with the process.
        }
    }
}
