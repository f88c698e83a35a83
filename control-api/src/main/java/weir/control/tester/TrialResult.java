// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.control.gen.SinkReport;

/**
 * What came of a trial. Offered and intended load are told apart as in RFC 2285, 3.5: what is offered is what ports took.
 *
 * @param intended frames that were to be sent
 * @param offered frames that left the tester
 * @param expected arrivals that these must lead to
 * @param received frames that arrived where they should, each counted once
 * @param duplicates of those, that came again
 * @param reordered of those, that came behind a later one
 * @param flooded frames that arrived at a port whose station they were not for
 * @param strangers frames that arrived and are none of the trial's
 * @param missed frames that the tester was too slow to take; they are not the device's losses
 * @param heldUp whether it was the ports that kept the tester from offering what it should
 * @param waits rounds of the tester in which there was no room at a port, or no empty frame, for all that was due
 * @param seconds that offering took, at least the time that was planned
 * @param offeredBySender frames of each stream, in the order of the plan, that its port took or refused
 * @param ports what each port received, in their order
 * @param latency of the frames received; null when it was not asked for, or none came
 * @param firstArrivalNanos by the device's clock; 0 without an arrival
 * @param lastArrivalNanos by the device's clock; 0 without an arrival
 * @param recoveryNanos with several steps: from the beginning of the last one until the frame was made behind the last that is
 *     missing; 0 when none is missing since
 */
public record TrialResult(
        long intended,
        long offered,
        long expected,
        long received,
        long duplicates,
        long reordered,
        long flooded,
        long strangers,
        long missed,
        boolean heldUp,
        long waits,
        double seconds,
        List<Long> offeredBySender,
        List<PortResult> ports,
        SinkReport.@Nullable Latency latency,
        long firstArrivalNanos,
        long lastArrivalNanos,
        long recoveryNanos) {
    private static final double PERCENT = 100;

    public TrialResult {
        offeredBySender = List.copyOf(offeredBySender);
        ports = List.copyOf(ports);
    }

    /**
     * What a port received.
     *
     * @param bySender frames of each stream, in the order of the plan
     * @param flooded frames for stations of other ports
     */
    public record PortResult(long received, List<Long> bySender, long flooded) {
        public PortResult {
            bySender = List.copyOf(bySender);
        }
    }

    /** Frames that the device took and did not deliver. */
    public long lost() {
        return Math.max(0, expected - received - missed);
    }

    /** Of what was expected. */
    public double lossPercent() {
        return expected == 0 ? 0 : PERCENT * lost() / expected;
    }

    public double offeredPps() {
        return offered / seconds;
    }

    /** Frames a second that the device delivered (RFC 2285, 3.6.1), over the time in which they were offered. */
    public double forwardedPps() {
        return received / seconds;
    }

    /**
     * How it went.
     *
     * @param acceptedLossPercent losses up to this are none
     */
    public Outcome outcome(double acceptedLossPercent) {
        if (lossPercent() > acceptedLossPercent) {
            return Outcome.LOST;
        }
        if (missed > 0) {
            return Outcome.LATE;
        }
        if (offered < intended) {
            return heldUp ? Outcome.REFUSED : Outcome.LATE;
        }
        return Outcome.PASSED;
    }
}
