// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.List;
import java.util.Map;
import weir.control.bench.PairStatistics;
import weir.control.machine.MachineFacts;

/**
 * What {@code weir bench container} or its kin gave. Figures go by {@link Figure#key()}; one that could not be measured is absent.
 *
 * @param benchmark the command's name behind {@code weir bench}
 * @param pinning what ran where
 * @param contenders Weir first, then those that it is held against
 * @param ratios Weir's figure through the other's, turn by turn
 * @param notes what was left out, and why
 */
public record ContainerBenchReport(
        String benchmark,
        MachineFacts machine,
        ContainerBenchSettings settings,
        String pinning,
        List<Measured> contenders,
        List<Ratios> ratios,
        List<String> notes) {

    /**
     * All turns of one contender.
     *
     * @param drops frames of all turns by reason; reasons without drops absent
     */
    public record Measured(String name, Map<String, PairStatistics> figures, Map<String, Long> drops) {}

    /** Weir against one baseline. */
    public record Ratios(String baseline, Map<String, PairStatistics> figures) {}
}
