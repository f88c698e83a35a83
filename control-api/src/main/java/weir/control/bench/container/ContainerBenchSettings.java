// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How the container benchmark runs.
 *
 * @param docker whether Weir's stations are Docker's containers; else they are namespaces, as those of baselines are
 * @param seconds length of one measurement; TCP takes whole seconds, or what 10 Gbit/s carry in less than one
 * @param pairs how often all are measured in turn
 * @param frameBytes of small frames, without FCS
 * @param switchCpu where the switch runs; -1: anywhere
 * @param trafficCpu where generator, sink and iperf3 run; -1: anywhere
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ContainerBenchSettings(
        Layout topology,
        Attachment mode,
        boolean docker,
        List<Baseline> baselines,
        double seconds,
        int pairs,
        int frameBytes,
        int switchCpu,
        int trafficCpu) {
    public ContainerBenchSettings {
        baselines = List.copyOf(baselines);
    }

    /** For people. */
    public String pinning() {
        return switchCpu < 0
                ? "nothing is pinned: there is one CPU"
                : "the switch on CPU " + switchCpu + ", generator, sink and iperf3 on CPU " + trafficCpu;
    }
}
