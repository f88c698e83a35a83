// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Weir between namespaces, with the ports that the network driver would make. */
final class WeirContender implements Contender {
    static final String NAME = "weir";

    private final Closing closing = new Closing();
    private final Namespaces namespaces;
    private final WeirDaemon daemon;

    WeirContender(Scratch scratch, Attachment mode, int stations, String subnet, int cpu)
            throws BenchFailure, InterruptedException {
        boolean done = false;
        try {
            namespaces = new Namespaces(scratch, NAME, stations, subnet);
            closing.add(namespaces::close);
            if (mode == Attachment.VETH) {
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
                .append(WeirDaemon.SWITCH)
                .append(":\n    ports:\n");
        for (int i = 1; i <= namespaces.stations().size(); i++) {
            String name = Namespaces.port(i);
            String spec = mode == Attachment.VETH
                    ? "packet:" + name
                    : "tap:" + name + "?netns="
                            + namespaces.stations().get(i - 1).namespace();
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

    @Override
    public Map<String, Long> drops() throws BenchFailure {
        return daemon.drops();
    }

    @Override
    public void close() {
        closing.close();
    }
}
