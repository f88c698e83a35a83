// SPDX-License-Identifier: Apache-2.0
package weir.control.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramCounters;
import weir.core.program.ProgramPlace;
import weir.ebpf.program.Fault;
import weir.ebpf.program.SourceLine;

/**
 * A program on a switch and what it did.
 *
 * @param port whose frames it decides about; null for those of all ports
 * @param actions frames by what the program returned
 * @param faults frames on which it had a fault
 * @param egressFrames frames that programs in devmap entries ran on, {@code egressDrops} of them dropped
 * @param cpumapFrames frames that programs in cpumap entries ran on, {@code cpumapDrops} of them dropped
 * @param nsPerFrame mean over sampled batches; null before the first sample
 * @param lastFaults the last of each worker
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ProgramReport(
        @Nullable String port,
        String program,
        long frames,
        Map<String, Long> actions,
        long faults,
        long egressFrames,
        long egressDrops,
        long cpumapFrames,
        long cpumapDrops,
        @Nullable Double nsPerFrame,
        List<FaultPlace> lastFaults) {

    /**
     * A fault and where it happened.
     *
     * @param line of the C source; null without line information, as {@code file} and {@code text} are then
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record FaultPlace(
            String program,
            int instruction,
            String cause,
            @Nullable String file,
            @Nullable Integer line,
            @Nullable String text) {
        static FaultPlace of(Fault fault) {
            SourceLine line = fault.line();
            return new FaultPlace(
                    fault.program(),
                    fault.slot(),
                    fault.rule(),
                    line == null ? null : line.file(),
                    line == null ? null : line.line(),
                    line == null ? null : line.text().strip());
        }
    }

    /** A program at this moment. */
    public static ProgramReport of(AttachedProgram attached) {
        ProgramCounters counters = attached.counters();
        return new ProgramReport(
                attached.place() instanceof ProgramPlace.OnPort(String name) ? name : null,
                attached.spec().name(),
                counters.frames(),
                counters.byAction(attached.spec().type()),
                counters.faults(),
                counters.egressFrames(),
                counters.egressDrops(),
                counters.cpumapFrames(),
                counters.cpumapDrops(),
                counters.sampledFrames() == 0 ? null : counters.nanosPerFrame(),
                attached.lastFaults().stream().map(FaultPlace::of).toList());
    }
}
