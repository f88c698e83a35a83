// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import weir.ports.testing.Waiting;

/** Echo requests of a host to another one, however long the answers take. */
final class Pings {
    private static final long PATIENCE_MILLIS = 30_000;
    private static final Pattern RECEIVED = Pattern.compile(" (\\d+) received");
    private static final String PATIENCE_SECONDS = "30";

    private Pings() {}

    /**
     * Three are answered.
     *
     * @param host runs a command there and returns its output; a command that fails is an error
     */
    static void areAnswered(Function<String[], String> host, String address) {
        // The kernel gives up the question who has an address after three seconds, and ping with it.
        Waiting.within(PATIENCE_MILLIS, () -> isOneAnswered(host, address));
        // With -w it waits for all answers; -W is not about those that are left when there have been some.
        String output =
                host.apply(new String[] {"ping", "-n", "-c", "3", "-i", "0.2", "-w", PATIENCE_SECONDS, address});
        Matcher received = RECEIVED.matcher(output);
        assertTrue(received.find() && Integer.parseInt(received.group(1)) >= 3, output);
    }

    private static boolean isOneAnswered(Function<String[], String> host, String address) {
        return host.apply(new String[] {"sh", "-c", "ping -n -c 1 -W 1 " + address + " || true"})
                .contains(" 1 received");
    }
}
