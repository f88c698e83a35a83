// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import weir.core.fdb.MacAddress;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.NETNS})
class RouteSocketTest {
    private static final int MANY = 120;

    private static <T> T inside(Netns netns, Callable<T> work) throws Exception {
        return NetworkNamespace.call(netns.path(), work);
    }

    @Test
    void makesAndDeletesAPairOfVeths() throws Exception {
        try (Netns netns = new Netns();
                RouteSocket route = inside(netns, RouteSocket::open)) {
            route.addVeth("va", "vb", 1400);

            LinkInfo a = route.find("va", RouteSocket.OWN_NAMESPACE);
            LinkInfo b = route.find("vb", RouteSocket.OWN_NAMESPACE);
            assertNotNull(a);
            assertNotNull(b);
            assertEquals("veth", a.kind());
            assertEquals(List.of(1400, 1400), List.of(a.mtuBytes(), b.mtuBytes()));
            LinuxException taken = assertThrows(LinuxException.class, () -> route.addVeth("vc", "vb", 0));
            assertEquals(Errno.EEXIST, taken.errno());

            assertTrue(route.delete(a));
            assertFalse(route.delete(a));
            assertNull(route.find("vb", RouteSocket.OWN_NAMESPACE));
        }
    }

    @Test
    void givesInterfacesAddressesAndRoutesOfBothFamilies() throws Exception {
        try (Netns netns = new Netns();
                RouteSocket route = inside(netns, RouteSocket::open)) {
            route.addVeth("va", "vb", 0);
            LinkInfo a = route.find("va", RouteSocket.OWN_NAMESPACE);
            LinkInfo b = route.find("vb", RouteSocket.OWN_NAMESPACE);
            assertNotNull(a);
            assertNotNull(b);
            route.change(
                    a,
                    LinkChange.NOTHING
                            .mac(MacAddress.parse("02:42:c6:12:00:01"))
                            .bringUp());
            route.change(b, LinkChange.NOTHING.bringUp());
            InetAddress four = InetAddress.ofLiteral("198.18.0.1");
            InetAddress six = InetAddress.ofLiteral("2001:db8::1");
            InetAddress gatewayFour = InetAddress.ofLiteral("198.18.0.254");
            route.addAddress(a, four, 24);
            route.addAddress(a, six, 64);
            route.addRoute(a, InetAddress.getByAddress(new byte[4]), 0, gatewayFour);
            route.addRoute(a, InetAddress.ofLiteral("2001:db8:1::"), 48, InetAddress.ofLiteral("2001:db8::fe"));

            String shown = netns.ip("addr", "show", "va");
            assertTrue(shown.contains("inet 198.18.0.1/24"), shown);
            assertTrue(shown.contains("inet6 2001:db8::1/64") && !shown.contains("1/64 scope global tentative"), shown);
            assertTrue(shown.contains("02:42:c6:12:00:01"), shown);
            assertTrue(netns.ip("route").contains("default via 198.18.0.254 dev va"), netns.ip("route"));
            assertTrue(netns.ip("-6", "route").contains("2001:db8:1::/48 via 2001:db8::fe dev va"));
            assertEquals(
                    Errno.EEXIST,
                    assertThrows(LinuxException.class, () -> route.addAddress(a, four, 24))
                            .errno());
            assertEquals(
                    Errno.EEXIST,
                    assertThrows(LinuxException.class, () -> route.addRoute(a, four, 0, gatewayFour))
                            .errno());
            InetAddress nowhere = InetAddress.ofLiteral("198.19.0.1");
            assertEquals(
                    Errno.ENETUNREACH,
                    assertThrows(LinuxException.class, () -> route.addRoute(a, four, 32, nowhere))
                            .errno());
        }
    }

    @Test
    void listsAllInterfacesOfANamespaceHoweverMany() throws Exception {
        try (Netns netns = new Netns();
                RouteSocket route = inside(netns, RouteSocket::open)) {
            for (int i = 0; i < MANY; i++) {
                route.addVeth("a" + i, "b" + i, 0);
            }
            LinkInfo some = route.find("a7", RouteSocket.OWN_NAMESPACE);
            assertNotNull(some);
            route.change(some, LinkChange.NOTHING.alias("weir test"));

            List<LinkInfo> links = route.links(RouteSocket.OWN_NAMESPACE);

            assertEquals(1 + 2 * MANY, links.size());
            assertEquals(
                    List.of("a7"),
                    links.stream()
                            .filter(link -> link.alias().equals("weir test"))
                            .map(LinkInfo::name)
                            .toList());
        }
    }
}
