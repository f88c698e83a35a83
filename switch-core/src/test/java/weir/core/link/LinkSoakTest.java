// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.SwitchEvent;
import weir.core.frame.PoolConfig;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.rate.StormLimits;
import weir.core.testing.Law;
import weir.core.testing.Seeds;
import weir.core.testing.Talker;
import weir.testing.RunSize;

/** Random settings that change under load, on a running switch; ports come and go with frames on their way. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LinkSoakTest {
    private static final int STATIONS = 4;
    private static final int CHANGES_BETWEEN_CLEARS = 25;

    private final List<Talker> talkers = new ArrayList<>();
    private final ConcurrentLinkedQueue<SwitchEvent> faults = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void losesNoFrameFromItsCountWhateverIsSet(int workers) throws Exception {
        for (long seed : Seeds.of(1)) {
            soak(workers, seed);
        }
    }

    private void soak(int workers, long seed) throws Exception {
        RandomGenerator random = Seeds.random(seed);
        Switch sw = Switch.create(SwitchConfig.named("soak")
                .withWorkers(workers)
                .withLoopGuard(true)
                .withPool(new PoolConfig(8192, 16, 2048)));
        sw.listen(event -> {
            if (event instanceof SwitchEvent.WorkerFault) {
                faults.add(event);
            }
        });
        List<MemoryPort> ports = new ArrayList<>();
        for (int i = 0; i < STATIONS; i++) {
            ports.add(new MemoryPort("s" + i));
            StormLimits storm = i == 0 ? StormLimits.parse("broadcast:5000,unknown:1000") : StormLimits.NONE;
            sw.attach(ports.get(i), PortOptions.named("s" + i).withStorm(storm));
            talkers.add(new Talker(ports.get(i).endpoint(), i, STATIONS + 1, 3));
        }
        int changes = RunSize.of(300, 20_000);
        for (int change = 0; change < changes; change++) {
            String port = "s" + random.nextInt(STATIONS);
            if (change % CHANGES_BETWEEN_CLEARS == 0) {
                sw.links().clear(port);
                comeAndGo(sw, random);
            } else {
                assertTrue(sw.links().set(port, randomSettings(random)), port);
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(8));
        }
        finish(sw, ports);
    }

    /** A port that is detached with frames on their way to it. */
    private static void comeAndGo(Switch sw, RandomGenerator random) throws Exception {
        MemoryPort guest = new MemoryPort("guest");
        sw.attach(guest, PortOptions.named("guest"));
        sw.links().set("guest", LinkSettings.parse("delay:1s,limit:500"));
        TimeUnit.MILLISECONDS.sleep(1 + random.nextInt(5));
        assertTrue(sw.detach("guest"));
        guest.endpoint().close();
    }

    private static LinkSettings randomSettings(RandomGenerator random) {
        Impairments to = randomImpairments(random);
        Impairments from = random.nextBoolean() ? to : randomImpairments(random);
        long forNanos = random.nextInt(3) == 0 ? 1 + random.nextLong(10_000_000) : 0;
        return new LinkSettings(to, from, random.nextInt(5), forNanos);
    }

    private static Impairments randomImpairments(RandomGenerator random) {
        long delay = random.nextInt(3) == 0 ? 0 : random.nextLong(20_000_000);
        int burst = random.nextInt(3) == 0 ? 5 : 0;
        return new Impairments(
                delay,
                random.nextBoolean() ? delay / 2 : 0,
                random.nextBoolean() ? DelayDistribution.UNIFORM : DelayDistribution.NORMAL,
                burst > 0 ? 0.05 : random.nextDouble() * 0.2,
                burst,
                random.nextDouble() * 0.2,
                delay > 0 ? random.nextDouble() * 0.2 : 0,
                random.nextDouble() * 0.1,
                random.nextBoolean() ? 0 : 1_000_000 + random.nextLong(1_000_000_000),
                0,
                1 + random.nextInt(1500),
                random.nextInt(10) == 0,
                Collections.emptySortedSet());
    }

    private void finish(Switch sw, List<MemoryPort> ports) {
        talkers.forEach(Talker::stopSending);
        for (int i = 0; i < STATIONS; i++) {
            sw.links().clear("s" + i);
        }
        // What was on its way from a port is received when the worker comes for it.
        Law.eventually(
                "nothing is on its way",
                () -> sw.links().all().stream()
                        .allMatch(link -> link.toPort().held() + link.fromPort().held() == 0));
        Law.assertComesToHold(sw);
        talkers.forEach(Talker::close);
        talkers.clear();
        for (int i = 0; i < STATIONS; i++) {
            assertTrue(sw.detach("s" + i));
            ports.get(i).endpoint().close();
        }
        assertEquals(List.of(), List.copyOf(faults), "faults");
        Law.assertHoldsAndSlotsAreBack(sw, 0);
        sw.close();
    }
}
