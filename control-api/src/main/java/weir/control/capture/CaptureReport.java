// SPDX-License-Identifier: Apache-2.0

package weir.control.capture;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.core.capture.CaptureCounters;

/**
 * A capture of the daemon at one moment.
 *
 * @param place {@code sw0}, or {@code sw0:web} for one port
 * @param file where it is written; null for one that a client gets as a stream
 * @param running false once it has ended; those with a file are remembered for a while
 * @param end why it ended; null while it runs
 * @param matched frames that it is about
 * @param captured copied
 * @param lost not copied, since the buffer was full
 * @param delivered written, or on their way to the client
 */
@JsonNaming(SnakeCaseStrategy.class)
public record CaptureReport(
        String id,
        String place,
        String direction,
        String drops,
        int snaplen,
        @Nullable String file,
        boolean running,
        @Nullable String end,
        long matched,
        long captured,
        long lost,
        long delivered) {
    static CaptureReport of(
            String id, CaptureRequest request, @Nullable String file, @Nullable String end, CaptureCounters counters) {
        return new CaptureReport(
                id,
                request.place(),
                request.direction().name().toLowerCase(Locale.ROOT),
                request.drops().name().toLowerCase(Locale.ROOT),
                request.snaplen(),
                file,
                end == null,
                end,
                counters.matched(),
                counters.captured(),
                counters.lost(),
                counters.delivered());
    }
}
