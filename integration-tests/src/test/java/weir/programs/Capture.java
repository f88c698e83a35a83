// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import weir.ports.testing.Waiting;

/** What tcpdump sees at a station's interface, promiscuous, one text a packet, checksums checked. */
final class Capture implements AutoCloseable {
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    // Room for thousands of packets: with longer ones there would be room for less than ten.
    private static final String SNAP_BYTES = "2048";
    private static final String BUFFER_KIB = "16384";

    private final Process process;
    private final BufferedReader messages;
    private final CompletableFuture<Void> reader;
    private final List<String> packets = new ArrayList<>();

    /**
     * Begins; returns when tcpdump listens.
     *
     * @param filter as tcpdump takes it
     */
    Capture(Station station, String filter) throws IOException {
        process = new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        station.netns().name(),
                        "tcpdump",
                        "-l",
                        "-nn",
                        "-vv",
                        "-e",
                        "-tt",
                        "--immediate-mode",
                        "-s",
                        SNAP_BYTES,
                        "-B",
                        BUFFER_KIB,
                        "-i",
                        Station.INTERFACE,
                        filter)
                .start();
        messages = process.errorReader();
        awaitMessage("listening on");
        reader = CompletableFuture.runAsync(
                this::read,
                task -> Thread.ofPlatform().name("capture").daemon(true).start(task));
    }

    private String awaitMessage(String part) throws IOException {
        String line = messages.readLine();
        while (line != null && !line.contains(part)) {
            line = messages.readLine();
        }
        if (line == null) {
            throw new AssertionError("tcpdump ended without '" + part + "'");
        }
        return line;
    }

    private void read() {
        process.inputReader().lines().forEach(this::add);
    }

    /** A packet's lines but the first are indented. */
    private synchronized void add(String line) {
        if (line.startsWith("\t") || line.startsWith(" ")) {
            packets.set(packets.size() - 1, packets.getLast() + line);
        } else {
            packets.add(line);
        }
    }

    synchronized List<String> packets() {
        return List.copyOf(packets);
    }

    long count(Predicate<String> kind) {
        return packets().stream().filter(kind).count();
    }

    /** Waits for so many packets of a kind. */
    void await(int count, Predicate<String> kind) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (count(kind) < count) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(
                        count(kind) + " instead of " + count + " packets; seen: " + String.join("\n", packets()));
            }
            Waiting.sleep(2);
        }
    }

    /** Ends it, and is an error when it missed packets. */
    @Override
    public void close() throws IOException {
        process.toHandle().destroy(); // the process's own method would close what it still says
        String dropped = awaitMessage("dropped by kernel");
        process.onExit().join();
        reader.join();
        if (!dropped.startsWith("0 ")) {
            throw new AssertionError("tcpdump: " + dropped);
        }
    }
}
