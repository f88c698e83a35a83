// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import weir.control.run.HostConfig;
import weir.control.tester.DeviceUnderTest;
import weir.control.tester.OwnSwitch;
import weir.control.tester.PatchedDevice;
import weir.core.SwitchConfig;
import weir.core.fdb.FdbConfig;
import weir.core.frame.PoolConfig;
import weir.core.link.LinkSettings;
import weir.core.port.PortException;
import weir.core.worker.WaitMode;
import weir.ports.PortRequest;

/** The device that RFC 2544 or RFC 2889 is about: the own switch in this process, or what is between ports that exist. */
final class DeviceOptions {
    private static final int MIN_PORTS = 2;
    private static final int SLOTS_PER_PORT = 4096;
    private static final int MIN_FDB = 16;
    private static final int MAX_FDB = 1 << 20;

    @Option(
            names = "--dut",
            split = ",",
            paramLabel = "SPEC",
            description =
                    "Ports between which another device is, as for 'weir run': packet:veth0,packet:veth1. What is"
                            + " measured is whatever joins them; Weir generates and counts only. Without it: a switch in this process.")
    private List<String> dut = List.of();

    @Option(names = "--busy", description = "The own switch never sleeps: one more core all the time.")
    private boolean busy;

    @Option(
            names = "--fdb",
            paramLabel = "N",
            description = "Addresses that the own switch keeps, 16 to 1048576 (default: 8192).")
    private @Nullable Integer fdb;

    @Option(
            names = "--fdb-quota",
            paramLabel = "N",
            description = "Of these, for one port (default: a sixteenth, and at least 256).")
    private @Nullable Integer fdbQuota;

    @Option(
            names = "--link",
            paramLabel = "PORT=SETTINGS",
            description =
                    "A link behind a port of the own switch, p1, p2 and so on, as for 'weir run'. May be repeated.")
    private List<String> links = List.of();

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called
    private SwitchProgramsArgument programs;

    /** For picocli. */
    DeviceOptions() {}

    /** What was checked, and can be opened. */
    @FunctionalInterface
    interface Opener {
        DeviceUnderTest open() throws PortException;
    }

    /**
     * Checks all that can be without opening anything.
     *
     * @param ports of the own switch
     * @param longestFrameBytes without FCS, which ports must take
     * @param hasLineRate whether its links are of that rate
     */
    Opener read(CommandLine command, int ports, int longestFrameBytes, boolean hasLineRate) {
        return dut.isEmpty() ? ownSwitch(command, ports, hasLineRate) : device(command, longestFrameBytes);
    }

    /** Ports that are named; 0 for the own switch. */
    int namedPorts() {
        return dut.size();
    }

    private Opener device(CommandLine command, int longestFrameBytes) {
        if (dut.size() < MIN_PORTS) {
            throw new ParameterException(command, "--dut takes two ports or more, and only " + dut + " is given");
        }
        String own = !links.isEmpty()
                ? "--link"
                : fdb != null ? "--fdb" : fdbQuota != null ? "--fdb-quota" : busy ? "--busy" : "";
        if (!own.isEmpty()) {
            throw new ParameterException(command, own + " is for the own switch, and --dut names another device");
        }
        programs.refuse("--dut names a device that has its own");
        List<PortRequest> requests = new ArrayList<>();
        Set<String> identities = new LinkedHashSet<>();
        for (String spec : dut) {
            PortRequest request = PortSpecArgument.read(spec);
            if (!identities.add(request.identity())) {
                throw new ParameterException(command, "--dut names '" + spec + "' twice");
            }
            requests.add(request);
        }
        return () -> PatchedDevice.open(requests, longestFrameBytes);
    }

    private Opener ownSwitch(CommandLine command, int ports, boolean hasLineRate) {
        if (hasLineRate && !links.isEmpty()) {
            throw new ParameterException(
                    command, "--line-rate gives each port of the own switch a link, and --link another one");
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < ports; i++) {
            names.add(OwnSwitch.name(i));
        }
        Map<String, LinkSettings> settings = links(command, names);
        FdbConfig addresses = addresses(command);
        PrintWriter err = command.getErr();
        programs.refuseToWatch();
        programs.read(names, err);
        PoolConfig pool = PoolConfig.DEFAULT;
        SwitchConfig config = HostConfig.forMemoryPorts("dut")
                .withWaitMode(busy ? WaitMode.BUSY : WaitMode.ADAPTIVE)
                .withFdb(addresses)
                .withPool(new PoolConfig(
                        Math.max(pool.smallSlotsPerWorker(), ports * SLOTS_PER_PORT),
                        pool.largeSlotsPerWorker(),
                        pool.creditPerPort()));
        return () -> new OwnSwitch(ports, config, sw -> {
            OwnSwitch.links(settings).prepare(sw);
            programs.loadOntoSwitch(sw, err);
            names.forEach(port -> programs.loadOntoPort(sw, port, err));
        });
    }

    private Map<String, LinkSettings> links(CommandLine command, List<String> names) {
        Map<String, LinkSettings> settings = new LinkedHashMap<>();
        PerPort.read(command, "--link", "SETTINGS", links).forEach((port, text) -> {
            if (!names.contains(port)) {
                throw new ParameterException(
                        command,
                        "--link '" + port + "=" + text + "' is not PORT=SETTINGS; ports are "
                                + String.join(", ", names));
            }
            try {
                settings.put(port, LinkSettings.parse(text));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(command, "--link: " + e.getMessage(), e);
            }
        });
        return settings;
    }

    private FdbConfig addresses(CommandLine command) {
        FdbConfig config = FdbConfig.defaults();
        if (fdb != null) {
            OptionRange.require(command, "--fdb", fdb, MIN_FDB, MAX_FDB);
            config = FdbConfig.withCapacity(fdb);
        }
        if (fdbQuota != null) {
            OptionRange.require(command, "--fdb-quota", fdbQuota, 1, config.capacity());
            config = config.withPortQuota(fdbQuota);
        }
        return config;
    }
}
