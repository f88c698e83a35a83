// SPDX-License-Identifier: Apache-2.0
package weir.control.report;

import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.core.LinkInfo;
import weir.core.link.LinkCounters;
import weir.core.link.LinkSettings;

/**
 * Emulation of a port's link. What it dropped is among the port's drops.
 *
 * @param settings in force, as {@code --link} takes them; empty when their time is over
 * @param toPort done to frames that left by the port
 * @param fromPort done to frames that came in by it
 */
@JsonNaming(SnakeCaseStrategy.class)
public record LinkReport(String port, String settings, LinkCounters toPort, LinkCounters fromPort) {
    /** Whether the link is emulated, or was. */
    public static boolean isUsed(LinkInfo link) {
        return link.settings().isPresent()
                || !link.toPort().equals(LinkCounters.NONE)
                || !link.fromPort().equals(LinkCounters.NONE);
    }

    static LinkReport of(LinkInfo link) {
        String settings = link.settings().map(LinkSettings::toString).orElse("");
        return new LinkReport(link.port(), settings, link.toPort(), link.fromPort());
    }
}
