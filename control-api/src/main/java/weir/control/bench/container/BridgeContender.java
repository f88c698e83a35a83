// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import weir.control.bench.process.BenchFailure;
import weir.control.bench.process.Scratch;

/** The kernel's bridge between veth pairs. */
final class BridgeContender implements Contender {
    // Without what a bridge in a namespace would ask of netfilter, which is not what is compared.
    private static final String NO_FILTER =
            "for f in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e $f ] || echo 0 > $f; done";

    private final Baseline kind;
    private final Namespaces namespaces;

    /** @param cpu where steered frames are handled; -1: on the CPU of who sends */
    BridgeContender(Scratch scratch, Baseline kind, int stations, String subnet, int cpu)
            throws BenchFailure, InterruptedException {
        this.kind = kind;
        namespaces = new Namespaces(scratch, name(), stations, subnet);
        boolean done = false;
        try {
            namespaces.connectVeths();
            namespaces.onHost(commands(cpu));
            done = true;
        } finally {
            if (!done) {
                namespaces.close();
            }
        }
    }

    private List<String> commands(int cpu) {
        List<String> commands = new ArrayList<>(List.of(
                "ip link add " + Namespaces.BRIDGE + " type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
                "ip link set " + Namespaces.BRIDGE + " up",
                NO_FILTER));
        for (String port : namespaces.ports()) {
            commands.add("ip link set " + port + " master " + Namespaces.BRIDGE);
            if (kind == Baseline.BRIDGE_RPS && cpu >= 0) {
                commands.add(
                        "echo " + Long.toHexString(1L << cpu) + " > /sys/class/net/" + port + "/queues/rx-0/rps_cpus");
            }
        }
        return commands;
    }

    @Override
    public String name() {
        return kind.label();
    }

    @Override
    public List<Station> stations() {
        return namespaces.stations();
    }

    @Override
    public OptionalLong process() {
        return OptionalLong.empty();
    }

    @Override
    public Map<String, Long> drops() {
        return namespaces.drops();
    }

    @Override
    public void close() {
        namespaces.close();
    }
}
