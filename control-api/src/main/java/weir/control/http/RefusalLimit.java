// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many lines refused callers may have in a log: some of each source and some of all together in a window, and one that
 * says how many there were besides. So nobody who may do nothing can fill a disk. Any thread.
 */
final class RefusalLimit {
    /** Whoever calls {@link #endWindow} does so this often. */
    static final Duration WINDOW = Duration.ofSeconds(10);

    static final int LINES_PER_SOURCE = 5;
    static final int LINES = 50;

    /** Of those that had no line in this window nothing is remembered, so there are no more than lines. */
    private final Map<String, Integer> refusals = new HashMap<>();

    private int written;
    private long suppressed;

    /** Whether a line about a source may be written now. */
    synchronized boolean admit(String source) {
        boolean isWritten = written < LINES && refusals.getOrDefault(source, 0) < LINES_PER_SOURCE;
        if (isWritten || refusals.containsKey(source)) {
            refusals.merge(source, 1, Integer::sum);
        }
        if (isWritten) {
            written++;
        } else {
            suppressed++;
        }
        return isWritten;
    }

    /** Begins a new window; what is to be said about the lines that the old one left out. */
    synchronized Optional<String> endWindow() {
        Optional<String> summary = suppressed == 0 ? Optional.empty() : Optional.of(summary());
        refusals.clear();
        written = 0;
        suppressed = 0;
        return summary;
    }

    private String summary() {
        String busiest = refusals.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("nobody");
        return suppressed + " refused requests more, suppressed here; most requests came from " + busiest;
    }
}
