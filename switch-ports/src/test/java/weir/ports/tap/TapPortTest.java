// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.linux.TunDevice;
import weir.ports.testing.Arp;
import weir.ports.testing.Held;
import weir.ports.testing.Netns;
import weir.ports.testing.QueueDriver;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Life of the interface: made, found, refused, changed, moved, gone. */
@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
class TapPortTest {
    // For what can only be tried in the process's own namespace: without address, and down unless said.
    private static final String LOCAL = "wt" + ProcessHandle.current().pid() % 100_000 + "x";

    @Test
    void createsTheInterfaceUpAndRemovesItOnClose() throws PortException {
        try (Netns netns = new Netns()) {
            try (TapPort port = TapPort.open("tap:t1?netns=" + netns.path())) {
                assertEquals(PortState.UP, port.state());
                assertEquals("t1", port.interfaceName());
                assertEquals(1500, port.mtuBytes());
                assertEquals("tap:t1?netns=" + netns.path(), port.spec());
                assertTrue(netns.ip("link", "show", "t1").contains("UP"));
            }
            assertFalse(netns.ip("-o", "link").contains("t1"));
        }
    }

    @Test
    void setsTheMtuAndFollowsIt() throws PortException {
        try (Netns netns = new Netns();
                TapPort port = TapPort.open("tap:t1?mtu=9000&netns=" + netns.path())) {
            assertEquals(9000, port.mtuBytes());

            netns.ip("link", "set", "t1", "mtu", "1400");

            within(30_000, () -> port.mtuBytes() == 1400);
        }
    }

    @Test
    void attachesToAPersistentInterfaceAndLeavesItAsItWas() throws PortException {
        Netns.exec("ip", "tuntap", "add", "dev", LOCAL, "mode", "tap");
        try {
            try (TapPort port = TapPort.open("tap:" + LOCAL + "?mtu=1300")) {
                assertEquals(PortState.DOWN, port.state());
                assertEquals(1300, port.mtuBytes());
            }
            assertTrue(Files.exists(Path.of("/sys/class/net", LOCAL)));
        } finally {
            Netns.exec("ip", "link", "delete", LOCAL);
        }
    }

    @Test
    void saysThatThisProcessHoldsTheInterface() throws PortException {
        try (TapPort port = TapPort.open("tap:" + LOCAL)) {
            PortException e = assertThrows(PortException.class, () -> TapPort.open("tap:" + LOCAL));

            assertEquals("TAP " + LOCAL + " is in use by this process, as port " + port.spec(), e.getMessage());
        }
    }

    @Test
    void saysThatSomebodyElseHoldsTheInterface() throws Exception {
        for (String options : List.of("", "?queues=2")) {
            try (TunDevice other = TunDevice.open()) {
                other.attach(LOCAL, !options.isEmpty(), false);

                PortException e = assertThrows(PortException.class, () -> TapPort.open("tap:" + LOCAL + options));

                assertEquals("TAP " + LOCAL + " is in use by another process", e.getMessage());
            }
        }
    }

    @Test
    void refusesAnInterfaceThatIsNoTap() {
        PortException physical = assertThrows(PortException.class, () -> TapPort.open("tap:lo"));
        assertEquals("interface lo exists and is no TAP but physical", physical.getMessage());

        Netns.exec("ip", "tuntap", "add", "dev", LOCAL, "mode", "tun");
        try {
            PortException tun = assertThrows(PortException.class, () -> TapPort.open("tap:" + LOCAL));
            assertEquals("interface " + LOCAL + " exists and is no TAP but TUN", tun.getMessage());
        } finally {
            Netns.exec("ip", "link", "delete", LOCAL);
        }
    }

    @Test
    void refusesAPersistentInterfaceMadeForAnotherNumberOfQueues() {
        Netns.exec("ip", "tuntap", "add", "dev", LOCAL, "mode", "tap");
        try {
            PortException e = assertThrows(PortException.class, () -> TapPort.open("tap:" + LOCAL + "?queues=2"));
            assertEquals("TAP " + LOCAL + " exists and was made with one queue", e.getMessage());
        } finally {
            Netns.exec("ip", "link", "delete", LOCAL);
        }
    }

    @Test
    void refusesANameThatTheNamespaceHasAndLeavesNothingBehind() {
        try (Netns netns = new Netns()) {
            String before = Netns.exec("ip", "-o", "link", "show", "type", "tun");

            PortException e = assertThrows(PortException.class, () -> TapPort.open("tap:lo?netns=" + netns.path()));

            assertEquals("an interface named lo exists already in " + netns.path(), e.getMessage());
            assertEquals(before, Netns.exec("ip", "-o", "link", "show", "type", "tun"));
            assertEquals(1, netns.ip("-o", "link").lines().count());
        }
    }

    @Test
    void refusesWhatIsNotANamespace() {
        PortException missing =
                assertThrows(PortException.class, () -> TapPort.open("tap:t1?netns=/run/netns/weirt-none"));
        assertTrue(missing.getMessage().contains("ENOENT"), missing.getMessage());

        PortException file = assertThrows(PortException.class, () -> TapPort.open("tap:t1?netns=/etc/hostname"));
        assertEquals("\"/etc/hostname\" is not a network namespace", file.getMessage());
    }

    @Test
    void followsTheInterfaceToAnotherNamespaceAndName() throws Exception {
        try (Netns first = new Netns();
                Netns second = new Netns();
                TapPort port = TapPort.open("tap:t1?netns=" + first.path());
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            first.ip("link", "set", "t1", "netns", second.name());
            second.ip("link", "set", "t1", "name", "moved");
            second.ip("addr", "add", "198.18.6.1/24", "dev", "moved");
            second.ip("link", "set", "moved", "mtu", "1450", "up");

            within(30_000, () -> port.mtuBytes() == 1450 && port.state() == PortState.UP);
            assertEquals("moved", port.interfaceName());
            queue.transmit(Arp.request(6, 2, 1));
            assertNotNull(queue.await(frame -> Arp.isReply(frame, 6, 1), 30_000));
            assertFalse(queue.states().contains(PortState.GONE));

            first.delete();
            Thread.sleep(700);
            assertEquals(PortState.UP, port.state());
        }
    }

    @Test
    void interfaceOfOurOwnNamespaceCanBeMovedAway() throws Exception {
        try (Netns netns = new Netns();
                TapPort port = TapPort.open("tap:" + LOCAL)) {
            Netns.exec("ip", "link", "set", LOCAL, "netns", netns.name());
            netns.ip("link", "set", LOCAL, "name", "v1");
            within(30_000, () -> port.state() == PortState.DOWN);
            netns.ip("link", "set", "v1", "mtu", "1350", "up");

            within(30_000, () -> port.state() == PortState.UP && port.mtuBytes() == 1350);
        }
    }

    /** As container engines do it: they move an interface into a container and back. */
    @Test
    void takesUpAnInterfaceThatStayedWhereverSomebodyMovedIt() throws Exception {
        try (Netns netns = new Netns()) {
            String spec = "tap:" + LOCAL + "?persist=on&sandbox=" + netns.path();
            try (TapPort port = TapPort.open(spec)) {
                Netns.exec("ip", "link", "set", LOCAL, "netns", netns.name(), "name", "eth0");
                netns.ip("link", "set", "eth0", "up");
                netns.ip("addr", "add", "198.18.6.1/24", "dev", "eth0");
                within(30_000, () -> port.state() == PortState.UP);
            }
            within(30_000, () -> netns.ip("link", "show", "eth0").contains("NO-CARRIER"));

            try (TapPort port = TapPort.open(spec);
                    QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
                assertEquals("eth0", port.interfaceName());
                within(30_000, () -> port.state() == PortState.UP);
                queue.transmit(Arp.request(6, 2, 1));
                assertNotNull(queue.await(frame -> Arp.isReply(frame, 6, 1), 30_000));
                PortException twice = assertThrows(PortException.class, () -> TapPort.open(spec));
                assertTrue(twice.getMessage().contains("in use"), twice.getMessage());
            }
        }
        assertFalse(Netns.exec("ip", "-o", "link").contains(LOCAL));
    }

    @Test
    void interfaceThatStaysInItsNamespaceIsTakenUpThere() throws Exception {
        try (Netns netns = new Netns()) {
            String spec = "tap:t1?netns=" + netns.path() + "&persist=on";
            TapPort.open(spec).close();
            netns.ip("link", "set", "t1", "name", "t2");

            try (TapPort port = TapPort.open(spec)) {
                assertEquals("t2", port.interfaceName());
                assertEquals(2, netns.ip("-o", "link").lines().count());
            }
        }
    }

    /** Container engines may leave the file for a while after what was mounted on it. */
    @Test
    void interfaceThatWasMovedAndTakenUpIsGoneWithThePathOfItsNamespace(@TempDir Path folder) throws Exception {
        Path sandbox = Files.createFile(folder.resolve("sandbox"));
        try (Netns netns = new Netns()) {
            Netns.exec("mount", "--bind", netns.path(), sandbox.toString());
            String spec = "tap:" + LOCAL + "?persist=on&sandbox=" + sandbox;
            TapPort.open(spec).close();
            Netns.exec("ip", "link", "set", LOCAL, "netns", netns.name(), "name", "eth0");
            try (TapPort port = TapPort.open(spec)) {
                assertEquals("eth0", port.interfaceName());
                Netns.exec("umount", sandbox.toString());
                within(30_000, () -> port.state() == PortState.GONE);
            }
        }
    }

    /** Its descriptor keeps the namespace alive, so that only the path tells. */
    @Test
    void interfaceThatWasTakenUpIsGoneWithThePathOfItsNamespace() throws Exception {
        try (Netns netns = new Netns()) {
            String spec = "tap:t1?netns=" + netns.path() + "&persist=on";
            TapPort.open(spec).close();
            try (TapPort port = TapPort.open(spec)) {
                within(30_000, () -> port.state() == PortState.UP);
                netns.delete();
                within(30_000, () -> port.state() == PortState.GONE);
            }
            PortException gone = assertThrows(PortException.class, () -> TapPort.open(spec));
            assertEquals(PortException.Kind.GONE, gone.kind(), gone.getMessage());
        }
    }

    @Test
    void doesNotOpenInAnotherNamespaceThanTheOneThatWasMeant() throws Exception {
        try (Netns netns = new Netns()) {
            long inode = (long) Files.getAttribute(Path.of(netns.path()), "unix:ino");
            String spec = "tap:t1?netns=" + netns.path() + "&inode=";
            TapPort.open(spec + inode).close();

            PortException other = assertThrows(PortException.class, () -> TapPort.open(spec + (inode + 1)));

            assertEquals(PortException.Kind.GONE, other.kind(), other.getMessage());
            assertFalse(netns.ip("-o", "link").contains("t1"));
        }
    }

    @Test
    void refusesToServeAnInterfaceThatIsGone() throws Exception {
        try (Netns netns = new Netns();
                TapPort port = TapPort.open("tap:t1?netns=" + netns.path())) {
            netns.ip("link", "delete", "t1");
            within(30_000, () -> port.state() == PortState.GONE);

            PortException e = assertThrows(
                    PortException.class, () -> new QueueDriver(port.queues().getFirst()));

            assertEquals(port.spec() + " is gone", e.getMessage());
        }
    }

    @Test
    void openingAndClosingLeavesNoDescriptorAndNoThread() throws Exception {
        try (Netns netns = new Netns()) {
            openServeClose(netns); // loads classes and native libraries
            Held before = Held.now();
            for (int i = 0; i < 50; i++) {
                openServeClose(netns);
            }
            before.assertNothingMore();
        }
    }

    private static void openServeClose(Netns netns) throws PortException {
        try (TapPort port = TapPort.open("tap:t1?queues=2&netns=" + netns.path())) {
            try (QueueDriver queue = new QueueDriver(port.queues().get(1))) {
                queue.receive(1);
            }
        }
    }
}
