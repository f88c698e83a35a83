// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.Function;
import java.util.regex.Pattern;
import weir.ports.testing.Waiting;

/** Echo requests of a host to another one, however long the answers take. */
public final class Pings {
    private static final long PATIENCE_MILLIS = 30_000;
    private static final Pattern ANSWER = Pattern.compile("icmp_seq=(\\d+) ");
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
        assertEquals(3, answersToTheFirst(3, output), output);
    }

    /** How many of the first requests of a {@code ping} were answered: until it has as many answers as requests it asks on. */
    public static int answersToTheFirst(int requests, String output) {
        return (int) ANSWER.matcher(output)
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .filter(number -> number <= requests)
                .distinct()
                .count();
    }

    private static boolean isOneAnswered(Function<String[], String> host, String address) {
        return host.apply(new String[] {"sh", "-c", "ping -n -c 1 -W 1 " + address + " || true"})
                .contains(" 1 received");
    }
}
