// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
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
