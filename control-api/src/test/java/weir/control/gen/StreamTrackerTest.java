// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.testing.Seeds;

class StreamTrackerTest {
    private static SinkReport.StreamReport track(long... sequences) {
        StreamTracker tracker = new StreamTracker(7);
        for (long each : sequences) {
            tracker.add(each);
        }
        return tracker.report();
    }

    private static SinkReport.StreamReport report(
            long first, long last, long received, long lost, long duplicates, long reordered) {
        return new SinkReport.StreamReport(7, first, last, received, lost, duplicates, reordered);
    }

    static Stream<Arguments> sequences() {
        int far = StreamTracker.WINDOW + 1;
        return Stream.of(
                Arguments.of("nothing", new long[] {}, report(-1, -1, 0, 0, 0, 0)),
                Arguments.of("in order", new long[] {0, 1, 2}, report(0, 2, 3, 0, 0, 0)),
                Arguments.of("from the middle", new long[] {10, 11}, report(10, 11, 2, 0, 0, 0)),
                Arguments.of("a gap", new long[] {0, 3}, report(0, 3, 2, 2, 0, 0)),
                Arguments.of("twice", new long[] {0, 1, 1, 0}, report(0, 1, 2, 0, 2, 0)),
                Arguments.of("swapped", new long[] {0, 2, 1, 3}, report(0, 3, 4, 0, 0, 1)),
                Arguments.of("swapped at the start", new long[] {1, 0, 2}, report(0, 2, 3, 0, 0, 1)),
                Arguments.of("late and twice", new long[] {0, 2, 1, 1}, report(0, 2, 3, 0, 1, 1)),
                Arguments.of("a long gap", new long[] {0, far}, report(0, far, 2, far - 1, 0, 0)),
                Arguments.of("later than is known", new long[] {1, far + 1, 0}, report(0, far + 1, 3, far - 1, 0, 1)),
                Arguments.of(
                        "places of old numbers are free",
                        new long[] {0, StreamTracker.WINDOW, StreamTracker.WINDOW - 1},
                        report(0, StreamTracker.WINDOW, 3, StreamTracker.WINDOW - 2, 0, 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sequences")
    void tellsWhatCameOfTheFrames(String name, long[] sequences, SinkReport.StreamReport expected) {
        assertEquals(expected, track(sequences), name);
    }

    static long[] seeds() {
        return Seeds.of(5);
    }

    /** Against a set: numbers that go, come twice, and are held back for less than the window. */
    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithASetOfNumbers(long seed) {
        RandomGenerator random = Seeds.random(seed);
        StreamTracker tracker = new StreamTracker(7);
        Set<Long> seen = new HashSet<>();
        long next = 0;
        long highest = -1;
        long duplicates = 0;
        long reordered = 0;
        for (int i = 0; i < 50_000; i++) {
            long number = random.nextInt(10) < 8 ? next++ : Math.max(0, next - random.nextInt(1000));
            if (random.nextInt(20) == 0) {
                continue; // lost
            }
            tracker.add(number);
            if (!seen.add(number)) {
                duplicates++;
            } else if (number < highest) {
                reordered++;
            }
            highest = Math.max(highest, number);
        }
        long first = seen.stream().min(Long::compare).orElseThrow();
        assertEquals(
                report(first, highest, seen.size(), highest - first + 1 - seen.size(), duplicates, reordered),
                tracker.report());
    }
}
