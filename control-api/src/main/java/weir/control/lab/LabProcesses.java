// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Commands of services. They are known by two variables of their environment, which their children inherit, and not by numbers
 * that somebody else has by now; so they are found again after whatever happened to who started them.
 */
final class LabProcesses {
    private static final String LAB = "WEIR_LAB";
    private static final String SERVICE = "WEIR_LAB_SERVICE";
    private static final long PATIENCE_SECONDS = 2;

    private final String lab;

    LabProcesses(String lab) {
        this.lab = lab;
    }

    /** Starts a command that outlives us; standard input is empty. */
    void start(String service, List<String> command, Path log) throws LabException {
        List<String> detached = new ArrayList<>(List.of("setsid"));
        detached.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(detached)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(Map.of(LAB, lab, SERVICE, service));
        try {
            builder.start();
        } catch (IOException e) {
            throw new LabException("cannot start the command of " + service + ": " + e.getMessage(), "", e);
        }
    }

    /** Whether a command of a service runs. */
    boolean runs(String service) {
        return !find(List.of(LAB + "=" + lab, SERVICE + "=" + service)).isEmpty();
    }

    /** Ends all, by force after a while; returns how many there were. */
    int end() {
        List<ProcessHandle> all = find(List.of(LAB + "=" + lab));
        all.forEach(ProcessHandle::destroy);
        try {
            CompletableFuture.allOf(all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            find(List.of(LAB + "=" + lab)).forEach(ProcessHandle::destroyForcibly);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return all.size();
    }

    private static List<ProcessHandle> find(List<String> variables) {
        return ProcessHandle.allProcesses()
                .filter(process -> environment(process.pid()).containsAll(variables))
                .toList();
    }

    private static List<String> environment(long pid) {
        try {
            byte[] block = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "environ"));
            return Arrays.asList(new String(block, StandardCharsets.UTF_8).split("\0", -1));
        } catch (IOException e) {
            return List.of(); // ended meanwhile
        }
    }
}
