// SPDX-License-Identifier: Apache-2.0

package weir.control.trace;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.control.capture.RequestedFilter;
import weir.core.trace.TraceCounters;

/**
 * A trace of the daemon at one moment.
 *
 * @param end why it ended; null while it runs
 */
public record TraceReport(
        int id,
        TraceRequest request,
        Instant since,
        @Nullable String end,
        TraceCounters counters) {
    /** As {@code Trace} of {@code openapi.yaml}. */
    public Map<String, @Nullable Object> json() {
        RequestedFilter filter = request.filter();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("switch", request.switchName());
        json.put("port", request.port().isEmpty() ? null : request.port());
        json.put("frames", request.frames());
        json.put("drops_only", request.dropsOnly());
        json.put("path", request.detail().name().toLowerCase(Locale.ROOT));
        json.put("filter", filter == null ? null : filter.word());
        json.put("since", since.toString());
        json.put("end", end);
        json.put("seen", counters.seen());
        json.put("matched", counters.matched());
        json.put("traced", counters.traced());
        json.put("passed", counters.passed());
        json.put("skipped", counters.skipped());
        json.put("lost", counters.lost());
        return json;
    }
}
