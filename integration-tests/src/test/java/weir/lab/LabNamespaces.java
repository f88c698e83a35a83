// SPDX-License-Identifier: Apache-2.0

package weir.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import weir.ports.testing.Netns;

/** Commands in the namespaces of a lab, by services. */
record LabNamespaces(String lab) {
    private static final Path FOLDER = Path.of("/run/netns");
    private static final int PING_SECONDS = 30;

    /** What a command did. */
    record Outcome(int code, String output) {}

    String name(String service) {
        return "weir-" + lab + "-" + service;
    }

    /** Runs a command inside. */
    Outcome in(String service, String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name(service)));
        all.addAll(List.of(command));
        try {
            Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Whether a service gets an answer; asks for half a minute. */
    boolean pings(String service, String address) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PING_SECONDS);
        boolean isAnswered = false;
        while (!isAnswered && System.nanoTime() - deadline < 0) {
            isAnswered = in(service, "ping", "-c", "1", "-W", "1", address).code() == 0;
        }
        return isAnswered;
    }

    /** Whether a service gets no answer. */
    boolean isCutOff(String service, String address) {
        return in(service, "ping", "-c", "2", "-i", "0.2", "-W", "1", address).code() != 0;
    }

    /** Names of those that are there. */
    List<String> present() {
        if (!Files.isDirectory(FOLDER)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("weir-" + lab + "-"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a test that was killed has left. */
    void remove() {
        present().forEach(name -> Netns.exec("ip", "netns", "delete", name));
    }
}
