// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import weir.control.client.DaemonClient;
import weir.ports.linux.Affinity;
import weir.ports.linux.LinuxException;

/** This program once more as {@code weir daemon}, with the JVM's options that it was started with here. One control thread. */
public final class WeirDaemon implements Closing.Resource {
    private final ChildDaemon process;
    private final DaemonClient client;

    /**
     * Starts it, and waits until it is ready.
     *
     * @param scratch where all is that it keeps
     * @param inFront command that goes in front, such as one that enters a namespace
     * @param cpu where it runs; -1: anywhere
     * @param more arguments of {@code weir daemon}
     */
    public WeirDaemon(Scratch scratch, List<String> inFront, int cpu, List<String> more)
            throws BenchFailure, InterruptedException {
        Path socket = scratch.file("api.sock");
        List<String> arguments =
                new ArrayList<>(List.of("daemon", "--socket=" + socket, "--state=" + scratch.file("state")));
        arguments.addAll(more);
        List<String> command = Tools.onCpu(cpu, ThisProgram.command(arguments));
        process = ChildDaemon.start(Tools.bound("TERM", Tools.concat(inFront, command)), scratch.file("daemon.log"));
        client = DaemonClient.at(socket);
        boolean done = false;
        try {
            process.awaitText("ready: ");
            done = true;
        } finally {
            if (!done) {
                process.close();
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    public DaemonClient client() {
        return client;
    }

    /**
     * Keeps one of its threads on one CPU.
     *
     * @param thread its name, of which the kernel has the first 15 characters
     */
    public void pin(String thread, int cpu) throws BenchFailure {
        String hint = "a daemon that runs already is measured as it is: --socket FILE";
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid()), "task"))) {
            for (Path each : threads.toList()) {
                if (Files.readString(each.resolve("comm")).strip().equals(thread)) {
                    Affinity.pinThread(Integer.parseInt(each.toFile().getName()), cpu);
                    return;
                }
            }
        } catch (IOException | LinuxException e) {
            throw new BenchFailure("cannot keep " + thread + " on CPU " + cpu + ": " + e.getMessage(), hint);
        }
        throw new BenchFailure("the daemon has no thread " + thread, hint);
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }
}
