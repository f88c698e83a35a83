// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import weir.core.program.AttachedProgram;
import weir.core.program.TraceLine;

/**
 * What programs printed. A program's buffer gives each line once; here the last lines are kept, so that whoever asks gets
 * the same. Any thread.
 */
final class TraceLogs {
    /** Lines of a program that are kept. */
    static final int KEPT = 1_000;

    private final Map<AttachedProgram, Deque<Map<String, Object>>> linesByProgram = new WeakHashMap<>();

    /** The last lines of a program, oldest first: {@code time} (ISO 8601) and {@code text}. */
    synchronized List<Map<String, Object>> lines(AttachedProgram program) {
        Deque<Map<String, Object>> lines = linesByProgram.computeIfAbsent(program, key -> new ArrayDeque<>());
        List<TraceLine> taken = program.takeTrace(KEPT);
        while (!taken.isEmpty()) {
            taken.forEach(line -> lines.addLast(Map.of("time", time(line), "text", line.text())));
            while (lines.size() > KEPT) {
                lines.removeFirst();
            }
            taken = taken.size() < KEPT ? List.of() : program.takeTrace(KEPT);
        }
        return List.copyOf(lines);
    }

    private static String time(TraceLine line) {
        return Instant.now().minusNanos(System.nanoTime() - line.nanos()).toString();
    }
}
