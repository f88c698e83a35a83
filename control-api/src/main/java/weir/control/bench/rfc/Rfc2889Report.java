// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.gen.SinkReport;
import weir.control.machine.MachineFacts;

/**
 * What {@code weir bench rfc2889} gave. Rates are those of all ports together unless it says otherwise; lengths have the FCS.
 *
 * @param device what was measured
 * @param complete false when it was stopped before the end
 * @param notes what was left out, and why
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Rfc2889Report(
        String benchmark,
        MachineFacts machine,
        String device,
        int ports,
        Rfc2889Settings settings,
        boolean complete,
        List<ForwardingRow> forwarding,
        List<CongestionRow> congestion,
        List<PressureRow> forwardPressure,
        @Nullable CachingRow addressCaching,
        @Nullable LearningRow addressLearning,
        List<ErroredRow> erroredFrames,
        List<BroadcastRow> broadcast,
        List<String> notes) {
    public Rfc2889Report {
        forwarding = List.copyOf(forwarding);
        congestion = List.copyOf(congestion);
        forwardPressure = List.copyOf(forwardPressure);
        erroredFrames = List.copyOf(erroredFrames);
        broadcast = List.copyOf(broadcast);
        notes = List.copyOf(notes);
    }

    /**
     * Sections 5.1 and 5.2.
     *
     * @param pattern who sends to whom
     * @param pps throughput
     * @param limitedBy what kept it from being higher
     * @param maximumForwardingPps the highest forwarding rate of any trial (MFR)
     * @param offeredPps at the maximum offered load, and what was forwarded of it (FRMOL)
     * @param lossPercent at the maximum offered load
     * @param flooded frames at that load that came to a port that they were not for
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record ForwardingRow(
            Rfc2889Test pattern,
            int frameBytes,
            double pps,
            Limit limitedBy,
            double maximumForwardingPps,
            double offeredPps,
            double forwardedPps,
            double lossPercent,
            long flooded) {}

    /**
     * Section 5.5: the first port sends to the third and the fourth, half each, the second to the fourth only.
     *
     * @param offeredPps of each of both
     * @param uncongestedLossPercent of frames to the third port
     * @param congestedLossPercent of frames to the fourth port, for which there is half too much
     * @param headOfLineBlocking whether frames to the third port were lost
     * @param backPressure whether nothing was lost at the fourth port: the device held back who sends
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record CongestionRow(
            int frameBytes,
            double offeredPps,
            double uncongestedLossPercent,
            double congestedLossPercent,
            boolean headOfLineBlocking,
            boolean backPressure) {}

    /**
     * Section 5.6: the first port sends with gaps of 88 bits instead of 96 to the second.
     *
     * @param linePps most frames that the line carries
     * @param offeredPps of the overloading port
     * @param forwardedPps of the device
     * @param forwardPressure whether that is more than the line should carry, by more than what a trial can tell
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record PressureRow(
            int frameBytes, double linePps, double offeredPps, double forwardedPps, boolean forwardPressure) {}

    /**
     * Section 5.7.
     *
     * @param addresses most addresses behind one port of which no frame was flooded
     * @param entries those, and the one of the port that tests
     * @param atLeast whether no more than that were tried
     * @param flooded frames that were flooded with the next number tried
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record CachingRow(int addresses, int entries, boolean atLeast, long flooded) {}

    /**
     * Section 5.8.
     *
     * @param addresses that were taught at each rate
     * @param pps highest rate of frames with new addresses after which no frame was flooded; of one port
     * @param limitedBy what kept it from being higher
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record LearningRow(int addresses, double pps, Limit limitedBy) {}

    /**
     * Section 5.9.
     *
     * @param bytes length without FCS
     * @param offered frames that the port took
     * @param forwarded frames that came out of any port
     * @param result {@code filtered}, {@code forwarded}, {@code partly}, or {@code not_offered} where the port took none
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record ErroredRow(ErroredFrame frame, int bytes, long offered, long forwarded, String result) {}

    /**
     * Section 5.10: one port sends to everybody.
     *
     * @param pps throughput of the port that sends
     * @param forwardedPps highest rate of all ports that receive, together
     * @param latency at the throughput; null when nothing came
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record BroadcastRow(
            int frameBytes, double pps, Limit limitedBy, double forwardedPps, SinkReport.@Nullable Latency latency) {}
}
