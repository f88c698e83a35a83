// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.sum;

import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * How fast a switch's counters went up between two of the daemon's answers to {@code stats}. Rates are a second's; NaN where
 * there is none, as for a port that was attached anew meanwhile.
 */
record CounterRates(JsonNode before, JsonNode now) {
    private static final double NANOS = 1e9;

    /** Between the two. */
    double seconds() {
        return (now.path("monotonic_ns").asLong(0) - before.path("monotonic_ns").asLong(0)) / NANOS;
    }

    /** Of a port's counter, such as {@code received}. */
    double port(String port, String field) {
        return perSecond(count(now, port, field) - count(before, port, field), seconds());
    }

    /** Of what ended at a port, for whatever reason. */
    double drops(String port) {
        return perSecond(sum(drops(now, port)) - sum(drops(before, port)), seconds());
    }

    /** Of the sum of a counter over all ports that are there. */
    double allPorts(String field) {
        double sum = 0;
        for (String port : now.path("ports").propertyNames()) {
            double rate = port(port, field);
            sum += Double.isNaN(rate) ? 0 : rate;
        }
        return seconds() <= 0 ? Double.NaN : sum;
    }

    /** Of drops for a reason in the whole switch. */
    double reason(String reason) {
        return perSecond(
                now.path("drops").path(reason).asLong(0)
                        - before.path("drops").path(reason).asLong(0),
                seconds());
    }

    private static long count(JsonNode answer, String port, String field) {
        return answer.path("ports").path(port).path(field).asLong(0);
    }

    private static JsonNode drops(JsonNode answer, String port) {
        return answer.path("ports").path(port).path("drops");
    }

    /** A count through a time. */
    static double perSecond(long count, double seconds) {
        return count < 0 || seconds <= 0 ? Double.NaN : count / seconds;
    }

    /** A rate for people: a whole number, or {@code -} for none. */
    static String text(double rate) {
        return Double.isNaN(rate) ? "-" : String.format(Locale.ROOT, "%,.0f", rate);
    }
}
