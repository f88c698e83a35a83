// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import weir.control.machine.ChildProcess;

/**
 * Two network namespaces that last as long as this object. Their names carry the process id, so that
 * what a killed demo left behind can be told from what another one uses.
 */
final class DemoNamespaces implements AutoCloseable {
    private static final String PREFIX = "weir-demo-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d+)-[ab]");
    private static final int LIMIT_SECONDS = 60;
    private static final int DELETE_ATTEMPTS = 3;
    private static final int LOOK_EVERY_MILLIS = 10;
    private static final int SIGNAL_SPREADS_MILLIS = 2_000;

    private final Path ip;
    private final BooleanSupplier stopped;
    private final DemoStation a;
    private final DemoStation b;

    DemoNamespaces(Path ip, BooleanSupplier stopped) {
        this.ip = ip;
        this.stopped = stopped;
        String prefix = PREFIX + ProcessHandle.current().pid();
        a = new DemoStation("a", prefix + "-a", "198.18.64.1", "2001:db8::1");
        b = new DemoStation("b", prefix + "-b", "198.18.64.2", "2001:db8::2");
    }

    DemoStation a() {
        return a;
    }

    DemoStation b() {
        return b;
    }

    /** Removes the namespaces of demos whose process is no more; returns their names. */
    List<String> removeLeftovers() throws InterruptedException {
        List<String> removed = new ArrayList<>();
        Path folder = Path.of(DemoStation.NETNS_FOLDER);
        if (!Files.isDirectory(folder)) {
            return removed;
        }
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path each : names) {
                String name = String.valueOf(each.getFileName());
                Matcher matcher = NAME.matcher(name);
                if (matcher.matches() && !isDemo(Long.parseLong(matcher.group(1)))) {
                    delete(name);
                    removed.add(name);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return removed;
    }

    /** The process lives and is a JVM; another program may have got its number since. */
    private static boolean isDemo(long pid) {
        return pid != ProcessHandle.current().pid()
                && ProcessHandle.of(pid)
                        .filter(process ->
                                process.info().command().orElse("java").endsWith("java"))
                        .isPresent();
    }

    /** Makes both, empty but for the loopback interface. */
    void create() throws DemoFailure, DemoStopped, InterruptedException {
        for (DemoStation station : List.of(a, b)) {
            ip("netns", "add", station.namespace());
            ip("-n", station.namespace(), "link", "set", "lo", "up");
        }
    }

    /** Gives a station's interface, which is there by now, its addresses. */
    void configure(DemoStation station) throws DemoFailure, DemoStopped, InterruptedException {
        inside(station, "addr", "add", station.ipv4() + "/24", "dev", DemoStation.INTERFACE);
        // Without duplicate address detection, which would keep the address back for a second.
        inside(station, "addr", "add", station.ipv6() + "/64", "dev", DemoStation.INTERFACE, "nodad");
        inside(station, "link", "set", DemoStation.INTERFACE, "up");
    }

    private void inside(DemoStation station, String... arguments)
            throws DemoFailure, DemoStopped, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-n", station.namespace()));
        all.addAll(List.of(arguments));
        ip(all.toArray(String[]::new));
    }

    private void ip(String... arguments) throws DemoFailure, DemoStopped, InterruptedException {
        ChildProcess.Outcome outcome = runIp(arguments);
        if (outcome.exitCode() != 0) {
            awaitSignal();
            throwIfStopped();
            throw new DemoFailure(
                    "'ip " + String.join(" ", arguments) + "' failed: " + outcome.firstLine(), TapDemo.AS_ROOT);
        }
        throwIfStopped();
    }

    private ChildProcess.Outcome runIp(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(ip.toString()));
        command.addAll(List.of(arguments));
        return ChildProcess.run(command, LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** A command that runs a program inside a station's namespace. */
    List<String> exec(DemoStation station, Path program, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(ip.toString(), "netns", "exec", station.namespace(), program.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** For when a child failed: Ctrl-C reaches the child, too, and may reach it before us. */
    void awaitSignal() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SIGNAL_SPREADS_MILLIS);
        while (!stopped.getAsBoolean() && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
    }

    void throwIfStopped() throws DemoStopped {
        if (stopped.getAsBoolean()) {
            throw new DemoStopped();
        }
    }

    /** Deletes both, and with them whatever is inside. */
    @Override
    public void close() {
        try {
            for (DemoStation station : List.of(a, b)) {
                delete(station.namespace());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the next demo removes what is left
        }
    }

    private void delete(String name) throws InterruptedException {
        // More than once: a second Ctrl-C kills the command.
        for (int i = 0; i < DELETE_ATTEMPTS && Files.exists(Path.of(DemoStation.NETNS_FOLDER, name)); i++) {
            runIp("netns", "del", name);
        }
    }
}
