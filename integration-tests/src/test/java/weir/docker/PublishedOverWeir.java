// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import weir.testcontainers.WeirNetwork;

/** The test itself talks to a container, which others reach by the switch. */
class PublishedOverWeir {
    @Test
    void portsAreMappedAndWaitedFor() throws Exception {
        try (WeirNetwork weir = WeirNetwork.builder().publishedPorts().build();
                GenericContainer<?> web = new GenericContainer<>("busybox:1")
                        .withNetwork(weir)
                        .withNetworkAliases("web")
                        .withExposedPorts(80)
                        .withCommand("httpd", "-f", "-h", "/www")
                        .waitingFor(Wait.forHttp("/"));
                GenericContainer<?> client =
                        new GenericContainer<>("busybox:1").withNetwork(weir).withCommand("sleep", "600");
                HttpClient http = HttpClient.newHttpClient()) {
            web.start();
            client.start();
            assertEquals(0, get(client, 60));

            weir.link("web").down();
            URI page = URI.create("http://" + web.getHost() + ":" + web.getMappedPort(80) + "/");
            String text = http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
                    .body();
            assertEquals("weir", text.strip());
            assertNotEquals(0, get(client, 2));
        }
    }

    private static int get(GenericContainer<?> client, int patienceSeconds) throws Exception {
        return client.execInContainer(
                        "timeout", Integer.toString(patienceSeconds), "wget", "-q", "-O", "-", "http://web/")
                .getExitCode();
    }
}
