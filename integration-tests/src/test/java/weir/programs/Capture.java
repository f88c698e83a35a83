// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import weir.core.testing.Law;

/** What tcpdump sees at a station's interface, promiscuous, one text a packet, checksums checked. */
final class Capture implements AutoCloseable {
    private final Process process;
    private final Thread reader;
    private final List<String> packets = new ArrayList<>();

    /**
     * Begins; returns when tcpdump listens.
     *
     * @param filter as tcpdump takes it
     */
    Capture(Station station, String filter) throws IOException {
        process = new ProcessBuilder(
                        "ip", "netns", "exec", station.netns().name(), "tcpdump", "-l", "-nn", "-vv", "-e", "-tt",
                        "--immediate-mode", "-i", Station.INTERFACE, filter)
                .start();
        BufferedReader messages = process.errorReader();
        String line = messages.readLine();
        while (line != null && !line.contains("listening on")) {
            line = messages.readLine();
        }
        if (line == null) {
            throw new AssertionError("tcpdump does not listen");
        }
        reader = Thread.ofPlatform().name("capture").daemon(true).start(this::read);
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

    void await(String what, int count, Predicate<String> kind) {
        Law.eventually(what, () -> count(kind) >= count);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
        reader.join();
    }
}
