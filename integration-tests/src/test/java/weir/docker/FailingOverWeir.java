// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import weir.testcontainers.WeirExtension;
import weir.testcontainers.WeirNetwork;

/** A test class that fails, for the evidence that it leaves. Its containers live as long as each test. */
@Testcontainers
class FailingOverWeir {
    private static final WeirNetwork weir = WeirNetwork.create();

    @RegisterExtension
    static final WeirExtension extension = WeirExtension.of(weir);

    @Container
    private final GenericContainer<?> web = container("web");

    @Container
    private final GenericContainer<?> client = container("client");

    private static GenericContainer<?> container(String name) {
        return new GenericContainer<>("busybox:1")
                .withNetwork(weir)
                .withNetworkAliases(name)
                .withCommand("sleep", "600");
    }

    @Test
    void fails() throws Exception {
        weir.link("web").down();
        client.execInContainer("ping", "-c", "1", "-W", "1", "web");
        fail("on purpose");
    }

    @Test
    void passes() throws Exception {
        assertEquals(
                0, client.execInContainer("ping", "-c", "1", "-W", "30", "web").getExitCode());
        assertTrue(weir.counters(web).framesFrom() > 0);
    }
}
