// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import weir.core.counter.DropReason;
import weir.testcontainers.WeirNetwork;
import weir.testcontainers.WeirProgram;

/** The same by a daemon that runs elsewhere, without an extension, and with both protocols. */
class OverRunningDaemon {
    private static GenericContainer<?> container(WeirNetwork weir, String name) {
        return new GenericContainer<>("busybox:1")
                .withNetwork(weir)
                .withNetworkAliases(name)
                .withCommand("sleep", "600");
    }

    @Test
    void networksAreThoseOfTheDaemon() throws Exception {
        try (WeirNetwork weir = WeirNetwork.builder()
                        .daemon(Path.of(System.getProperty("test.api")), System.getProperty("test.driver", ""))
                        .subnet("198.18.77.0/24", "2001:db8:77::/64")
                        .option("mtu", "1400")
                        .build();
                GenericContainer<?> one = container(weir, "one");
                GenericContainer<?> two = container(weir, "two")) {
            one.start();
            two.start();
            assertEquals(0, ping(one, "ping"));
            assertEquals(0, ping(one, "ping6"));
            assertTrue(one.execInContainer("ip", "link").getStdout().contains("mtu 1400"));

            weir.partition("one", "two");
            assertNotEquals(0, ping(one, "ping"));
            assertNotEquals(0, ping(one, "ping6"));
            assertTrue(weir.drops(DropReason.LINK_CUT) > 0);
            weir.reset();
            WeirProgram bridge = weir.program("weir/control/demo/bridge.o");
            assertEquals(0, ping(one, "ping"));
            bridge.close();
            assertEquals(0, ping(one, "ping"));
        }
    }

    private static int ping(GenericContainer<?> from, String command) throws Exception {
        return from.execInContainer(command, "-c", "1", "-W", "2", "two").getExitCode();
    }
}
