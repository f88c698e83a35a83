// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How the trials of both methodologies run.
 *
 * @param frameSizes lengths with FCS, as the RFCs give them; what is sent has 4 bytes less
 * @param seconds length of a trial
 * @param settleSeconds after learning, and without a frame before a trial is over
 * @param warmUpSeconds load before the first trial
 * @param resolutionPercent of a rate, to which a throughput is known
 * @param acceptedLossPercent losses up to this are none
 * @param attempts a rate has failed when so many trials in a row have
 * @param repeats of what is an average of several trials
 * @param lineRate of each port, bits a second; 0: none is known
 * @param stations behind each port
 * @param flows pairs of IP address and UDP port of each sending port
 */
@JsonNaming(SnakeCaseStrategy.class)
public record TrialSettings(
        List<Integer> frameSizes,
        double seconds,
        double settleSeconds,
        double warmUpSeconds,
        double resolutionPercent,
        double acceptedLossPercent,
        int attempts,
        int repeats,
        long lineRate,
        int stations,
        int flows) {
    /** Lengths for Ethernet: RFC 2544, 9.1, with FCS. */
    public static final List<Integer> ETHERNET_SIZES = List.of(64, 128, 256, 512, 1024, 1280, 1518);

    /** Of a frame on a cable that no frame of Weir has. */
    public static final int FCS_BYTES = 4;

    /** Preamble with start delimiter, and gap, which a frame with FCS takes beside itself: IEEE 802.3. */
    static final int PREAMBLE_AND_GAP_BYTES = 20;

    static final double PERCENT = 100;

    public TrialSettings {
        frameSizes = List.copyOf(frameSizes);
    }

    /** Most frames of a length that a line carries in a second (RFC 2544, appendix B); 0 where none is known. */
    double maximumPps(int frameSize) {
        return (double) lineRate / ((frameSize + PREAMBLE_AND_GAP_BYTES) * Byte.SIZE);
    }

    /** Length of the longest frame, with FCS. */
    public int longestSize() {
        return frameSizes.stream().max(Integer::compare).orElseThrow();
    }

    /** Trials of a search at most, about: for the highest rate, a guess, and halves of what is between. */
    int trialsOfSearch() {
        int halves = (int) Math.ceil(Math.log(PERCENT / resolutionPercent) / Math.log(2));
        return 1 + (halves + 2) * attempts;
    }

    /** Load, and what is learned and waited for between. */
    double secondsOfWarmUp() {
        return warmUpSeconds == 0 ? 0 : warmUpSeconds + RateTrials.WARM_UP_TURNS * 3 * settleSeconds;
    }

    /** A trial, and the learning before it. */
    double secondsOfTrial() {
        return seconds + 2 * settleSeconds;
    }
}
