// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.testing.Law.eventually;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.link.LinkSettings;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.rate.StormLimits;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.testing.RunSize;

/** Ports are treated otherwise while frames flow through them and past them. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LivePortOptionsTest {
    private static final int MIN_CHANGES = 20;
    private static final int WINDOW = 32;
    private static final List<PortOptions> TREATMENTS = List.of(
            PortOptions.DEFAULT.withVlan(VlanMode.parse("access:10")),
            PortOptions.DEFAULT
                    .withVlan(VlanMode.parse("trunk:10,20-29,native=10"))
                    .withHairpin(true),
            PortOptions.DEFAULT.withStorm(StormLimits.parse("broadcast:1000")),
            PortOptions.DEFAULT);

    private final Map<String, MemoryPort> ports = new LinkedHashMap<>();

    private MemoryEndpoint attach(Switch sw, String name, String vlan) throws Exception {
        MemoryPort port = new MemoryPort(name);
        ports.put(name, port);
        sw.attach(port, PortOptions.named(name).withVlan(VlanMode.parse(vlan)));
        return port.endpoint();
    }

    private static void send(MemoryEndpoint from, long destination, int source, int number) {
        long[] frame = {from.frameOf(Frames.untagged(destination, Frames.station(source), 64, number & 0xff))};
        assertEquals(1, from.send(frame, 0, 1));
    }

    private static int take(MemoryEndpoint endpoint) {
        long[] frames = new long[WINDOW];
        endpoint.await(1_000_000);
        int n = endpoint.receive(frames, 0, frames.length);
        endpoint.release(frames, 0, n);
        return n;
    }

    /** Takes so many frames; no more are there. */
    private static void takeAll(int count, MemoryEndpoint endpoint) {
        AtomicInteger taken = new AtomicInteger();
        eventually(count + " frames", () -> taken.addAndGet(take(endpoint)) >= count);
        assertEquals(count, taken.get());
    }

    private static boolean treat(Switch sw, String port, PortOptions as) {
        return sw.change(
                port, now -> now.withVlan(as.vlan()).withHairpin(as.hairpin()).withStorm(as.storm()));
    }

    private void end(Switch sw) {
        ports.forEach((name, port) -> {
            sw.detach(name);
            port.endpoint().close();
        });
        Law.assertHoldsAndSlotsAreBack(sw, 0);
        sw.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void framesOfOtherPortsAndOfThePortItselfAllArrive(int workers) throws Exception {
        Switch sw = Switch.create(SwitchConfig.named("live").withWorkers(workers));
        MemoryEndpoint a = attach(sw, "a", "unaware");
        MemoryEndpoint b = attach(sw, "b", "unaware");
        attach(sw, "other", "unaware");
        send(b, Frames.station(0), 1, 0); // a knows where 1 is, from now on
        eventually("the first frame", () -> take(a) == 1);

        AtomicBoolean running = new AtomicBoolean(true);
        AtomicInteger changes = new AtomicInteger();
        Thread changing = Thread.ofPlatform().start(() -> {
            for (int i = 0; running.get(); i++) {
                treat(sw, "other", TREATMENTS.get(i % TREATMENTS.size()));
                boolean odd = i % 2 == 1;
                treat(
                        sw,
                        "a",
                        PortOptions.DEFAULT
                                .withHairpin(odd)
                                .withStorm(odd ? StormLimits.NONE : StormLimits.parse("unknown:1000000")));
                changes.incrementAndGet();
            }
        });
        int atLeast = RunSize.of(20_000, 500_000);
        int sent = 0;
        int received = 0;
        while (sent < atLeast || changes.get() <= MIN_CHANGES) {
            send(a, Frames.station(1), 0, sent++);
            while (sent - received >= WINDOW) {
                received += take(b);
            }
        }
        while (received < sent) {
            received += take(b);
        }
        running.set(false);
        changing.join();
        int count = sent;
        assertEquals(count, received);
        assertEquals(count, sw.counters().get("a").received(), "counters go on");
        assertEquals(Map.of(), sw.counters().get("a").drops(), "drops");
        end(sw);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatWasLearnedInVlansThatThePortLeavesIsForgotten(int workers) throws Exception {
        Switch sw = Switch.create(SwitchConfig.named("vlans").withWorkers(workers));
        MemoryEndpoint a = attach(sw, "a", "access:10");
        MemoryEndpoint b = attach(sw, "b", "access:10");
        MemoryEndpoint c = attach(sw, "c", "access:10");
        assertTrue(sw.addStatic(10, Frames.station(9), "b"));
        sw.links().set("b", LinkSettings.parse("delay:1ms"));
        send(b, Frames.BROADCAST, 1, 0);
        send(c, Frames.BROADCAST, 2, 0);
        eventually("both are known", () -> sw.fdb().size() == 3);
        takeAll(2, a);
        takeAll(1, b);
        takeAll(1, c);
        int number = sw.ports().get(1).number();

        assertTrue(treat(sw, "b", PortOptions.DEFAULT.withVlan(VlanMode.parse("access:20"))));
        assertEquals(
                List.of("b", "c"),
                sw.fdb().stream().map(FdbInfo::port).sorted().toList(),
                "the static entry of b and what was learned of c");
        send(a, Frames.station(1), 0, 0); // unknown now: floods, and b is not reached
        takeAll(1, c);
        PortInfo info = sw.ports().get(1);
        assertEquals(number, info.number());
        assertEquals(VlanMode.parse("access:20"), info.options().vlan());
        assertEquals(1, info.counters().received(), "counters go on");
        assertTrue(sw.links().show("b").isPresent(), "its link is emulated still");

        assertTrue(treat(sw, "b", PortOptions.DEFAULT.withVlan(VlanMode.parse("trunk:10,native=10"))));
        send(a, Frames.BROADCAST, 0, 1); // b is back in VLAN 10
        takeAll(1, b);
        eventually(
                "c's flood and this one, no other", () -> sw.counters().get("b").transmitted() == 2);
        end(sw);
    }

    @Test
    void aPortThatIsNotThereIsNotChangedAndNoneIsRenamed() throws Exception {
        Switch sw = Switch.create(SwitchConfig.named("none"));
        attach(sw, "a", "unaware");
        assertFalse(treat(sw, "b", PortOptions.DEFAULT));
        assertThrows(IllegalArgumentException.class, () -> sw.change("a", now -> now.withName("b")));
        assertThrows(IllegalArgumentException.class, () -> sw.change("a", now -> now.withNumber(9)));
        end(sw);
    }
}
