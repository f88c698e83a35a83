// SPDX-License-Identifier: Apache-2.0
package weir.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.PortInfo;
import weir.core.SwitchEvent;
import weir.core.counter.DropReason;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Law;

/** Switches joined by cables that the test makes of memory ports, on a clock that it moves. */
class LoopGuardTest {
    private static final int STEP_MILLIS = 50;
    private static final int FOUND_WITHIN_MILLIS = 3000;
    private static final int RELEASED_WITHIN_MILLIS = 6000;
    private static final int FRAMES_A_STEP = 64;
    private static final byte[] STORM = Frames.untagged(Frames.BROADCAST, Frames.station(1), 60, 1);

    /** A plug: a port of a switch. */
    private record Plug(HandDrivenSwitch at, String port) {}

    private record Cable(Plug one, Plug other) {}

    private final List<HandDrivenSwitch> switches = new ArrayList<>();
    private final List<Cable> cables = new ArrayList<>();
    private final List<SwitchEvent> events = new CopyOnWriteArrayList<>();

    private HandDrivenSwitch guarded(boolean guard, int workers) {
        HandDrivenSwitch made =
                new HandDrivenSwitch(config -> config.withLoopGuard(guard).withWorkers(workers));
        switches.add(made);
        made.sw().listen(events::add);
        return made;
    }

    private HandDrivenSwitch guarded() {
        return guarded(true, 1);
    }

    private Cable connect(HandDrivenSwitch one, String port, HandDrivenSwitch other, String otherPort) {
        Cable cable = new Cable(new Plug(one, port), new Plug(other, otherPort));
        cables.add(cable);
        return cable;
    }

    /** Carries what waits at each end of each cable to the other end, a bounded number a step; the rest is lost. */
    private void carry() {
        for (Cable cable : cables) {
            List<byte[]> there = cable.one().at().received(cable.one().port());
            List<byte[]> back = cable.one().equals(cable.other())
                    ? List.of()
                    : cable.other().at().received(cable.other().port());
            push(cable.other(), there);
            push(cable.one(), back);
        }
        switches.forEach(HandDrivenSwitch::settle);
    }

    private static void push(Plug plug, List<byte[]> frames) {
        for (byte[] frame : frames.subList(0, Math.min(FRAMES_A_STEP, frames.size()))) {
            plug.at().send(plug.port(), frame);
        }
    }

    private void run(int millis) {
        for (int passed = 0; passed < millis; passed += STEP_MILLIS) {
            switches.forEach(each -> each.advanceMillis(STEP_MILLIS));
            carry();
        }
    }

    private List<String> blocked() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < switches.size(); i++) {
            for (PortInfo port : switches.get(i).sw().ports()) {
                if (port.loopBlocked()) {
                    names.add(i + port.name());
                }
            }
        }
        return names;
    }

    /** Lets a broadcast into the loop; what arrives at every other station afterwards is emptied. */
    private void startStorm(HandDrivenSwitch at, String port) {
        at.send(port, STORM);
        at.settle();
    }

    private long drops(HandDrivenSwitch at, String port, DropReason reason) {
        return at.sw().counters().get(port).drops().getOrDefault(reason, 0L);
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        for (HandDrivenSwitch each : switches) {
            each.settle();
            each.portNames().forEach(each::received);
            each.close();
        }
    }

    // ---- loops ----------------------------------------------------------------------------------

    @RepeatedTest(4) // ids are random: either switch may be the one that cuts
    void cutsOneOfTwoCablesBetweenTwoSwitchesAndReleasesIt() {
        twoCables("p1", "p2");
    }

    @RepeatedTest(4)
    void cutsOneOfTwoCablesThatCross() {
        twoCables("p2", "p1");
    }

    private void twoCables(String first, String second) {
        HandDrivenSwitch a = guarded().ports("p1", "p2", "host");
        HandDrivenSwitch b = guarded().ports("p1", "p2", "host");
        Cable kept = connect(a, "p1", b, first);
        Cable cut = connect(a, "p2", b, second);
        startStorm(a, "host");

        run(FOUND_WITHIN_MILLIS);

        assertEquals(1, blocked().size(), () -> "blocked: " + blocked());
        run(500);
        b.received("host");
        run(1000);
        assertEquals(0, count(b.received("host"), STORM), "nothing goes round");
        assertConnected(a, b);

        cables.remove(blockedCable(kept, cut));
        run(RELEASED_WITHIN_MILLIS);
        assertEquals(List.of(), blocked());
        Law.eventually(
                "found and released",
                () -> events.stream()
                                .filter(event -> event instanceof SwitchEvent.LoopFound
                                        || event instanceof SwitchEvent.LoopReleased)
                                .count()
                        == 2);
        assertConnected(a, b);
    }

    private Cable blockedCable(Cable one, Cable other) {
        String name = blocked().getFirst();
        Plug plug = new Plug(switches.get(name.charAt(0) - '0'), name.substring(1));
        return one.one().equals(plug) || one.other().equals(plug) ? one : other;
    }

    /** A host at a speaks with a host at b, and is heard once. */
    private void assertConnected(HandDrivenSwitch a, HandDrivenSwitch b) {
        a.received("host");
        b.received("host");
        byte[] hello = Frames.untagged(Frames.BROADCAST, Frames.station(11), 60, 5);
        a.send("host", hello);
        a.settle();
        run(100);
        assertEquals(1, count(b.received("host"), hello));
        byte[] answer = Frames.untagged(Frames.station(11), Frames.station(12), 60, 6);
        b.send("host", answer);
        b.settle();
        run(100);
        assertEquals(1, count(a.received("host"), answer));
    }

    private static long count(List<byte[]> frames, byte[] wanted) {
        return frames.stream()
                .filter(frame -> java.util.Arrays.equals(frame, wanted))
                .count();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void cutsALoopThroughASwitchWithoutGuard(int workers) {
        HandDrivenSwitch a = guarded(true, workers).ports("p1", "p2", "host");
        HandDrivenSwitch b = guarded(false, 1).ports("p1", "p2", "host");
        connect(a, "p1", b, "p1");
        connect(a, "p2", b, "p2");
        startStorm(a, "host");

        run(FOUND_WITHIN_MILLIS);

        assertEquals(List.of("0p2"), blocked(), "the one with the higher number");
        assertTrue(drops(a, "p2", DropReason.LOOP_BLOCKED) > 0);
        run(10_000);
        assertEquals(List.of("0p2"), blocked(), "as long as the loop is there");
        assertConnected(a, b);
    }

    @Test
    void cutsAllCablesButOne() {
        HandDrivenSwitch a = guarded().ports("p1", "p2", "p3", "host");
        HandDrivenSwitch b = guarded(false, 1).ports("p1", "p2", "p3", "host");
        for (String port : List.of("p1", "p2", "p3")) {
            connect(a, port, b, port);
        }
        run(FOUND_WITHIN_MILLIS);
        assertEquals(List.of("0p2", "0p3"), blocked());
        run(RELEASED_WITHIN_MILLIS);
        assertEquals(List.of("0p2", "0p3"), blocked());
        assertConnected(a, b);
    }

    @Test
    void blocksAPortThatIsLoopedOntoItself() {
        HandDrivenSwitch a = guarded().ports("p1", "host");
        Cable loop = connect(a, "p1", a, "p1");
        startStorm(a, "host");
        run(FOUND_WITHIN_MILLIS);
        assertEquals(List.of("0p1"), blocked());
        assertEquals(1, count(events, SwitchEvent.LoopFound.class));

        cables.remove(loop);
        run(RELEASED_WITHIN_MILLIS);
        assertEquals(List.of(), blocked());
    }

    private static long count(List<SwitchEvent> events, Class<?> kind) {
        Law.eventually("event " + kind, () -> events.stream().anyMatch(kind::isInstance));
        return events.stream().filter(kind::isInstance).count();
    }

    @Test
    void cutsALoopOfTrunksWithoutANativeVlan() {
        HandDrivenSwitch a = guarded();
        HandDrivenSwitch b = guarded();
        for (HandDrivenSwitch each : List.of(a, b)) {
            for (String port : List.of("p1", "p2")) {
                each.port(PortOptions.named(port).withVlan(VlanMode.parse("trunk:10,20")), MemoryPortConfig.DEFAULT);
            }
        }
        connect(a, "p1", b, "p1");
        connect(a, "p2", b, "p2");
        run(FOUND_WITHIN_MILLIS);
        assertEquals(1, blocked().size(), () -> "blocked: " + blocked());
    }

    @Test
    void portsOfDifferentVlansThatAreJoinedAreNoLoop() {
        HandDrivenSwitch a = guarded();
        a.port(PortOptions.named("p1").withVlan(VlanMode.parse("access:10")), MemoryPortConfig.DEFAULT);
        a.port(PortOptions.named("p2").withVlan(VlanMode.parse("access:20")), MemoryPortConfig.DEFAULT);
        connect(a, "p1", a, "p2");
        run(10_000);
        assertEquals(List.of(), blocked());
        assertTrue(drops(a, "p2", DropReason.LOOP_PROBE) > 0, "though its probes come back");
    }

    // ---- what a blocked port carries ------------------------------------------------------------

    @Test
    void aBlockedPortCarriesNothingButItsProbes() {
        HandDrivenSwitch a = guarded().ports("p1", "p2", "host");
        connect(a, "p1", a, "p2");
        run(FOUND_WITHIN_MILLIS);
        assertEquals(List.of("0p2"), blocked());
        cables.clear();
        byte[] foreign = foreignProbe(a);
        a.portNames().forEach(a::received);
        long dropped = drops(a, "p2", DropReason.LOOP_BLOCKED);

        a.sendAndSettle("p2", Frames.untagged(Frames.BROADCAST, Frames.station(9), 60, 2));
        a.sendAndSettle("p2", foreign);
        a.sendAndSettle("host", Frames.untagged(Frames.BROADCAST, Frames.station(8), 60, 3));

        assertEquals(0, a.received("p2").size(), "nothing out");
        assertEquals(0, a.received("host").size(), "nothing in");
        assertEquals(1, a.received("p1").size(), "the host's broadcast");
        assertEquals(dropped + 3, drops(a, "p2", DropReason.LOOP_BLOCKED));
        assertTrue(a.sw().fdb().stream().noneMatch(entry -> entry.port().equals("p2")), "and nothing is learned there");
        a.advanceMillis(500);
        assertEquals(1, a.received("p2").size(), "a probe");
    }

    @Test
    void probesOfOthersPassAsOtherFramesDo() {
        HandDrivenSwitch a = guarded().ports("p1", "p2");
        byte[] probe = foreignProbe(a);
        a.portNames().forEach(a::received);
        a.sendAndSettle("p1", probe);
        a.assertReceived("p2", probe);
        assertEquals(List.of(), blocked());
    }

    private static final int SWITCH_AT = 22;
    private static final int PORT_AT = 30;
    private static final int EPOCH_AT = 38;
    private static final int AUTHENTICATOR_AT = 46;

    private static byte[] probeOf(HandDrivenSwitch a, String port) {
        a.received(port);
        a.advanceMillis(500);
        return a.received(port).getFirst();
    }

    private static byte[] foreignProbe(HandDrivenSwitch a) {
        byte[] probe = probeOf(a, "p1");
        probe[SWITCH_AT] ^= 1;
        return probe;
    }

    // ---- hostile frames -------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"30, 3", "38, 1", "46, 1", "20, 1"})
    void aForgedProbeBlocksNothing(int at, int flip) {
        HandDrivenSwitch a = guarded().ports("p1", "p2");
        for (int i = 0; i < 10; i++) {
            byte[] probe = probeOf(a, "p1");
            probe[at] ^= (byte) flip;
            a.sendAndSettle("p2", probe);
        }
        assertEquals(List.of(), blocked());
        assertEquals(10, drops(a, "p2", DropReason.LOOP_PROBE), "and goes nowhere");
    }

    @Test
    void anOldProbeBlocksNothing() {
        HandDrivenSwitch a = guarded().ports("p1", "p2");
        byte[] old = probeOf(a, "p1");
        a.advanceMillis(1500);
        for (int i = 0; i < 100; i++) {
            a.sendAndSettle("p2", old);
            a.advanceMillis(100);
        }
        assertEquals(List.of(), blocked());
    }

    @Test
    void aProbeThatIsReplayedWhileItCountsIsOneEvidenceOnly() {
        HandDrivenSwitch a = guarded().ports("p1", "p2");
        byte[] probe = probeOf(a, "p1");
        for (int i = 0; i < 20; i++) {
            a.sendAndSettle("p2", probe);
        }
        assertEquals(List.of(), blocked(), "two half seconds must agree");
    }

    @Test
    void framesThatOnlyLookLikeProbesAreFlooded() {
        HandDrivenSwitch a = guarded().ports("p1", "p2");
        byte[] whole = probeOf(a, "p1");
        a.received("p2");
        byte[] cut = java.util.Arrays.copyOf(whole, 59);
        byte[] version = whole.clone();
        version[18] ^= 2;
        byte[] type = whole.clone();
        type[13] ^= 1;
        for (byte[] each : List.of(cut, version, type)) {
            a.sendAndSettle("p1", each);
            a.assertReceived("p2", each);
        }
    }

    @Test
    void probesSayWhichSwitchAndPortTheyAreFrom() {
        HandDrivenSwitch a = guarded().ports("p1", "p2");
        ByteBuffer one = ByteBuffer.wrap(probeOf(a, "p1")).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        ByteBuffer two = ByteBuffer.wrap(probeOf(a, "p2")).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        assertEquals(one.getLong(SWITCH_AT), two.getLong(SWITCH_AT));
        assertEquals(1, one.getLong(PORT_AT));
        assertEquals(2, two.getLong(PORT_AT));
        assertEquals(one.getLong(EPOCH_AT) + 1, two.getLong(EPOCH_AT));
        assertFalse(one.getLong(AUTHENTICATOR_AT) == two.getLong(AUTHENTICATOR_AT));
        assertEquals(60, one.capacity());
    }

    @Test
    void withoutAGuardThereAreNoProbes() {
        HandDrivenSwitch a = guarded(false, 1).ports("p1", "p2");
        a.advanceSeconds(10);
        assertEquals(0, a.received("p1").size());
        assertEquals(0, a.sw().counters().get("p1").enqueued());
    }
}
