// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.Optional;
import weir.core.link.LinkCounters;
import weir.core.link.LinkSettings;

/**
 * Emulation of a port's link at one moment.
 *
 * @param port name
 * @param settings in force; empty when nothing is emulated now
 * @param nanosLeft until it ends by itself; 0 when it does not
 * @param toPort what was done to frames that leave by the port since it was attached
 * @param fromPort what was done to frames that come in by it
 */
public record LinkInfo(
        String port, Optional<LinkSettings> settings, long nanosLeft, LinkCounters toPort, LinkCounters fromPort) {}
