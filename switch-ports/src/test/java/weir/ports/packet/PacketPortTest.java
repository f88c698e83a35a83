// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.sleep;
import static weir.ports.testing.Waiting.within;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.testing.Held;
import weir.ports.testing.Netns;
import weir.ports.testing.QueueDriver;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Life of the port at an interface that others own: found, refused, changed, renamed, moved, deleted. */
@RequiresFeature({Feature.ROOT, Feature.NETNS})
class PacketPortTest {
    // For what can only be tried in the process's own namespace: without address.
    private static final String LOCAL = "wp" + ProcessHandle.current().pid() % 100_000 + "x";
    private static final long PATIENCE_MILLIS = 30_000;

    private Netns netns;

    @BeforeEach
    void makeNamespace() {
        netns = new Netns().silent();
    }

    @AfterEach
    void removeNamespace() {
        netns.close();
    }

    @Test
    void attachesToAnInterfaceAndLeavesItAsItWas() throws PortException {
        Veth.make(netns);
        // The kernel notices by and by that the other end is up.
        within(PATIENCE_MILLIS, () -> netns.ip("link", "show", "dev", Veth.LINK).contains("state UP"));
        String before = netns.ip("link", "show", "dev", Veth.LINK);
        try (PacketPort port = PacketPort.open(Veth.spec(netns, ""))) {
            assertEquals(PortState.UP, port.state());
            assertEquals(Veth.LINK, port.interfaceName());
            assertEquals(1500, port.mtuBytes());
            assertEquals(Veth.spec(netns, ""), port.spec());
            assertTrue(netns.ip("-d", "link", "show", "dev", Veth.LINK).contains("promiscuity 1"));
        }
        assertEquals(before, netns.ip("link", "show", "dev", Veth.LINK));
    }

    @Test
    void setsTheMtuAndFollowsIt() throws PortException {
        Veth.make(netns);
        try (PacketPort port = PacketPort.open(Veth.spec(netns, "&mtu=9000"))) {
            assertEquals(9000, port.mtuBytes());

            netns.ip("link", "set", Veth.LINK, "mtu", "1400");

            within(PATIENCE_MILLIS, () -> port.mtuBytes() == 1400);
        }
    }

    @Test
    void followsTheLinkAndItsName() throws PortException {
        Veth.make(netns);
        try (PacketPort port = PacketPort.open(Veth.spec(netns, ""))) {
            netns.ip("link", "set", Veth.LINK, "name", "renamed");
            within(PATIENCE_MILLIS, () -> port.interfaceName().equals("renamed"));
            assertEquals(PortState.UP, port.state());

            netns.ip("link", "set", "renamed", "down");
            within(PATIENCE_MILLIS, () -> port.state() == PortState.DOWN);
            netns.ip("link", "set", "renamed", "up");
            within(PATIENCE_MILLIS, () -> port.state() == PortState.UP);

            netns.ip("link", "set", Veth.PEER, "down");
            within(PATIENCE_MILLIS, () -> port.state() == PortState.DOWN);
            netns.ip("link", "set", Veth.PEER, "up");
            within(PATIENCE_MILLIS, () -> port.state() == PortState.UP);
        }
    }

    @Test
    void beginsDownAtAnInterfaceThatIsDown() throws PortException {
        Veth.make(netns);
        netns.ip("link", "set", Veth.LINK, "down");
        try (PacketPort port = PacketPort.open(Veth.spec(netns, ""))) {
            assertEquals(PortState.DOWN, port.state());
        }
    }

    @Test
    void isGoneWithItsInterface() throws Exception {
        Veth.make(netns);
        try (PacketPort port = PacketPort.open(Veth.spec(netns, ""))) {
            netns.ip("link", "delete", Veth.LINK);

            within(PATIENCE_MILLIS, () -> port.state() == PortState.GONE);
            PortException e = assertThrows(
                    PortException.class, () -> new QueueDriver(port.queues().getFirst()));
            assertEquals(port.spec() + " is gone", e.getMessage());
        }
        // The same name again is another interface.
        Veth.make(netns);
        try (PacketPort again = PacketPort.open(Veth.spec(netns, ""))) {
            assertEquals(PortState.UP, again.state());
        }
    }

    @Test
    void isGoneWhenItsInterfaceMovesToAnotherNamespace() throws PortException {
        Veth.make(netns);
        try (Netns other = new Netns();
                PacketPort port = PacketPort.open(Veth.spec(netns, ""))) {
            netns.ip("link", "set", Veth.LINK, "netns", other.name());

            within(PATIENCE_MILLIS, () -> port.state() == PortState.GONE);
        }
    }

    @Test
    void isGoneWhenItsNamespaceIsDeletedThoughItsOwnSocketsHoldIt() throws PortException {
        Veth.make(netns);
        try (PacketPort port = PacketPort.open(Veth.spec(netns, ""))) {
            netns.delete();

            within(PATIENCE_MILLIS, () -> port.state() == PortState.GONE);
        }
    }

    @Test
    void interfaceOfOurOwnNamespaceIsServedWithoutEnteringAnother() throws Exception {
        Netns.exec("ip", "link", "add", LOCAL, "type", "veth", "peer", "name", "h0", "netns", netns.name());
        try (PacketPort port = PacketPort.open("packet:" + LOCAL)) {
            assertEquals(PortState.DOWN, port.state());
            assertEquals("packet:" + LOCAL, port.spec());

            netns.delete();

            within(PATIENCE_MILLIS, () -> port.state() == PortState.GONE);
        } finally {
            // The kernel removes it a moment after it has told so.
            Netns.exec("sh", "-c", "ip link delete " + LOCAL + " || true");
        }
    }

    @Test
    void saysThatThisProcessServesTheInterface() throws PortException {
        Veth.make(netns);
        try (PacketPort port = PacketPort.open(Veth.spec(netns, ""))) {
            PortException e = assertThrows(PortException.class, () -> PacketPort.open(Veth.spec(netns, "&queues=2")));
            assertEquals("interface p0 is in use by this process, as port " + port.spec(), e.getMessage());
        }
        PacketPort.open(Veth.spec(netns, "")).close();
    }

    @Test
    void refusesAnInterfaceThatIsNotThere() {
        PortException e = assertThrows(PortException.class, () -> PacketPort.open(Veth.spec(netns, "")));

        assertEquals("there is no interface p0 in " + netns.path(), e.getMessage());
        assertTrue(e.hint().contains("tap: makes one"), e.hint());
    }

    @Test
    void anInterfaceOfAContainerThatIsNotThereHasEndedWithIt() {
        PortException e =
                assertThrows(PortException.class, () -> PacketPort.open(Veth.spec(netns, "&sandbox=/run/container")));

        assertEquals(PortException.Kind.GONE, e.kind());
        assertEquals("interface p0 has ended with the container at /run/container", e.getMessage());
    }

    @Test
    void refusesInterfacesThatCarryNoEthernet() {
        PortException loopback =
                assertThrows(PortException.class, () -> PacketPort.open("packet:lo?netns=" + netns.path()));
        assertEquals("interface lo in " + netns.path() + " does not carry Ethernet frames", loopback.getMessage());

        netns.ip("tuntap", "add", "dev", "t0", "mode", "tun");
        PortException tun = assertThrows(PortException.class, () -> PacketPort.open("packet:t0?netns=" + netns.path()));
        assertTrue(tun.getMessage().endsWith("it is of kind tun"), tun.getMessage());
    }

    @Test
    void refusesWhatIsNotANamespace() {
        PortException missing =
                assertThrows(PortException.class, () -> PacketPort.open("packet:p0?netns=/run/netns/weirt-none"));
        assertTrue(missing.getMessage().contains("ENOENT"), missing.getMessage());

        PortException file = assertThrows(PortException.class, () -> PacketPort.open("packet:p0?netns=/etc/hostname"));
        assertEquals("\"/etc/hostname\" is not a network namespace", file.getMessage());
    }

    @Test
    void openingAndClosingLeavesNoDescriptorNoThreadAndNoMapping() throws Exception {
        Veth.make(netns);
        openServeClose(); // loads classes and native libraries
        Held before = Held.now();
        for (int i = 0; i < 20; i++) {
            openServeClose();
        }
        before.assertNothingMore();
        assertFalse(Files.readString(Path.of("/proc/self/maps")).contains("socket:"));
    }

    private void openServeClose() throws PortException {
        try (PacketPort port = PacketPort.open(Veth.spec(netns, "&queues=2"))) {
            try (QueueDriver queue = new QueueDriver(port.queues().get(1))) {
                queue.receive(1);
            }
        }
        sleep(1);
    }
}
