// SPDX-License-Identifier: Apache-2.0

package weir.control.trace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.capture.RequestedFilter;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.ObjectReader;
import weir.core.trace.TraceDetail;
import weir.core.trace.TraceSettings;

/**
 * A trace as a client asks for it.
 *
 * @param port that frames come in by; empty for all
 * @param frames until it ends
 * @param seconds until it ends; 0 for no limit
 * @param dropsOnly only frames that are dropped
 * @param detail of the ways through programs
 * @param filter which frames; null for all
 */
public record TraceRequest(
        String switchName,
        String port,
        int frames,
        int seconds,
        boolean dropsOnly,
        TraceDetail detail,
        @Nullable RequestedFilter filter) {
    /**
     * Reads it from JSON.
     *
     * @throws DefinitionErrors with a pointer to whatever is wrong
     */
    public static TraceRequest read(JsonNode node) throws DefinitionErrors {
        List<DefinitionErrors.Place> errors = new ArrayList<>();
        ObjectReader reader = new ObjectReader(node, "", errors);
        String switchName = reader.text("switch", "");
        if (switchName.isEmpty()) {
            reader.wrong("/switch", "'switch' is missing", "name the switch whose frames are traced");
        }
        TraceRequest request = new TraceRequest(
                switchName,
                reader.text("port", ""),
                reader.number("frames", 1, TraceSettings.MAX_FRAMES, TraceSettings.DEFAULT_FRAMES),
                reader.number("seconds", 1, Integer.MAX_VALUE, 0),
                reader.flag("drops_only", false),
                reader.choice("path", TraceDetail.class, TraceDetail.LINES),
                RequestedFilter.read(reader, errors));
        reader.end();
        if (!errors.isEmpty()) {
            throw new DefinitionErrors(errors);
        }
        return request;
    }

    /** What the switch is asked for, without the filter. */
    TraceSettings settings() {
        return TraceSettings.NEXT
                .withPort(port)
                .withFrames(frames)
                .withDropsOnly(dropsOnly)
                .withDetail(detail);
    }
}
