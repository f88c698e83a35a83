// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import weir.control.gen.SinkReport;

/**
 * Runs trials on a device, one after the other, in the caller's thread, which must be the one that made the device. It never
 * sleeps: whoever paces and timestamps frames needs a core.
 */
public final class Tester {
    private static final int STREAM_NUMBERS = 1 << Short.SIZE;
    private static final int LOOK_FOR_INTERRUPTS_EVERY = 1024;
    private static final long LONGEST_LATENCY_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long STOCK_UP_WITHIN_NANOS = 20_000_000;
    private static final int DIGITS = 3;
    private static final double NANOS_PER_SECOND = 1e9;

    private final DeviceUnderTest device;
    private int nextStream = (int) (System.nanoTime() >>> Short.SIZE) & (STREAM_NUMBERS - 1);
    private int rounds;

    public Tester(DeviceUnderTest device) {
        this.device = device;
    }

    public DeviceUnderTest device() {
        return device;
    }

    /**
     * Runs one trial.
     *
     * @throws InterruptedException when the thread was interrupted; nothing of the trial is known then
     */
    public TrialResult run(TrialPlan plan) throws InterruptedException {
        int first = nextStream;
        int streams = plan.streams().size();
        nextStream = (nextStream + streams) % STREAM_NUMBERS;
        SendingPort[] senders = new SendingPort[streams];
        for (int i = 0; i < streams; i++) {
            senders[i] = new SendingPort(plan.streams().get(i), device, (first + i) % STREAM_NUMBERS);
        }
        Histogram latencies = plan.isTimed() ? new Histogram(1, LONGEST_LATENCY_NANOS, DIGITS) : null;
        ReceivingPort[] receivers = new ReceivingPort[device.ports()];
        for (int port = 0; port < receivers.length; port++) {
            receivers[port] = new ReceivingPort(port, device, first, streams, latencies);
        }
        DeviceUnderTest.Edge before = device.edge();
        exchange(plan, senders, receivers);
        return result(plan, List.of(senders), List.of(receivers), before, latencies);
    }

    /**
     * Teaches the device where stations are, before a trial (RFC 2544, 23): each sends a frame to itself, which a switch learns
     * from and forwards to nobody. Then waits, so that this has settled.
     *
     * @param streams sources are taught
     */
    public void teach(List<Stream> streams, double pps, double settleSeconds) throws InterruptedException {
        List<Stream> lessons = new ArrayList<>();
        for (Stream each : streams) {
            lessons.add(new Stream(
                    each.port(),
                    each.frameBytes(),
                    each.sources(),
                    each.sources(),
                    1,
                    Stream.Step.unhurried(pps, each.sources().count())));
        }
        // Nobody receives these: without an arrival it waits as long as told.
        TrialResult _ = run(new TrialPlan(lessons, settleSeconds));
    }

    private void exchange(TrialPlan plan, SendingPort[] senders, ReceivingPort[] receivers)
            throws InterruptedException {
        stockUp(senders);
        long settle = (long) (plan.settleSeconds() * NANOS_PER_SECOND);
        long start = device.nanos();
        for (SendingPort each : senders) {
            each.start(start);
        }
        long quietSince = start;
        boolean isOver = false;
        while (!isOver) {
            int work = device.turn();
            long now = device.nanos();
            boolean isSending = false;
            for (SendingPort each : senders) {
                work += each.send(now);
                isSending |= !each.isDone();
            }
            int taken = 0;
            for (ReceivingPort each : receivers) {
                taken += each.takeAll(senders.length);
            }
            if (isSending || taken > 0) {
                quietSince = now;
            }
            isOver = !isSending && (now - quietSince >= settle || isComplete(senders, receivers));
            rest(work + taken);
        }
    }

    /** A device that is short of frames gets its time, and is not waited for. */
    private void stockUp(SendingPort[] senders) throws InterruptedException {
        long deadline = device.nanos() + STOCK_UP_WITHIN_NANOS;
        boolean isReady = false;
        while (!isReady && deadline - device.nanos() > 0) {
            int work = device.turn();
            isReady = true;
            for (SendingPort each : senders) {
                isReady &= each.isStocked();
            }
            rest(work);
        }
    }

    /** Every frame has arrived: cheap, and asked for only when nothing is sent any more. */
    private static boolean isComplete(SendingPort[] senders, ReceivingPort[] receivers) {
        long expected = 0;
        for (SendingPort each : senders) {
            expected += each.expected();
        }
        long arrived = 0;
        long received = 0;
        for (ReceivingPort each : receivers) {
            arrived += each.arrived();
        }
        if (arrived < expected) {
            return false;
        }
        for (ReceivingPort each : receivers) {
            received += each.received();
        }
        return received >= expected;
    }

    private void rest(int work) throws InterruptedException {
        if (++rounds % LOOK_FOR_INTERRUPTS_EVERY == 0 && Thread.interrupted()) {
            throw new InterruptedException("stopped in a trial");
        }
        if (work == 0) {
            Thread.onSpinWait();
        }
    }

    private TrialResult result(
            TrialPlan plan,
            List<SendingPort> senders,
            List<ReceivingPort> receivers,
            DeviceUnderTest.Edge before,
            @Nullable Histogram latencies) {
        DeviceUnderTest.Edge after = device.edge();
        long refused = after.refused() - before.refused();
        long sent = senders.stream().mapToLong(SendingPort::sent).sum();
        long expected = senders.stream().mapToLong(SendingPort::expected).sum();
        boolean heldUp = refused > 0 || senders.stream().anyMatch(SendingPort::isHeldUpByThePort);
        return new TrialResult(
                senders.stream().mapToLong(SendingPort::intended).sum(),
                sent - refused,
                expected - refused,
                receivers.stream().mapToLong(ReceivingPort::received).sum(),
                receivers.stream().mapToLong(ReceivingPort::duplicates).sum(),
                receivers.stream().mapToLong(ReceivingPort::reordered).sum(),
                receivers.stream().mapToLong(ReceivingPort::flooded).sum(),
                receivers.stream().mapToLong(ReceivingPort::strangers).sum(),
                after.missed() - before.missed(),
                heldUp,
                senders.stream().mapToLong(SendingPort::waits).sum(),
                seconds(plan, senders),
                senders.stream().map(SendingPort::sent).toList(),
                ports(receivers, senders.size()),
                latencies == null ? null : SinkReport.Latency.of(latencies),
                receivers.stream()
                        .mapToLong(ReceivingPort::firstNanos)
                        .filter(nanos -> nanos != 0)
                        .min()
                        .orElse(0),
                receivers.stream().mapToLong(ReceivingPort::lastNanos).max().orElse(0),
                recoveryNanos(plan, senders, receivers));
    }

    /** Of the stream that took longest: as long as planned, and longer when its last frame was late. */
    private static double seconds(TrialPlan plan, List<SendingPort> senders) {
        double longest = 0;
        for (int i = 0; i < senders.size(); i++) {
            SendingPort sender = senders.get(i);
            double planned = 0;
            for (Stream.Step step : plan.streams().get(i).steps()) {
                planned += step.plannedSeconds();
            }
            double took = Math.max(1, sender.lastNanos() - sender.firstNanos()) / NANOS_PER_SECOND;
            longest = Math.max(longest, Math.max(planned, took));
        }
        return longest;
    }

    private static List<TrialResult.PortResult> ports(List<ReceivingPort> receivers, int streams) {
        List<TrialResult.PortResult> ports = new ArrayList<>();
        for (ReceivingPort each : receivers) {
            List<Long> bySender = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                bySender.add(each.received(i));
            }
            ports.add(new TrialResult.PortResult(each.received(), bySender, each.flooded()));
        }
        return ports;
    }

    private static long recoveryNanos(TrialPlan plan, List<SendingPort> senders, List<ReceivingPort> receivers) {
        long longest = 0;
        for (int i = 0; i < senders.size(); i++) {
            int last = plan.streams().get(i).steps().size() - 1;
            long began = senders.get(i).stepStart(last);
            for (ReceivingPort each : receivers) {
                long gap = each.lastGapNanos(i);
                if (last > 0 && gap != 0) {
                    longest = Math.max(longest, gap - began);
                }
            }
        }
        return longest;
    }
}
