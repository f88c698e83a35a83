// SPDX-License-Identifier: Apache-2.0

package weir.control.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.topology.PortDefinition;
import weir.core.LinkInfo;

/**
 * A port's link in a daemon.
 *
 * @param leftNs nanoseconds until the settings end by themselves; null when they do not
 * @param configured settings of the port's definition; empty for none
 */
@JsonNaming(SnakeCaseStrategy.class)
public record LinkView(
        @JsonProperty("switch") String switchName,
        @JsonUnwrapped LinkReport report,
        @Nullable Long leftNs,
        String configured) {
    /** A link at this moment. */
    public static LinkView of(String switchName, LinkInfo link, @Nullable PortDefinition definition) {
        Object configured = definition == null ? null : definition.link();
        return new LinkView(
                switchName,
                LinkReport.of(link),
                link.nanosLeft() == 0 ? null : link.nanosLeft(),
                configured == null ? "" : configured.toString());
    }

    /** Whether frames are or were treated specially. */
    public static boolean isUsed(LinkInfo link) {
        return LinkReport.isUsed(link);
    }
}
