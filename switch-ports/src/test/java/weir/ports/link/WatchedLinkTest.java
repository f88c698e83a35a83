// SPDX-License-Identifier: Apache-2.0
package weir.ports.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.discard.NullPort;
import weir.ports.linux.LinkInfo;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Several threads look at an interface, each when it likes, and say later what they saw. */
@RequiresFeature(Feature.LINUX)
class WatchedLinkTest {
    private static final int CHANGES = 2_000;

    private static LinkInfo seen(boolean up, int mtuBytes) {
        return new LinkInfo(7, "e0", true, up, up, mtuBytes, "veth", false, false, 0, "", 0);
    }

    private static WatchedLink link() throws Exception {
        return new WatchedLink(new NullPort("n"), LinkMonitor.acquire(), new Nothing(), seen(true, 1500));
    }

    @Test
    void whatAnOlderLookSawCountsForNothing() throws Exception {
        try (WatchedLink link = link()) {
            long older = link.beginLook();
            long newer = link.beginLook();

            link.observed(newer, seen(false, 1400), true);
            link.observed(older, seen(true, 1500), true);

            assertEquals(PortState.DOWN, link.state());
            assertEquals(1400, link.info().mtuBytes());
        }
    }

    @Test
    void whatAPortNoticesItselfIsNewerThanALookThatHasBegun() throws Exception {
        try (WatchedLink link = link()) {
            long look = link.beginLook();

            link.changeState(PortState.DOWN, "sending failed");
            assertFalse(link.observed(look, seen(true, 1400), true), "so it is looked again");

            assertEquals(PortState.DOWN, link.state());
            assertEquals(1400, link.info().mtuBytes());
            assertTrue(link.observed(link.beginLook(), seen(true, 1400), true));
            assertEquals(PortState.UP, link.state());
        }
    }

    @Test
    void whatAPortNoticesAgainIsNoNews() throws Exception {
        try (WatchedLink link = link()) {
            link.changeState(PortState.DOWN, "sending failed");
            long look = link.beginLook();

            link.changeState(PortState.DOWN, "sending failed again");

            assertTrue(link.observed(look, seen(true, 1500), true));
            assertEquals(PortState.UP, link.state());
        }
    }

    @Test
    void changesAreToldInTheirOrder() throws Exception {
        List<PortState> told = Collections.synchronizedList(new ArrayList<>(List.of(PortState.UP)));
        QueueContext listener = (QueueContext) Proxy.newProxyInstance(
                QueueContext.class.getClassLoader(), new Class<?>[] {QueueContext.class}, (_, method, arguments) -> {
                    assertEquals("stateChanged", method.getName());
                    LockSupport.parkNanos(1); // somebody else's turn
                    told.add((PortState) arguments[0]);
                    return null;
                });
        try (WatchedLink link = link()) {
            link.addListener(listener);
            List<Thread> threads = Stream.of(PortState.UP, PortState.DOWN)
                    .map(state -> Thread.ofPlatform().start(() -> {
                        for (int i = 0; i < CHANGES; i++) {
                            link.changeState(state, "told so");
                        }
                    }))
                    .toList();
            for (Thread thread : threads) {
                thread.join();
            }

            assertEquals(link.state(), told.getLast());
            for (int i = 1; i < told.size(); i++) {
                assertNotEquals(told.get(i - 1), told.get(i), "change " + i + " of " + told.size());
            }
        }
    }

    /** Holds no interface; nobody asks, since the link is not watched. */
    private static final class Nothing implements LinkBinding {
        @Override
        public void requirePresent() {
            throw new AssertionError("nobody looks");
        }

        @Override
        public LinkPlace place(LinkMonitor monitor) {
            throw new AssertionError("nobody looks");
        }

        @Override
        public boolean isUp(LinkInfo link) {
            return link.up();
        }

        @Override
        public String lossCause() {
            return "nothing is there";
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
