// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import weir.control.Main;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;

/** This program once more as {@code weir daemon}, with the JVM's options that it was started with here, on the switch's CPU. */
final class WeirDaemon implements Closing.Resource {
    /** Name of the switch that is measured. */
    static final String SWITCH = "bench";

    private static final List<String> FOREIGN_OPTIONS = List.of("-agent", "-javaagent", "-Xrun", "-XX:AOTCacheOutput");

    private final ChildDaemon process;
    private final DaemonClient client;

    /**
     * Starts it, and waits until it is ready.
     *
     * @param inFront command that goes in front, such as one that enters a namespace
     * @param more arguments of {@code weir daemon}
     */
    WeirDaemon(Scratch scratch, List<String> inFront, int cpu, List<String> more)
            throws BenchFailure, InterruptedException {
        Path socket = scratch.file("api.sock");
        List<String> command = new ArrayList<>(java());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "daemon",
                "--socket",
                socket.toString(),
                "--state",
                scratch.file("state").toString()));
        command.addAll(more);
        process = ChildDaemon.start(
                Tools.bound("TERM", Tools.concat(inFront, Tools.onCpu(cpu, command))), scratch.file("daemon.log"));
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

    private static List<String> java() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> FOREIGN_OPTIONS.stream().noneMatch(option::startsWith))
                .forEach(command::add);
        return command;
    }

    long pid() {
        return process.pid();
    }

    /** Frames that the switch dropped, and those that interfaces of stations did because the switch did not take them. */
    Map<String, Long> drops() throws BenchFailure {
        JsonNode stats;
        try {
            stats = client.json(ApiRequest.get(ApiPath.of("switches", SWITCH, "stats")));
        } catch (DaemonException e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e.hint());
        }
        Map<String, Long> drops = new LinkedHashMap<>();
        stats.path("drops")
                .propertyStream()
                .forEach(each -> drops.put(each.getKey(), each.getValue().asLong(0)));
        drops.put(
                "peer_dropped",
                stats.path("ports")
                        .valueStream()
                        .mapToLong(port -> port.path("peer_dropped").asLong(0))
                        .sum());
        return drops;
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }
}
