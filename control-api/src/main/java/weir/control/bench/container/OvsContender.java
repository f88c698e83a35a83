// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import weir.control.bench.process.BenchFailure;
import weir.control.bench.process.ChildDaemon;
import weir.control.bench.process.Closing;
import weir.control.bench.process.Scratch;
import weir.control.bench.process.Tools;
import weir.control.machine.Commands;

/** Open vSwitch between veth pairs: its switch in user space ({@code datapath_type=netdev}), learning as it does by itself. */
final class OvsContender implements Contender {
    private static final String SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
    private static final List<String> PROGRAMS = List.of("ovsdb-tool", "ovsdb-server", "ovs-vsctl", "ovs-vswitchd");

    private final Closing closing = new Closing();
    private final Namespaces namespaces;
    private final ChildDaemon ovs;

    OvsContender(Scratch scratch, int stations, String subnet, int cpu) throws BenchFailure, InterruptedException {
        boolean done = false;
        try {
            namespaces = new Namespaces(scratch, name(), stations, subnet);
            closing.add(namespaces::close);
            namespaces.connectVeths();
            Path socket = startDatabase(scratch);
            ovs = start(
                    scratch,
                    Tools.onCpu(
                            cpu,
                            List.of(
                                    "ovs-vswitchd",
                                    "unix:" + socket,
                                    "--unixctl=" + scratch.file("ovs.ctl"),
                                    "--no-chdir",
                                    "-vfile:off",
                                    "-vsyslog:off")),
                    "ovs-vswitchd");
            configure(socket);
            done = true;
        } finally {
            if (!done) {
                closing.close();
            }
        }
    }

    /** What is missing for it; empty when all is there. */
    static Optional<String> gap() {
        return PROGRAMS.stream()
                .filter(program -> Commands.find(program).isEmpty())
                .map(program -> "the program '" + program + "' is not on the PATH")
                .findFirst();
    }

    private Path startDatabase(Scratch scratch) throws BenchFailure, InterruptedException {
        Path database = scratch.file("ovs" + ProcessHandle.current().pid() + ".db");
        Path socket = scratch.file("ovs.sock");
        Tools.run(List.of("ovsdb-tool", "create", database.toString(), SCHEMA));
        ChildDaemon server = start(
                scratch,
                List.of(
                        "ovsdb-server",
                        database.toString(),
                        "--remote=punix:" + socket,
                        "--unixctl=" + scratch.file("ovsdb.ctl")),
                "ovsdb-server");
        server.await("its socket", () -> socket.toFile().exists());
        return socket;
    }

    private ChildDaemon start(Scratch scratch, List<String> command, String name) throws BenchFailure {
        List<String> bound = Tools.bound("TERM", Tools.inNetworkOf(namespaces.host(), command));
        ChildDaemon process = ChildDaemon.start(bound, scratch.file(name + ".log"));
        closing.add(process);
        return process;
    }

    private void configure(Path socket) throws BenchFailure, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ovs-vsctl", "--db=unix:" + socket, "--timeout=10"));
        List<String> bridge =
                List.of("add-br", Namespaces.BRIDGE, "--", "set", "bridge", Namespaces.BRIDGE, "datapath_type=netdev");
        Tools.run(Tools.concat(command, bridge));
        for (String port : namespaces.ports()) {
            Tools.run(Tools.concat(command, List.of("add-port", Namespaces.BRIDGE, port)));
        }
    }

    @Override
    public String name() {
        return Baseline.OVS.label();
    }

    @Override
    public List<Station> stations() {
        return namespaces.stations();
    }

    @Override
    public OptionalLong process() {
        return OptionalLong.of(ovs.pid());
    }

    /** It passes on unfinished checksums as if they were finished. */
    @Override
    public boolean carriesTcp() {
        return false;
    }

    @Override
    public Map<String, Long> drops() {
        return namespaces.drops();
    }

    @Override
    public void close() {
        closing.close();
    }
}
