// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import weir.control.client.DaemonClient;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;
import weir.control.http.ListenException;
import weir.control.plane.ControlException;
import weir.control.plane.StateFolder;

/**
 * The daemon of this JVM, which Docker finds as a network driver of its own. It is there while a network needs it; all that it
 * keeps is in a temporary folder that goes with it.
 */
final class EmbeddedDaemon {
    private static final Path PLUGINS = Path.of("/run/docker/plugins");
    private static final String ROOT_HINT =
            "the tests' JVM must be root on the machine that Docker runs on, or use a running daemon:"
                    + " WeirNetwork.builder().daemon(socket, driver)";

    private static @Nullable EmbeddedDaemon running;
    private static int users;

    private final Daemon daemon;
    private final Path folder;
    private final String driver;

    private EmbeddedDaemon(Daemon daemon, Path folder, String driver) {
        this.daemon = daemon;
        this.folder = folder;
        this.driver = driver;
    }

    /** The daemon for one more network; the first starts it. */
    static synchronized EmbeddedDaemon acquire() {
        EmbeddedDaemon there = running;
        if (there == null) {
            there = start();
            running = there;
        }
        users++;
        return there;
    }

    /** One network needs it no longer; with the last it ends. */
    static synchronized void release() {
        users--;
        EmbeddedDaemon there = running;
        if (users == 0 && there != null) {
            running = null;
            there.stop();
        }
    }

    private static EmbeddedDaemon start() {
        String driver = "weir-tc-" + ProcessHandle.current().pid();
        Path folder;
        try {
            folder = Files.createTempDirectory("weir-tc-");
        } catch (IOException e) {
            throw new WeirException("cannot make a folder for the daemon: " + e.getMessage(), "", e);
        }
        boolean isStarted = false;
        try {
            Daemon daemon = Daemon.start(
                    DaemonSettings.at(api(folder), folder.resolve("state"))
                            .withDockerSocket(PLUGINS.resolve(driver + ".sock")),
                    Map.of());
            isStarted = true;
            return new EmbeddedDaemon(daemon, folder, driver);
        } catch (ListenException | StateFolder.Unusable | ControlException e) {
            throw new WeirException(String.valueOf(e.getMessage()), ROOT_HINT, e);
        } finally {
            if (!isStarted) {
                delete(folder);
            }
        }
    }

    private static Path api(Path folder) {
        return folder.resolve("api.sock");
    }

    /** Speaks with it. */
    DaemonClient client() {
        return DaemonClient.at(api(folder));
    }

    /** What Docker knows it as. */
    String driver() {
        return driver;
    }

    private void stop() {
        daemon.close();
        delete(folder);
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
