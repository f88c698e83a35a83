// SPDX-License-Identifier: Apache-2.0
package weir.ports.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace for one test, removed when closed. Its name holds this process's id, so that what
 * a killed run left behind is known as such and removed by the next run.
 */
public final class Netns implements AutoCloseable {
    private static final String PREFIX = "weirt-";
    private static final Path FOLDER = Path.of("/run/netns");
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final long COMMAND_SECONDS = 20;

    static {
        removeLeftovers();
    }

    private final String name;
    private boolean exists = true;

    public Netns() {
        name = PREFIX + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        exec("ip", "netns", "add", name);
        ip("link", "set", "lo", "up");
    }

    /** From here on new interfaces get no IPv6, so that the kernel sends no frame that nobody asked for. */
    public Netns silent() {
        run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        return this;
    }

    private static void removeLeftovers() {
        if (!Files.isDirectory(FOLDER)) {
            return;
        }
        try (var files = Files.list(FOLDER)) {
            for (Path each : files.toList()) {
                String found = each.getFileName().toString();
                if (found.matches(PREFIX + "[0-9]+-[0-9]+")) {
                    long pid = Long.parseLong(found.split("-", -1)[1]);
                    if (ProcessHandle.of(pid).isEmpty()) {
                        // Another process may be at it, too.
                        exec("sh", "-c", "ip netns delete " + found + " || test ! -e " + FOLDER.resolve(found));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** File that stands for the namespace. */
    public String path() {
        return FOLDER.resolve(name).toString();
    }

    public String name() {
        return name;
    }

    /** {@code ip} inside the namespace. */
    public String ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments));
        return exec(command.toArray(String[]::new));
    }

    /** Any command inside the namespace. */
    public String run(String... command) {
        List<String> full = new ArrayList<>(List.of("ip", "netns", "exec", name));
        full.addAll(List.of(command));
        return exec(full.toArray(String[]::new));
    }

    /** Starts a command inside the namespace; its output is thrown away. The caller ends it. */
    public Process start(String... command) {
        List<String> full = new ArrayList<>(List.of("ip", "netns", "exec", name));
        full.addAll(List.of(command));
        try {
            return new ProcessBuilder(full)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of the interface's statistics, such as {@code tx_dropped}. */
    public long statistic(String link, String statistic) {
        return Long.parseLong(run("cat", "/sys/class/net/" + link + "/statistics/" + statistic)
                .trim());
    }

    /** Removes the namespace's name now; what holds the namespace itself may keep it. */
    public void delete() {
        if (exists) {
            exists = false;
            exec("ip", "netns", "delete", name);
        }
    }

    @Override
    public void close() {
        delete();
    }

    /** Runs a command and returns its output; anything but exit code 0 is an error. */
    public static String exec(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " did not end");
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
