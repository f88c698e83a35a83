// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import com.github.dockerjava.api.DockerClient;
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
    private final DriverName driver;

    private EmbeddedDaemon(Daemon daemon, Path folder, DriverName driver) {
        this.daemon = daemon;
        this.folder = folder;
        this.driver = driver;
    }

    /** The daemon for one more network; the first starts it, and removes what killed JVMs left. */
    static synchronized EmbeddedDaemon acquire(DockerClient docker) {
        EmbeddedDaemon there = running;
        if (there == null) {
            new Leftovers(docker, Path.of(System.getProperty("java.io.tmpdir"))).remove(PLUGINS);
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
        DriverName driver = DriverName.ofThisJvm();
        Path folder;
        try {
            folder = Files.createTempDirectory(driver + "-");
        } catch (IOException e) {
            throw new WeirException("cannot make a folder for the daemon: " + e.getMessage(), "", e);
        }
        boolean isStarted = false;
        try {
            Daemon daemon = Daemon.start(settings(folder, driver.socket(PLUGINS)), Map.of());
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

    /** Of a daemon that keeps everything in a folder. */
    static DaemonSettings settings(Path folder, Path dockerSocket) {
        return DaemonSettings.at(api(folder), folder.resolve("state")).withDockerSocket(dockerSocket);
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
        return driver.toString();
    }

    private void stop() {
        daemon.close();
        delete(folder);
    }

    static void delete(Path folder) {
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
