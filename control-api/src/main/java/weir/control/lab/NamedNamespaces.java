// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import weir.control.machine.ChildProcess;
import weir.control.machine.Commands;

/** Network namespaces with a name, by {@code ip netns}: who lists or enters them by hand finds them where they are used to. */
final class NamedNamespaces {
    private static final Path FOLDER = Path.of("/run/netns");
    private static final long LIMIT_SECONDS = 20;

    private final Path ip;

    NamedNamespaces() throws LabException {
        ip = Commands.find("ip")
                .orElseThrow(() -> new LabException(
                        "the program 'ip' is not on the PATH", "install it, for example: apt install iproute2"));
    }

    static Path path(String name) {
        return FOLDER.resolve(name);
    }

    static boolean exists(String name) {
        return Files.exists(path(name));
    }

    void add(String name) throws LabException {
        run("netns", "add", name);
    }

    /** Deletes the name, and what is inside with it unless a process is there. */
    void delete(String name) throws LabException {
        if (exists(name)) {
            run("netns", "delete", name);
        }
    }

    /** A command inside. */
    List<String> inside(String name, List<String> command) {
        List<String> all = new ArrayList<>(List.of(ip.toString(), "netns", "exec", name));
        all.addAll(command);
        return all;
    }

    private void run(String... arguments) throws LabException {
        List<String> command = new ArrayList<>(List.of(ip.toString()));
        command.addAll(List.of(arguments));
        try {
            ChildProcess.Outcome outcome = ChildProcess.run(command, LIMIT_SECONDS, TimeUnit.SECONDS);
            if (outcome.exitCode() != 0) {
                throw new LabException(
                        "'ip " + String.join(" ", arguments) + "' failed: " + outcome.firstLine(),
                        "labs need root: sudo weir lab ...");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", "'weir lab list' shows what is there", e);
        }
    }
}
