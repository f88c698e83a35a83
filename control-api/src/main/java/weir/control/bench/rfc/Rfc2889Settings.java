// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What of RFC 2889 is measured.
 *
 * @param addresses most that are tried for the caching capacity
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Rfc2889Settings(
        List<Rfc2889Test> tests,
        int addresses,
        @JsonUnwrapped TrialSettings trials) {
    public Rfc2889Settings {
        tests = List.copyOf(tests);
    }

    /** About the longest that it takes: every search to its end, every trial as long as it may be. */
    public double secondsAtMost() {
        double sum = trials.secondsOfWarmUp();
        for (Rfc2889Test test : tests) {
            int times = test.isBySize() ? trials.frameSizes().size() : 1;
            sum += times
                    * switch (test) {
                        case FULLY_MESHED, ONE_TO_MANY, MANY_TO_ONE, BROADCAST ->
                            (trials.trialsOfSearch() + 2) * trials.secondsOfTrial();
                        case CONGESTION, FORWARD_PRESSURE -> 2 * trials.secondsOfTrial();
                        case ADDRESS_CACHING ->
                            Rfc2889Addresses.roundsOf(addresses)
                                    * (2 * addresses / Rfc2889Addresses.PPS + 3 * trials.settleSeconds());
                        case ADDRESS_LEARNING ->
                            trials.trialsOfSearch() * (addresses / Rfc2889Addresses.PPS + 3 * trials.settleSeconds());
                        case ERRORED_FRAMES -> ErroredFrame.values().length * trials.settleSeconds();
                    };
        }
        return sum;
    }
}
