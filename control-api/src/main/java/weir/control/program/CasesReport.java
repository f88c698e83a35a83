// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What the verifier and the engine made of cases, next to what was expected.
 *
 * @param cases in the file
 * @param runs cases that were run, too
 */
@JsonNaming(SnakeCaseStrategy.class)
public record CasesReport(String file, int cases, int runs, int agreeing, int differing, List<Result> results) {
    /**
     * One case.
     *
     * @param expected as the file has it: {@code accept}, {@code reject} or {@code either}
     * @param verdict in the same words; {@code unusable} where the case cannot be tried
     * @param message why it is rejected; empty where it is accepted
     * @param run what the run gave; null where there was none
     * @param difference in words; empty where all is as expected
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Result(
            String name,
            String expected,
            String verdict,
            boolean agrees,
            String message,
            @Nullable Run run,
            String difference) {}

    /**
     * A run on a packet, under the first engine.
     *
     * @param retval what the program returned, unsigned
     * @param packetOut the frame afterwards, hexadecimal
     * @param engines that did the same, this one first
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Run(long retval, String packetOut, List<String> engines) {}

    static CasesReport of(String file, List<Result> results) {
        int agreeing = (int) results.stream().filter(Result::agrees).count();
        int runs = (int) results.stream().filter(each -> each.run() != null).count();
        return new CasesReport(file, results.size(), runs, agreeing, results.size() - agreeing, results);
    }
}
