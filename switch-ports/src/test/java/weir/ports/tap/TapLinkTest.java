// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.sleep;
import static weir.ports.testing.Waiting.within;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.link.LinkSettings;
import weir.core.port.PortOptions;
import weir.core.testing.Law;
import weir.ports.linux.LinuxPoolMemory;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Emulated links between two kernels' stacks: what ping and a flood of datagrams see of them. */
@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING})
class TapLinkTest {
    private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");
    private static final int DATAGRAM_BYTES = 1000;

    private Switch sw;
    private Netns left;
    private Netns right;

    @BeforeEach
    void start() throws Exception {
        left = new Netns().silent();
        right = new Netns().silent();
        sw = Switch.create(SwitchConfig.named("taplink")
                .withPoolMemory(new LinuxPoolMemory())
                .withIdleWait(EpollIdleWait::new));
        attach("a", left, "198.18.71.1/24");
        attach("b", right, "198.18.71.2/24");
        assertEquals(2, times(pings(2)).size(), "addresses are known");
    }

    private void attach(String name, Netns netns, String address) throws Exception {
        sw.attach(TapPort.open("tap:" + name + "?netns=" + netns.path()), PortOptions.named(name));
        netns.ip("addr", "add", address, "dev", name);
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        try {
            Law.assertComesToHold(sw);
            sw.ports().forEach(port -> sw.detach(port.name()));
            Law.assertHoldsAndSlotsAreBack(sw, 0);
        } finally {
            sw.close();
            left.close();
            right.close();
        }
    }

    private String pings(int count) {
        return left.run("sh", "-c", "ping -n -c " + count + " -i 0.02 -W 1 198.18.71.2 || true");
    }

    private static List<Double> times(String output) {
        List<Double> times = new ArrayList<>();
        Matcher each = TIME.matcher(output);
        while (each.find()) {
            times.add(Double.valueOf(each.group(1)));
        }
        return times;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private static double shortest(List<Double> values) {
        return values.stream().min(Double::compare).orElseThrow();
    }

    private void link(String port, String settings) {
        assertTrue(sw.links().set(port, LinkSettings.parse(settings)));
    }

    private PortCounters counters(String port) {
        return sw.counters().get(port);
    }

    /** The shortest is what the emulation makes of it; what is above is the machine's. */
    @ParameterizedTest
    @CsvSource({"direction:to, 20", "both, 40"})
    void aPingTakesAsMuchLongerAsTheLinkDelays(String direction, double expectedMillis) {
        link("b", (direction.equals("both") ? "" : direction + ",") + "delay:20ms");
        List<Double> delayed = times(pings(25));
        System.out.println(
                "delay " + expectedMillis + " ms: median " + median(delayed) + " ms, shortest " + shortest(delayed));
        assertEquals(25, delayed.size());
        assertTrue(delayed.stream().allMatch(millis -> millis >= expectedMillis), delayed::toString);
        assertEquals(expectedMillis, shortest(delayed), 2, delayed::toString);

        assertTrue(sw.links().clear("b"));
        assertTrue(shortest(times(pings(10))) < 2);
    }

    @Test
    void aShortDelayWakesASleepingWorkerInTime() {
        link("b", "direction:to,delay:300us");
        List<Double> times = times(pings(50));
        System.out.println("delay 0.3 ms: median " + median(times) + " ms, shortest " + shortest(times));
        assertTrue(shortest(times) >= 0.3 && shortest(times) < 1, times::toString);
    }

    @Test
    void jitterSpreadsTimes() {
        link("b", "direction:to,delay:10ms,jitter:8ms");
        List<Double> times = times(pings(60));
        assertTrue(times.stream().allMatch(millis -> millis >= 2), times::toString);
        assertTrue(times.stream().filter(millis -> millis < 8).count() > 5, times::toString);
        assertTrue(times.stream().filter(millis -> millis > 12).count() > 5, times::toString);
    }

    @Test
    void lossAndDuplicationAreWhatPingSees() {
        link("b", "direction:to,loss:30%,seed:1");
        int answered = times(pings(100)).size();
        assertEquals(70, answered, 25.0); // five standard deviations
        // ARP may be among what was lost.
        assertTrue(counters("b").egressDrops().get(DropReason.LINK_LOSS) >= 100 - answered);

        link("b", "direction:from,duplicate:100%");
        String output = pings(5);
        assertTrue(output.contains("DUP!"), output);
    }

    @Test
    void rateIsKeptWithin5Percent() {
        link("b", "direction:to,rate:10mbit,limit:200");
        Process flood = left.start(
                "bash",
                "-c",
                "exec 3>/dev/udp/198.18.71.2/9; x=$(head -c " + DATAGRAM_BYTES
                        + " /dev/zero | tr '\\0' x); while :; do echo -n $x >&3 2>/dev/null; done");
        try {
            within(20_000, () -> counters("b").drops().containsKey(DropReason.LINK_QUEUE_FULL));
            long start = System.nanoTime();
            long before = counters("b").transmittedBytes();
            sleep(2000);
            long bytes = counters("b").transmittedBytes() - before;
            double seconds = (System.nanoTime() - start) / 1e9;
            double megabits = bytes * 8 / seconds / 1e6;
            System.out.println("rate 10 Mbit/s: " + megabits);
            assertEquals(10, megabits, 0.5);
        } finally {
            flood.destroyForcibly();
            flood.onExit().join();
        }
        within(2000, () -> counters("b").egressInFlight() == 0);
    }

    @Test
    void aLinkThatIsDownForATimeComesBackByItself() {
        link("b", "down,for:700ms");
        assertEquals(0, times(pings(5)).size());
        within(3000, () -> times(pings(1)).size() == 1);
        assertTrue(sw.links().show("b").orElseThrow().settings().isEmpty());
    }
}
