// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.List;
import weir.ebpf.map.Bytes;

/**
 * How a program would have decided about frames that another one decided about.
 *
 * @param frames that were looked at
 * @param counts by what both said; those where they agree are among them
 * @param examples the first frames about which they differ
 */
public record ShadowReport(int frames, List<Count> counts, List<Example> examples) {
    /** Examples that are kept. */
    public static final int MAX_EXAMPLES = 10;

    public ShadowReport {
        counts = List.copyOf(counts);
        examples = List.copyOf(examples);
    }

    /**
     * Frames with the same pair of verdicts.
     *
     * @param before what the program in place said: {@code XDP_PASS}, {@code XDP_REDIRECT to port 3}, {@code fault}
     * @param after what the new one says
     */
    public record Count(String before, String after, long frames) {
        public boolean differs() {
            return !before.equals(after);
        }
    }

    /**
     * A frame about which they differ.
     *
     * @param ingressPort number of the port that it came in by
     * @param frame as it was before either program changed it
     */
    public record Example(int ingressPort, Bytes frame, String before, String after) {}

    /** Frames about which the two differ. */
    public long differences() {
        return counts.stream().filter(Count::differs).mapToLong(Count::frames).sum();
    }
}
