// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortNumbers;

/** The ports of a switch at one moment. Immutable; replaced whole when a port comes or goes. */
public final class PortTable {
    /** Ports that a switch can have at the same time. */
    public static final int MAX_PORTS = 4096;

    private final @Nullable PortEntry[] byIndex;
    private final PortNumbers numbers;
    private final PortEntry[] unaware;
    private final PortEntry[] aware;
    private final boolean anyStormLimit;

    public PortTable(List<PortEntry> ports) {
        int bound = ports.stream().mapToInt(PortEntry::index).max().orElse(-1) + 1;
        byIndex = new PortEntry[bound];
        int[] numberOfIndex = new int[bound];
        for (PortEntry port : ports) {
            byIndex[port.index()] = port;
            numberOfIndex[port.index()] = port.number();
        }
        numbers = new PortNumbers(numberOfIndex);
        unaware = ports.stream().filter(port -> !port.treatsVlans()).toArray(PortEntry[]::new);
        anyStormLimit = ports.stream().anyMatch(port -> port.storm() != null);
        aware = ports.stream().filter(PortEntry::treatsVlans).toArray(PortEntry[]::new);
    }

    /** One more than the highest index in use. */
    int bound() {
        return byIndex.length;
    }

    @Nullable
    PortEntry at(int index) {
        return index < byIndex.length ? byIndex[index] : null;
    }

    /** Whether a port has storm limits. */
    boolean anyStormLimit() {
        return anyStormLimit;
    }

    PortNumbers numbers() {
        return numbers;
    }

    /** Ports that a flood in this VLAN may reach; the caller still asks {@link PortEntry#isMember}. */
    PortEntry[] floodCandidates(int vlan) {
        return vlan == 0 ? unaware : aware;
    }
}
