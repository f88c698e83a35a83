// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What a program did with the frames of a capture.
 *
 * @param type what it is for: {@code xdp} or {@code vale}
 * @param engine what ran it: {@code checked-interpreter}, {@code checked-jit} or {@code unchecked-jit}
 * @param frames that it ran on
 * @param runs frames times repetitions
 * @param skipped by reason: frames that it did not run on
 * @param cut frames of which the capture holds only the first bytes
 * @param written frames in the output file; null without one
 * @param nsPerFrame nanoseconds of one run; null without frames
 * @param verdicts by name of the action, the number for what is none; of VALE programs {@code port N}, {@code
 *     broadcast} and {@code drop}: frames
 * @param redirects where frames were redirected to
 * @param faults what the program did wrong, at most {@link ProgramReplay#MAX_FAULTS}
 * @param trace first lines of {@code bpf_trace_printk}
 * @param events records of {@code bpf_perf_event_output} and ring buffers, by map
 * @param maps afterwards, by name
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ReplayReport(
        String program,
        String section,
        String type,
        String engine,
        long frames,
        long runs,
        Map<String, Long> skipped,
        long cut,
        @Nullable Long written,
        @Nullable Nanos nsPerFrame,
        Map<String, Long> verdicts,
        List<RedirectCount> redirects,
        FaultCounts faults,
        Trace trace,
        Map<String, Events> events,
        Map<String, MapDump> maps) {
    /**
     * How long runs took, nanoseconds.
     *
     * @param min of the fastest frame
     * @param median half of the frames took no longer; to about 6 %
     * @param mean warm-up of the JVM included
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Nanos(long min, long median, long mean) {}

    /**
     * A target of redirects.
     *
     * @param map through which; null for {@code bpf_redirect}
     * @param target port, or key in the map
     * @param flags as given to the helper
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record RedirectCount(@Nullable String map, long target, long flags, long frames) {}

    /** Frames that ended in a fault, and the places where. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record FaultCounts(long frames, List<FaultCount> places) {}

    /**
     * A rule that was broken at an instruction.
     *
     * @param instruction its slot
     * @param rule what was broken, and by what
     * @param file of the source; null without line information, as {@code line} and {@code source}
     * @param firstFrame the first frame that it happened with, from 1
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FaultCount(
            String program,
            int instruction,
            String rule,
            @Nullable String file,
            @Nullable Integer line,
            @Nullable String source,
            long frames,
            long firstFrame) {}

    /** What the program printed. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Trace(List<TraceLine> lines, long leftOut) {}

    /** A line that the program printed, with the frame, from 1. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record TraceLine(long frame, String text) {}

    /**
     * Records that came through a map.
     *
     * @param count that programs handed over
     * @param discarded that they reserved and threw away
     * @param leftOut of both, not in {@code records}
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Events(long count, long discarded, long leftOut, List<EventRecord> records) {}

    /**
     * A record.
     *
     * @param frame that the program ran on, from 1
     * @param cpu of perf events: whose ring it went to; null for ring buffers
     * @param lengthBytes of the program's data
     * @param bytes of the program's data, hexadecimal; null when discarded
     * @param packet bytes of the frame that a perf event carries; null without
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record EventRecord(
            long frame,
            @Nullable Integer cpu,
            int lengthBytes,
            @Nullable String bytes,
            @Nullable String packet,
            boolean discarded) {}
}
