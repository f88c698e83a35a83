// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;
import weir.ports.linux.Affinity;
import weir.ports.linux.LinuxException;

/** A daemon for the time of a benchmark: a process of its own, with a folder of its own. Both are gone when it is closed. */
public final class OwnDaemon implements AutoCloseable {
    private static final String PREFIX = "weir-bench";
    private static final long START_UP_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_AGAIN_MILLIS = 20;
    private static final long END_SECONDS = 10;

    private final Path folder;
    private final Process process;

    private OwnDaemon(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
    }

    /**
     * Starts one and waits until it is ready.
     *
     * @param parent where its folder is made; null for where temporary files are
     * @param command makes the command line of a daemon that keeps all that it has in a folder, its socket as
     *     {@link #socket} says
     * @throws IllegalStateException when it does not start
     */
    public static OwnDaemon start(@Nullable Path parent, Function<Path, List<String>> command)
            throws InterruptedException {
        Path folder = null;
        OwnDaemon daemon = null;
        boolean isReady = false;
        try {
            folder = parent == null ? Files.createTempDirectory(PREFIX) : Files.createTempDirectory(parent, PREFIX);
            Path log = log(folder);
            daemon = new OwnDaemon(
                    folder,
                    new ProcessBuilder(command.apply(folder))
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start());
            daemon.awaitReady();
            isReady = true;
            return daemon;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!isReady && daemon != null) {
                daemon.close();
            } else if (!isReady && folder != null) {
                remove(folder);
            }
        }
    }

    /** Where a daemon that keeps what it has in a folder is to listen. */
    public static Path socket(Path folder) {
        return folder.resolve("api.sock");
    }

    private static Path log(Path folder) {
        return folder.resolve("log");
    }

    private void awaitReady() throws InterruptedException, IOException {
        long deadline = System.nanoTime() + START_UP_NANOS;
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("the daemon does not start: "
                        + Files.readString(log(folder)).lines().findFirst().orElse("it says nothing"));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    private boolean isReady() {
        try {
            client().json(ApiRequest.get(ApiPath.ofRoot("readyz")));
            return true;
        } catch (DaemonException e) {
            return false; // not there yet, or not ready
        }
    }

    public DaemonClient client() {
        return DaemonClient.at(socket(folder));
    }

    /** Holds all that the daemon keeps. */
    public Path folder() {
        return folder;
    }

    /**
     * Keeps a thread of the daemon on one CPU.
     *
     * @param name its first 15 characters
     * @throws IllegalStateException when there is no such thread, or it cannot be kept there
     */
    public void pin(String name, int cpu) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path each : threads.toList()) {
                if (Files.readString(each.resolve("comm")).strip().equals(name)) {
                    Affinity.pinThread(Integer.parseInt(each.toFile().getName()), cpu);
                    return;
                }
            }
        } catch (IOException | LinuxException e) {
            throw new IllegalStateException("cannot keep " + name + " on CPU " + cpu + ": " + e.getMessage(), e);
        }
        throw new IllegalStateException("the daemon has no thread " + name);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            boolean _ = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
            remove(folder);
        }
    }

    private static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
