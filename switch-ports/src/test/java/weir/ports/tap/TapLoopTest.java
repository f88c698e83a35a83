// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.sleep;
import static weir.ports.testing.Waiting.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.port.PortOptions;
import weir.core.testing.Law;
import weir.ports.linux.LinuxPoolMemory;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Loops through the kernel's own bridges, with a storm going round in them. */
@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING})
class TapLoopTest {
    private static final long FOUND_WITHIN_MILLIS = 3000;
    private static final long RELEASED_WITHIN_MILLIS = 8000;
    private static final long PATIENCE_MILLIS = 60_000;
    /** A busy machine may be late with some, but not with all. */
    private static final int MOST_TRIES = 5;

    private final List<Switch> switches = new ArrayList<>();
    private Netns netns;

    @BeforeEach
    void start() {
        netns = new Netns().silent();
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        try {
            for (Switch sw : switches) {
                sw.ports().forEach(port -> sw.detach(port.name()));
                Law.assertHoldsAndSlotsAreBack(sw, 0);
            }
        } finally {
            switches.forEach(Switch::close);
            netns.close();
        }
    }

    private Switch guarded(String name) {
        Switch made = Switch.create(SwitchConfig.named(name)
                .withPoolMemory(new LinuxPoolMemory())
                .withIdleWait(EpollIdleWait::new)
                .withLoopGuard(true));
        switches.add(made);
        return made;
    }

    private void attach(Switch sw, String name) throws Exception {
        sw.attach(TapPort.open("tap:" + name + "?netns=" + netns.path()), PortOptions.named(name));
    }

    /** A bridge of the kernel that joins interfaces, for want of a cable. */
    private void join(String bridge, String... links) {
        netns.ip("link", "add", bridge, "type", "bridge");
        for (String link : links) {
            netns.ip("link", "set", link, "master", bridge);
        }
        netns.ip("link", "set", bridge, "up");
    }

    private List<String> blocked() {
        return switches.stream()
                .flatMap(sw -> sw.ports().stream())
                .filter(PortInfo::loopBlocked)
                .map(PortInfo::name)
                .toList();
    }

    private long transmitted() {
        return switches.stream()
                .flatMap(sw -> sw.counters().values().stream())
                .mapToLong(port -> port.transmitted())
                .sum();
    }

    /** Broadcasts of the bridge itself: who has an address that nobody has? */
    private void startStorm(String bridge) {
        netns.ip("addr", "replace", "198.18.72.1/24", "dev", bridge);
        netns.run("sh", "-c", "ping -n -c 1 -W 1 198.18.72.77 || true");
    }

    /** What goes round in a storm never ends by itself; what is left of one may take a while. */
    private void assertQuietWithOneBlocked() {
        sleep(1000);
        long[] probes = new long[1];
        try {
            within(PATIENCE_MILLIS, () -> {
                long before = transmitted();
                sleep(1000);
                probes[0] = transmitted() - before;
                return probes[0] < 40 && blocked().size() == 1;
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    "frames that still go round in a second: " + probes[0] + ", blocked: " + blocked(), e);
        }
    }

    @Test
    void twoCablesBetweenTwoSwitchesAreCutOnceAndReleased() throws Exception {
        Switch one = guarded("one");
        Switch two = guarded("two");
        attach(one, "a1");
        attach(one, "a2");
        attach(two, "b1");
        attach(two, "b2");
        join("first", "a1", "b1");
        join("second", "a2", "b2");
        startStorm("first");

        long millis = within(PATIENCE_MILLIS, () -> !blocked().isEmpty());
        System.out.println(
                "loop of two switches cut after " + millis + " ms, " + transmitted() + " frames: " + blocked());
        assertQuietWithOneBlocked();

        netns.ip("link", "set", "second", "down");
        netns.ip("link", "set", "first", "down");
        within(PATIENCE_MILLIS, () -> blocked().isEmpty());
    }

    @Test
    void twoPortsThatABridgeJoinsAreALoop() throws Exception {
        Switch one = guarded("one");
        attach(one, "a1");
        attach(one, "a2");
        join("joined", "a1", "a2");
        long found = Long.MAX_VALUE;
        long released = Long.MAX_VALUE;
        for (int i = 0; i < MOST_TRIES && (found > FOUND_WITHIN_MILLIS || released > RELEASED_WITHIN_MILLIS); i++) {
            netns.ip("link", "set", "a2", "master", "joined");
            startStorm("joined");

            found = Math.min(found, within(PATIENCE_MILLIS, () -> !blocked().isEmpty()));
            assertEquals(List.of("a2"), blocked());
            assertQuietWithOneBlocked();
            assertEquals(List.of("a2"), blocked(), "as long as it is there");

            netns.ip("link", "set", "a2", "nomaster");
            released =
                    Math.min(released, within(PATIENCE_MILLIS, () -> blocked().isEmpty()));
        }
        assertTrue(found <= FOUND_WITHIN_MILLIS, "found after " + found + " ms at best");
        assertTrue(released <= RELEASED_WITHIN_MILLIS, "released after " + released + " ms at best");
    }

    @Test
    void portsThatNothingJoinsAreLeftAlone() throws Exception {
        Switch one = guarded("one");
        attach(one, "a1");
        attach(one, "a2");
        join("only", "a1");
        sleep(2500);
        assertEquals(List.of(), blocked());
    }
}
