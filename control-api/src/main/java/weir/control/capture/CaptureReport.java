// SPDX-License-Identifier: Apache-2.0

package weir.control.capture;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.core.capture.CaptureCounters;

/**
 * A capture of the daemon at one moment.
 *
 * @param file where it is written; null for one that a client gets as a stream
 * @param end why it ended; null while it runs. Those with a file are remembered for a while
 */
public record CaptureReport(
        int id,
        CaptureRequest request,
        @Nullable String file,
        Instant since,
        @Nullable String end,
        CaptureCounters counters) {
    /** As {@code Capture} of {@code openapi.yaml}. */
    public Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("switch", request.switchName());
        json.put("port", request.port().isEmpty() ? null : request.port());
        json.put("direction", request.direction().name().toLowerCase(Locale.ROOT));
        json.put("drops", request.drops().name().toLowerCase(Locale.ROOT));
        json.put("snap_bytes", request.snapBytes());
        json.put("filter", request.filterText());
        json.put("file", file);
        json.put("since", since.toString());
        json.put("end", end);
        json.put("seen", counters.seen());
        json.put("matched", counters.matched());
        json.put("captured", counters.captured());
        json.put("lost", counters.lost());
        json.put("delivered", counters.delivered());
        return json;
    }
}
