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
    private static final long PATIENCE_MILLIS = 30_000;

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
        within(PATIENCE_MILLIS, () -> times(ping()).size() == 1); // addresses are known
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

    private String ping() {
        return left.run("sh", "-c", "ping -n -c 1 -W 1 198.18.71.2 || true");
    }

    /** What each of so many takes, one after the other: waits for every answer, so that a slow machine loses none. */
    private List<Double> pings(int count) {
        String each = "ping -n -c 1 -W 30 198.18.71.2 || true";
        List<Double> times = times(left.run("sh", "-c", "for i in $(seq " + count + "); do " + each + "; done"));
        assertEquals(count, times.size(), "answers");
        return times;
    }

    /** Pings until the quickest of some came so soon: a busy machine makes many of them slow, but not all. */
    private void awaitPingWithin(double millis) {
        List<Double> seen = new ArrayList<>();
        try {
            within(PATIENCE_MILLIS, () -> {
                seen.addAll(pings(5));
                return shortest(seen) < millis;
            });
        } catch (AssertionError e) {
            throw new AssertionError("none below " + millis + " ms: " + seen, e);
        }
    }

    /** Sends a series without waiting for answers; returns how many came. */
    private long answersTo(int count) {
        long lost = lossOfLink();
        long before = answers();
        left.run("sh", "-c", "ping -n -c " + count + " -i 0.02 -W 1 198.18.71.2 || true");
        within(PATIENCE_MILLIS, () -> answers() - before + lossOfLink() - lost >= count);
        return answers() - before;
    }

    /** Echo replies that the left kernel has got since it began. */
    private long answers() {
        List<String[]> icmp = left.run("cat", "/proc/net/snmp")
                .lines()
                .filter(line -> line.startsWith("Icmp:"))
                .map(line -> line.split(" ", -1))
                .toList();
        return Long.parseLong(icmp.getLast()[List.of(icmp.getFirst()).indexOf("InEchoReps")]);
    }

    private long lossOfLink() {
        return counters("b").egressDrops().getOrDefault(DropReason.LINK_LOSS, 0L);
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
        List<Double> delayed = pings(25);
        System.out.println(
                "delay " + expectedMillis + " ms: median " + median(delayed) + " ms, shortest " + shortest(delayed));
        assertTrue(delayed.stream().allMatch(millis -> millis >= expectedMillis), delayed::toString);
        awaitPingWithin(expectedMillis + 2);

        assertTrue(sw.links().clear("b"));
        awaitPingWithin(2);
    }

    @Test
    void aShortDelayWakesASleepingWorkerInTime() {
        link("b", "direction:to,delay:300us");
        List<Double> times = pings(50);
        System.out.println("delay 0.3 ms: median " + median(times) + " ms, shortest " + shortest(times));
        assertTrue(shortest(times) >= 0.3, times::toString);
        awaitPingWithin(1);
    }

    @Test
    void jitterSpreadsTimes() {
        link("b", "direction:to,delay:10ms,jitter:8ms");
        List<Double> times = pings(30);
        within(PATIENCE_MILLIS, () -> {
            times.addAll(pings(10));
            return times.stream().filter(millis -> millis < 8).count() > 5
                    && times.stream().filter(millis -> millis > 12).count() > 5;
        });
        assertTrue(times.stream().allMatch(millis -> millis >= 2), times::toString);
    }

    @Test
    void lossAndDuplicationAreWhatPingSees() {
        link("b", "direction:to,loss:30%,seed:1");
        long answered = answersTo(100); // what is lost, ARP among it, is counted
        assertTrue(answered > 30 && answered < 100, answered + " of 100: eight and six standard deviations");

        link("b", "direction:from,duplicate:100%");
        within(
                PATIENCE_MILLIS,
                () -> left.run("sh", "-c", "ping -n -c 5 -i 0.02 -W 1 198.18.71.2 || true")
                        .contains("DUP!"));
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
            within(120_000, () -> counters("b").drops().containsKey(DropReason.LINK_QUEUE_FULL));
            // A machine that stands still for a while spoils the seconds in which it does.
            List<Double> rates = new ArrayList<>();
            try {
                within(PATIENCE_MILLIS, () -> {
                    rates.add(megabitsOfTwoSeconds());
                    return Math.abs(rates.getLast() - 10) <= 0.5;
                });
            } catch (AssertionError e) {
                throw new AssertionError("rates in Mbit/s: " + rates, e);
            }
            System.out.println("rate 10 Mbit/s: " + rates);
        } finally {
            flood.destroyForcibly();
            flood.onExit().join();
        }
        within(PATIENCE_MILLIS, () -> counters("b").egressInFlight() == 0);
    }

    private double megabitsOfTwoSeconds() {
        long start = System.nanoTime();
        long before = counters("b").transmittedBytes();
        sleep(2000);
        long bytes = counters("b").transmittedBytes() - before;
        return bytes * 8 / ((System.nanoTime() - start) / 1e9) / 1e6;
    }

    @Test
    void aLinkThatIsDownForATimeComesBackByItself() {
        long start = System.nanoTime();
        link("b", "down,for:700ms");
        within(PATIENCE_MILLIS, () -> times(ping()).size() == 1);
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis >= 700, "answered after " + millis + " ms");
        within(
                PATIENCE_MILLIS,
                () -> sw.links().show("b").orElseThrow().settings().isEmpty());
    }
}
