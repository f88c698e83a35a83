// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import weir.control.bench.process.BenchFailure;
import weir.control.bench.process.Closing;
import weir.control.bench.process.Scratch;
import weir.control.bench.process.Tools;
import weir.control.bench.process.WeirDaemon;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;

/** Weir between namespaces, with the ports that the network driver would make. */
final class WeirContender implements Contender {
    static final String NAME = "weir";

    /** Name of the switch that is measured. */
    static final String SWITCH = "bench";

    private final Closing closing = new Closing();
    private final Namespaces namespaces;
    private final WeirDaemon daemon;

    WeirContender(Scratch scratch, Attachment mode, int stations, String subnet, int cpu)
            throws BenchFailure, InterruptedException {
        boolean done = false;
        try {
            namespaces = new Namespaces(scratch, NAME, stations, subnet);
            closing.add(namespaces::close);
            if (mode != Attachment.TAP) {
                namespaces.connectVeths();
            }
            Path topology = scratch.write("topology.yaml", topology(mode).getBytes(StandardCharsets.UTF_8));
            List<String> enter = Tools.inNetworkOf(namespaces.host(), List.of());
            daemon = new WeirDaemon(scratch, enter, cpu, List.of("--config", topology.toString()));
            closing.add(daemon);
            if (mode == Attachment.TAP) {
                namespaces.connectTaps();
            }
            done = true;
        } finally {
            if (!done) {
                closing.close();
            }
        }
    }

    private String topology(Attachment mode) {
        StringBuilder text = new StringBuilder("apiVersion: weir/v1\nkind: Topology\nswitches:\n  ")
                .append(SWITCH)
                .append(":\n    ports:\n");
        for (int i = 1; i <= namespaces.stations().size(); i++) {
            String name = Namespaces.port(i);
            String spec = mode.spec(name, namespaces.stations().get(i - 1));
            text.append("      ").append(name).append(": \"").append(spec).append("\"\n");
        }
        return text.toString();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Station> stations() {
        return namespaces.stations();
    }

    @Override
    public OptionalLong process() {
        return OptionalLong.of(daemon.pid());
    }

    /** Frames that the switch dropped, and those that interfaces of stations did because the switch did not take them. */
    static Map<String, Long> drops(DaemonClient client) throws BenchFailure {
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
    public Map<String, Long> drops() throws BenchFailure {
        return drops(daemon.client());
    }

    @Override
    public void close() {
        closing.close();
    }
}
