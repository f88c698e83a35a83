// SPDX-License-Identifier: Apache-2.0
package weir.control.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.port.PortException;

class PortPlanTest {
    @Test
    void callsPortsAsTheirSpecsDo() throws PortException {
        assertEquals(
                List.of("t1", "a"),
                PortPlan.of(List.of("tap:t1?queues=2", "memory:a"), PortPlan.Settings.vlans(Map.of()))
                        .names());
    }

    @Test
    void tellsInterfacesOfOneNameInTwoNamespacesApart() throws PortException {
        List<String> specs = List.of("tap:eth0", "tap:eth0?netns=/run/netns/x", "tap:eth0?netns=/run/netns/y");

        assertEquals(
                List.of("eth0", "eth0-2", "eth0-3"),
                PortPlan.of(specs, PortPlan.Settings.vlans(Map.of())).names());
    }

    @Test
    void keepsNamesShortEnoughForAPort() throws PortException {
        List<String> specs = List.of("tap:fifteen-letters", "memory:fifteen-letters");

        assertEquals(
                List.of("fifteen-letters", "fifteen-lette-2"),
                PortPlan.of(specs, PortPlan.Settings.vlans(Map.of())).names());
    }

    @Test
    void seesThroughLinksToANamespace(@TempDir Path folder) throws Exception {
        Path netns = Files.createFile(folder.resolve("blue"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), netns);

        PortException failure = assertThrows(
                PortException.class,
                () -> PortPlan.of(
                        List.of("tap:t1?netns=" + netns, "tap:t1?netns=" + link), PortPlan.Settings.vlans(Map.of())));

        assertEquals("name each interface once", failure.hint());
    }

    @Test
    void attachesInOrderWithVlanModes() throws PortException {
        PortPlan plan =
                PortPlan.of(List.of("memory:b", "memory:a?mtu=9000"), PortPlan.Settings.vlans(Map.of("a", "access:7")));
        try (Switch sw = Switch.create(SwitchConfig.named("t"))) {
            List<String> prepared = new ArrayList<>();
            plan.attachTo(sw, port -> prepared.add(port.name()));

            assertEquals(List.of("b", "a"), prepared);
            List<PortInfo> ports = sw.ports();
            assertEquals(List.of("b", "a"), ports.stream().map(PortInfo::name).toList());
            assertEquals("unaware", ports.get(0).options().vlan().toString());
            assertEquals("access:7", ports.get(1).options().vlan().toString());
            assertEquals(9000, ports.get(1).mtuBytes());
        }
    }

    @Test
    void setsStormLimitsAndLinks() throws PortException {
        PortPlan.Settings settings =
                new PortPlan.Settings(Map.of(), Map.of("a", "broadcast:100"), Map.of("b", "delay:20ms,loss:1%"));
        PortPlan plan = PortPlan.of(List.of("memory:b", "memory:a"), settings);
        try (Switch sw = Switch.create(SwitchConfig.named("t"))) {
            plan.attachTo(sw, port -> {});

            assertEquals("none", sw.ports().get(0).options().storm().toString());
            assertEquals("broadcast:100", sw.ports().get(1).options().storm().toString());
            assertEquals(
                    "delay:20ms,loss:1%",
                    sw.links().show("b").orElseThrow().settings().orElseThrow().toString());
        }
    }
}
