// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What of RFC 2544 is measured.
 *
 * @param bidirectional the second port sends as much as the first (section 14)
 * @param broadcastPercent of the frames that go to everybody (section 11.1)
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Rfc2544Settings(
        List<Rfc2544Test> tests,
        boolean bidirectional,
        int broadcastPercent,
        @JsonUnwrapped TrialSettings trials) {
    public Rfc2544Settings {
        tests = List.copyOf(tests);
    }

    boolean has(Rfc2544Test test) {
        return tests.contains(test);
    }

    /** About the longest that it takes: every search to its end, every trial as long as it may be. */
    public double secondsAtMost() {
        double sum = trials.secondsOfWarmUp();
        for (int _ : trials.frameSizes()) {
            sum += trialsOfSize() * trials.secondsOfTrial();
        }
        return sum + (has(Rfc2544Test.RESET) ? 2 * trials.repeats() * trials.secondsOfTrial() : 0);
    }

    private int trialsOfSize() {
        int count = tests.stream().allMatch(test -> test == Rfc2544Test.RESET) ? 0 : trials.trialsOfSearch();
        count += has(Rfc2544Test.LATENCY) ? 1 : 0;
        count += has(Rfc2544Test.FRAME_LOSS) ? Rfc2544.LOSS_STEPS : 0;
        count += has(Rfc2544Test.BACK_TO_BACK) ? trials.repeats() * trials.trialsOfSearch() : 0;
        count += has(Rfc2544Test.SYSTEM_RECOVERY) ? 2 * trials.repeats() : 0;
        return count;
    }
}
