// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.Arrays;
import java.util.List;

/**
 * What repeated measurements say. On a noisy machine a single figure moves by a third, the median of
 * ratios taken pair by pair by a few hundredths.
 */
public record PairStatistics(double median, double min, double max, List<Double> values) {
    public PairStatistics {
        values = List.copyOf(values);
    }

    /** Of at least one value. */
    public static PairStatistics of(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return new PairStatistics(median(values), sorted[0], sorted[sorted.length - 1], values);
    }

    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
