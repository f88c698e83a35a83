// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertFalse;
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
            assertTrue(pings(one, "ping"));
            assertTrue(pings(one, "ping6"));
            assertTrue(one.execInContainer("ip", "link").getStdout().contains("mtu 1400"));

            weir.partition("one", "two");
            assertFalse(answers(one, "ping"));
            assertFalse(answers(one, "ping6"));
            assertTrue(weir.drops(DropReason.LINK_CUT) > 0);
            weir.reset();
            WeirProgram bridge = weir.program("weir/control/demo/bridge.o");
            assertTrue(pings(one, "ping"));
            bridge.close();
            assertTrue(pings(one, "ping"));
        }
    }

    /** Asks for half a minute at most. */
    private static boolean pings(GenericContainer<?> from, String command) throws Exception {
        for (int i = 0; i < 15; i++) {
            if (answers(from, command)) {
                return true;
            }
        }
        return false;
    }

    private static boolean answers(GenericContainer<?> from, String command) throws Exception {
        return from.execInContainer(command, "-c", "1", "-W", "2", "two").getExitCode() == 0;
    }
}
