// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import weir.core.counter.DropReason;
import weir.testcontainers.WeirExtension;
import weir.testcontainers.WeirNetwork;

@Testcontainers
@ExtendWith(WeirExtension.class)
class ShopExample {
    static final WeirNetwork weir = WeirNetwork.create();

    @Container
    static final GenericContainer<?> web = new GenericContainer<>("busybox:1")
            .withNetwork(weir)
            .withNetworkAliases("web")
            .withCopyToContainer(Transferable.of("42 pears\n"), "/www/stock")
            .withCommand("httpd", "-f", "-h", "/www");

    @Container
    static final GenericContainer<?> client = new GenericContainer<>("busybox:1")
            .withNetwork(weir)
            .withNetworkAliases("client")
            .withCommand("sleep", "600");

    private static ExecResult stock(int patienceSeconds) throws Exception {
        String patience = Integer.toString(patienceSeconds);
        return client.execInContainer("timeout", patience, "wget", "-q", "-O", "-", "http://web/stock");
    }

    @Test
    void stockIsSeenOverASlowAndLossyLink() throws Exception {
        weir.link("web").delay(Duration.ofMillis(20)).loss(0.02);

        assertEquals("42 pears\n", stock(60).getStdout());
        assertTrue(weir.counters("web").framesTo() > 0);
    }

    @Test
    void shopIsBackWhenTheNetworkIs() throws Exception {
        weir.partition("web", "client");
        assertNotEquals(0, stock(2).getExitCode());
        assertTrue(weir.drops(DropReason.LINK_CUT) > 0);

        weir.heal();
        assertEquals("42 pears\n", stock(60).getStdout());
    }
}
