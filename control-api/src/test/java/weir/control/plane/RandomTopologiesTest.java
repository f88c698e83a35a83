// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.control.plane.ControlException.Code;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.topology.Action;
import weir.control.topology.PortDefinition;
import weir.control.topology.ProgramDefinition;
import weir.control.topology.ProgramDefinition.EngineKind;
import weir.control.topology.StaticEntry;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.Topology;
import weir.control.topology.TopologyDiff;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.link.LinkSettings;
import weir.core.port.VlanMode;
import weir.core.program.OffloadView;
import weir.core.program.OnFault;
import weir.core.program.ProgramPlace;
import weir.core.rate.StormLimits;
import weir.core.worker.WaitMode;
import weir.testing.RunSize;

/** From any topology to any other: it is reached, reached only once, and when a step fails nothing has happened. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RandomTopologiesTest {
    private static final int SEED = 8;
    private static final List<String> PORTS = List.of("a", "b", "c", "d");
    private static final List<String> VLANS = List.of("unaware", "access:10", "trunk:10,20", "trunk:10,20,native=10");
    private static final List<String> STORMS = List.of("broadcast:100", "multicast:7,unknown:9");

    @TempDir
    Path folder;

    private Random random = new Random(SEED);
    private List<String> objects = List.of();

    private ControlPlane plane(TopologyStore store) throws Exception {
        ObjectStore kept = new ObjectStore(folder);
        objects = List.of(
                kept.put(Files.readAllBytes(Path.of("../examples/programs/pkt_count.o"))),
                kept.put(Files.readAllBytes(Path.of("../examples/programs/nologic.o"))));
        return new ControlPlane(kept, store, new EventHub());
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private Topology topology() {
        Map<String, SwitchDefinition> switches = new LinkedHashMap<>();
        for (String name : List.of("s", "t")) {
            if (!oneIn(4)) {
                switches.put(name, switchDefinition());
            }
        }
        return new Topology(switches);
    }

    private SwitchDefinition switchDefinition() {
        Map<String, PortDefinition> ports = new LinkedHashMap<>();
        Set<StaticEntry> entries = new LinkedHashSet<>();
        for (String name : PORTS) {
            if (!oneIn(3)) {
                ports.put(name, port(name));
                if (oneIn(3)) {
                    entries.add(new StaticEntry(0, 0x02_00_00_00_00_10L + name.charAt(0), name));
                }
            }
        }
        return new SwitchDefinition(
                oneIn(4) ? 2 : 1, oneIn(8) ? WaitMode.BLOCKING : WaitMode.ADAPTIVE, true, program(), ports, entries);
    }

    private PortDefinition port(String name) {
        PortDefinition port = PortDefinition.of(any(List.of("memory:" + name, "null:" + name)))
                .withNumber(oneIn(3) ? 1 + PORTS.indexOf(name) : 0)
                .withVlan(VlanMode.parse(any(VLANS)))
                .withHairpin(oneIn(4))
                .withProgram(program());
        port = oneIn(4) ? port.withStorm(StormLimits.parse(any(STORMS))) : port;
        return oneIn(4) ? port.withLink(LinkSettings.parse("loss:1%")) : port;
    }

    private @Nullable ProgramDefinition program() {
        return oneIn(6)
                ? new ProgramDefinition(
                        any(objects),
                        "",
                        EngineKind.INTERPRETER,
                        false,
                        OnFault.DROP,
                        OffloadView.BY_WHAT_IT_DOES,
                        List.of())
                : null;
    }

    /** What is wanted is what the switches themselves say. */
    private static void assertRuns(Topology wanted, ControlPlane plane) throws Exception {
        assertEquals(wanted, plane.topology());
        assertEquals(wanted.switches().keySet(), plane.switches().keySet());
        for (Map.Entry<String, SwitchDefinition> each : wanted.switches().entrySet()) {
            Switch sw = plane.require(each.getKey());
            SwitchDefinition definition = each.getValue();
            Map<String, PortInfo> ports = new LinkedHashMap<>();
            sw.ports().forEach(port -> ports.put(port.name(), port));
            assertEquals(definition.ports().keySet(), ports.keySet());
            assertEquals(
                    definition.program() != null,
                    sw.programs().at(ProgramPlace.onSwitch()).isPresent());
            definition.ports().forEach((name, port) -> {
                PortInfo info = ports.get(name);
                assertEquals(port.spec(), info.spec());
                assertEquals(port.vlan(), info.options().vlan());
                assertEquals(port.hairpin(), info.options().hairpin());
                assertEquals(port.storm(), info.options().storm());
                assertTrue(port.number() == 0 || port.number() == info.number(), name);
                assertEquals(
                        port.program() != null,
                        sw.programs().at(ProgramPlace.onPort(name)).isPresent());
            });
            long entries = sw.fdb().stream().filter(entry -> entry.isStatic()).count();
            assertEquals(definition.fdb().size(), entries, "static entries");
        }
    }

    @Test
    void everyTopologyIsReachedFromEveryOtherAndTheSecondTimeThereIsNothingToDo() throws Exception {
        int count = RunSize.of(12, 2_000);
        try (ControlPlane plane = plane(TopologyStore.NONE)) {
            for (int i = 0; i < count; i++) {
                Topology wanted = topology();
                List<Action> planned = plane.change(now -> wanted, new ChangeOptions(true, false));
                assertEquals(planned, plane.change(now -> wanted, ChangeOptions.DEFAULT), "the plan is what is done");
                assertRuns(wanted, plane);
                assertEquals(List.of(), plane.change(now -> wanted, ChangeOptions.DEFAULT), "again");
            }
        }
    }

    /** Who asks for none has any, which may be what another port asks for next. */
    private Map<String, Integer> numbers(Topology topology) {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        topology.switches().forEach((name, definition) -> {
            Set<Integer> free = new TreeSet<>(List.of(1, 2, 3, 4, 5, 6, 7, 8));
            definition.ports().values().forEach(port -> free.remove(port.number()));
            definition.ports().forEach((port, each) -> {
                int any = any(List.copyOf(free));
                free.remove(any);
                numbers.put(name + ":" + port, each.number() == 0 ? any : each.number());
            });
        });
        return numbers;
    }

    @Test
    void stepByStepTheDifferenceLeadsToTheTarget() throws Exception {
        plane(TopologyStore.NONE).close();
        for (int i = 0; i < RunSize.of(2_000, 200_000); i++) {
            Topology from = topology();
            Topology to = topology();
            Topology reached = from;
            for (Action action : TopologyDiff.between(from, to, numbers(from))) {
                reached = action.after(reached);
            }
            assertEquals(to, withFreeNumbers(reached, to));
        }
    }

    /** Ports that may have any number keep the one that they have. */
    private static Topology withFreeNumbers(Topology reached, Topology wanted) {
        Topology free = reached;
        for (Map.Entry<String, SwitchDefinition> each : wanted.switches().entrySet()) {
            for (Map.Entry<String, PortDefinition> port :
                    each.getValue().ports().entrySet()) {
                if (port.getValue().number() == 0) {
                    free = free.change(each.getKey(), sw -> sw.changePort(port.getKey(), known -> known.withNumber(0)));
                }
            }
        }
        return free;
    }

    @Test
    void aFailureAtAnyStepLeavesTheTopologyBefore() throws Exception {
        boolean[] isFull = {false};
        TopologyStore store = _ -> new TopologyStore.Prepared() {
            @Override
            public void commit() throws ControlException {
                if (isFull[0]) {
                    throw new ControlException(Code.STORAGE, "disk full", "make room");
                }
            }

            @Override
            public void close() {}
        };
        int failures = 0;
        int count = RunSize.of(12, 1_000);
        try (ControlPlane plane = plane(store)) {
            for (int i = 0; i < count; i++) {
                Topology before = topology();
                plane.change(now -> before, ChangeOptions.DEFAULT);
                Map<String, Integer> numbers = PortNumbers.of(plane.switches());
                boolean onDisk = oneIn(2);
                isFull[0] = onDisk;
                Topology wanted = onDisk ? topology() : broken(topology());
                if (!TopologyDiff.between(before, wanted, Map.of()).isEmpty()) {
                    ControlException refused = assertThrows(
                            ControlException.class, () -> plane.change(now -> wanted, ChangeOptions.DEFAULT));
                    assertTrue(!refused.getMessage().contains("not all could be taken back"), refused::getMessage);
                    assertRuns(before, plane);
                    assertEquals(numbers, PortNumbers.of(plane.switches()), "numbers");
                    failures++;
                }
                isFull[0] = false;
            }
        }
        assertTrue(failures > count / 2, "it failed often enough");
    }

    /** With a port or a program at a random place that cannot be had. */
    private Topology broken(Topology topology) {
        String at = any(List.of("s", "t"));
        SwitchDefinition known = topology.find(at);
        SwitchDefinition definition = known == null ? switchDefinition() : known;
        ProgramDefinition missing = ProgramDefinition.of("sha256:" + "0".repeat(64));
        return topology.with(
                at,
                oneIn(2)
                        ? definition.withProgram(missing)
                        : definition.withPort(
                                any(PORTS),
                                PortDefinition.of("unix:/nowhere/at/all").withProgram(missing)));
    }
}
