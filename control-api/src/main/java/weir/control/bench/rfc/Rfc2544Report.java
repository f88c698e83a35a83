// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.gen.SinkReport;
import weir.control.machine.MachineFacts;
import weir.control.tester.TrialResult;

/**
 * What {@code weir bench rfc2544} gave. Rates are those of each sending port; lengths have the FCS.
 *
 * @param device what was measured
 * @param complete false when it was stopped before the end
 * @param notes what was left out, and why
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Rfc2544Report(
        String benchmark,
        MachineFacts machine,
        String device,
        Rfc2544Settings settings,
        boolean complete,
        List<ThroughputRow> throughput,
        List<LatencyRow> latency,
        List<LossRow> frameLoss,
        List<BurstRow> backToBack,
        List<RecoveryRow> systemRecovery,
        List<ResetRow> reset,
        List<String> notes) {
    public Rfc2544Report {
        throughput = List.copyOf(throughput);
        latency = List.copyOf(latency);
        frameLoss = List.copyOf(frameLoss);
        backToBack = List.copyOf(backToBack);
        systemRecovery = List.copyOf(systemRecovery);
        reset = List.copyOf(reset);
        notes = List.copyOf(notes);
    }

    /**
     * Section 26.1.
     *
     * @param pps highest rate without loss
     * @param mbps of that, frames with FCS
     * @param maximumPps what the line carries at most; null where its rate is not known
     * @param limitedBy what kept the rate from being higher
     * @param trials that it took
     * @param failed the last trial at a higher rate; null when there was none
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record ThroughputRow(
            int frameBytes,
            double pps,
            double mbps,
            @Nullable Double maximumPps,
            Limit limitedBy,
            int trials,
            @Nullable TrialRow failed) {}

    /**
     * One trial, all ports together.
     *
     * @param intended frames that were to be sent
     * @param offered frames that were sent (RFC 2285, 3.5)
     * @param missed frames that the tester was too slow to take, part of neither received nor lost
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record TrialRow(
            long intended,
            long offered,
            long received,
            long lost,
            long missed,
            double offeredPps,
            double forwardedPps) {
        static TrialRow of(TrialResult result) {
            return new TrialRow(
                    result.intended(),
                    result.offered(),
                    result.received(),
                    result.lost(),
                    result.missed(),
                    result.offeredPps(),
                    result.forwardedPps());
        }
    }

    /**
     * Section 26.2, of every frame of a trial at the throughput.
     *
     * @param latency from making a frame to its arrival in the tester; null when no frame arrived
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record LatencyRow(int frameBytes, double pps, SinkReport.@Nullable Latency latency) {}

    /**
     * Section 26.3.
     *
     * @param percent of the highest rate, which was intended
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record LossRow(
            int frameBytes,
            int percent,
            double intendedPps,
            double offeredPps,
            long offered,
            long lost,
            double lossPercent) {}

    /**
     * Section 26.4.
     *
     * @param frames of the longest burst without loss, on average
     * @param atLeast whether no burst was long enough to lose a frame
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record BurstRow(int frameBytes, double frames, long min, long max, int bursts, boolean atLeast) {}

    /**
     * Section 26.5.
     *
     * @param overloadPps too much for the device
     * @param reducedPps half of that
     * @param lost frames in all overloads
     * @param milliseconds from the change of rates to the last loss, on average
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record RecoveryRow(
            int frameBytes,
            double overloadPps,
            double reducedPps,
            long lost,
            double milliseconds,
            double maxMilliseconds) {}

    /**
     * Section 26.6.
     *
     * @param milliseconds from the last frame before to the first one after, on average
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record ResetRow(int frameBytes, double pps, double milliseconds, double maxMilliseconds, int resets) {}
}
