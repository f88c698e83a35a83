// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.memory.MemoryPort;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.testing.Law;
import weir.core.testing.Seeds;
import weir.core.testing.Talker;
import weir.ebpf.Engine;
import weir.ebpf.map.MapFlags;
import weir.testing.RunSize;

/** A bridge in eBPF, with ports that come and go and maps that change while frames flow: every frame is accounted for. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LiveProgramTest {
    private static final ProgramPlace SWITCH = ProgramPlace.onSwitch();
    private static final int PORTS = 4;
    private static final int CHANGES = RunSize.of(100, 3_000);

    private final List<MemoryPort> ports = new ArrayList<>();
    private final List<Talker> talkers = new ArrayList<>();

    private void attach(Switch sw, int i, boolean isolated) throws Exception {
        MemoryPort port = new MemoryPort("p" + i, MemoryPortConfig.DEFAULT.withIsolated(isolated));
        int number = sw.attach(port, PortOptions.named("p" + i)).number();
        sw.programs().at(SWITCH).ifPresent(program -> setPort(program, number, number % 2 == 0));
        ports.add(port);
        talkers.add(new Talker(port.endpoint(), i, PORTS, 10));
    }

    private static void setPort(AttachedProgram program, int number, boolean withProgram) {
        assertEquals(0, program.setRedirect("ports", number, number, withProgram ? "count_on_the_way_out" : ""));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theLawHoldsWhateverChanges(int workers) throws Exception {
        long seed = Seeds.of(1)[0];
        RandomGenerator random = Seeds.random(seed);
        Switch sw = Switch.create(SwitchConfig.named("live").withWorkers(workers));
        for (int i = 0; i < PORTS; i++) {
            attach(sw, i, i == 1);
        }
        AttachedProgram program = load(sw, false);
        for (int change = 0; change < CHANGES; change++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    int i = random.nextInt(PORTS);
                    assertTrue(sw.detach("p" + i) || !isAttached(sw, i));
                    MemoryPort gone = ports.set(i, new MemoryPort("p" + i));
                    talkers.get(i).close();
                    gone.endpoint().close();
                    int number =
                            sw.attach(ports.get(i), PortOptions.named("p" + i)).number();
                    talkers.set(i, new Talker(ports.get(i).endpoint(), i, PORTS, 10));
                    setPort(program, number, random.nextBoolean());
                }
                case 1 -> {
                    int key = random.nextInt(1, 20);
                    program.withMap("ports", map -> map.control().delete(Steered.littleEndian(key)));
                    sw.ports().forEach(port -> setPort(program(sw), port.number(), random.nextBoolean()));
                }
                case 2 -> {
                    program.withMap("stations", map -> map.control().entries().size());
                    program.withMap(
                            "stations",
                            map -> map.control()
                                    .update(new byte[] {2, 0, 0, 0, 0, 3}, Steered.littleEndian(99), MapFlags.ANY));
                }
                default -> program = load(sw, random.nextBoolean());
            }
        }
        AttachedProgram last = program; // it may have come just now
        Law.eventually("frames come to the last program", () -> last.counters().frames() > 0);
        talkers.forEach(Talker::stopSending);
        talkers.forEach(Talker::close);
        for (int i = 0; i < PORTS; i++) {
            sw.detach("p" + i);
            ports.get(i).endpoint().close();
        }
        Law.assertHoldsAndSlotsAreBack(sw, 0);
        sw.close();
    }

    private static boolean isAttached(Switch sw, int i) {
        return sw.ports().stream().anyMatch(port -> port.name().equals("p" + i));
    }

    private static AttachedProgram program(Switch sw) {
        return sw.programs().at(SWITCH).orElseThrow();
    }

    private static AttachedProgram load(Switch sw, boolean keepMaps) throws Exception {
        return sw.programs()
                .load(
                        SWITCH,
                        Steered.object("live_bridge"),
                        Steered.options().withEngine(Engine.jit()).withKeepMaps(keepMaps),
                        each -> sw.ports().forEach(port -> setPort(each, port.number(), port.number() % 2 == 0)));
    }
}
