// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.bench.process.BenchFailure;
import weir.control.bench.process.ChildDaemon;
import weir.control.bench.process.Closing;
import weir.control.bench.process.Scratch;
import weir.control.bench.process.Tools;
import weir.control.machine.ProcFile;

/** One stream of TCP by iperf3, from the first station to the second or back. */
final class TcpStream {
    private static final int PORT = 5201;
    private static final double BITS_PER_GBIT = 1e9;
    private static final int PATIENCE_SECONDS = 30;

    /** 10 Gbit/s. */
    private static final double BYTES_PER_SECOND = 1.25e9;

    /** {@code TCP_LISTEN} in {@code /proc/net/tcp}, and the port in front of it. */
    private static final String LISTENING = String.format(Locale.ROOT, ":%04X 00000000:0000 0A", PORT);

    private TcpStream() {}

    /**
     * Measures it, in less than a second what 10 Gbit/s would carry; else without its first second.
     *
     * @param back whether the second station sends
     * @return Gbit/s that arrived
     */
    static double gbps(Scratch scratch, List<Station> stations, int cpu, double seconds, boolean back)
            throws BenchFailure, InterruptedException {
        Station client = stations.get(0);
        Station server = stations.get(1);
        List<String> serve = server.command(
                cpu, List.of("iperf3", "--server", "--one-off", "--bind", server.address(), "--port", "" + PORT));
        try (Closing closing = new Closing()) {
            ChildDaemon iperf = ChildDaemon.start(Tools.bound("KILL", serve), scratch.file("iperf3.log"));
            closing.add(iperf);
            iperf.await("listening", () -> isListening(server));
            return gbps(client.command(cpu, clientOf(server, seconds, back)), seconds);
        }
    }

    private static boolean isListening(Station server) {
        return ProcFile.read("/proc/" + server.pid() + "/net/tcp")
                .filter(sockets -> sockets.contains(LISTENING))
                .isPresent();
    }

    private static List<String> clientOf(Station server, double seconds, boolean back) {
        List<String> command =
                new ArrayList<>(List.of("iperf3", "--client", server.address(), "--port", "" + PORT, "--json"));
        // It knows whole seconds alone.
        command.addAll(
                seconds < 1
                        ? List.of("--bytes", Long.toString((long) (seconds * BYTES_PER_SECOND)))
                        : List.of("--time", "" + wholeSeconds(seconds), "--omit", "1"));
        if (back) {
            command.add("--reverse");
        }
        return command;
    }

    private static int wholeSeconds(double seconds) {
        return (int) Math.max(1, Math.ceil(seconds));
    }

    private static double gbps(List<String> command, double seconds) throws BenchFailure, InterruptedException {
        String output = Tools.run(command, wholeSeconds(seconds) + PATIENCE_SECONDS);
        try {
            JsonNode received = JsonMapper.shared().readTree(output).path("end").path("sum_received");
            return received.path("bits_per_second").asDouble(0) / BITS_PER_GBIT;
        } catch (JacksonException e) {
            throw new BenchFailure("iperf3 printed no JSON: " + e.getOriginalMessage(), "its version may be too old");
        }
    }
}
