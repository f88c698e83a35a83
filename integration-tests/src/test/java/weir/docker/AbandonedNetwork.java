// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import java.time.Duration;
import org.testcontainers.containers.GenericContainer;
import weir.testcontainers.WeirNetwork;

/** A JVM that is killed while its containers run. */
final class AbandonedNetwork {
    static final String READY = "containers run";

    private AbandonedNetwork() {}

    /** Says {@link #READY}, and waits. */
    @SuppressWarnings("resource") // that is what it is for
    public static void main(String[] args) throws InterruptedException {
        WeirNetwork network = WeirNetwork.create();
        for (String name : new String[] {"one", "two"}) {
            new GenericContainer<>("busybox:1")
                    .withNetwork(network)
                    .withNetworkAliases(name)
                    .withCommand("sleep", "600")
                    .start();
        }
        System.out.println(READY);
        Thread.sleep(Duration.ofMinutes(5));
    }
}
