// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortOptions;

/** The ports of a switch at one moment. Immutable; replaced whole when a port comes or goes. */
public final class PortTable {
    /** Ports that a switch can have at the same time. */
    public static final int MAX_PORTS = 4096;

    private static final char NO_PORT = Character.MAX_VALUE;

    private final @Nullable PortEntry[] byIndex;
    private final char[] indexOfNumber;
    private final PortEntry[] unaware;
    private final PortEntry[] aware;

    public PortTable(List<PortEntry> ports) {
        int bound = ports.stream().mapToInt(PortEntry::index).max().orElse(-1) + 1;
        byIndex = new PortEntry[bound];
        int highest = ports.stream().mapToInt(PortEntry::number).max().orElse(0);
        indexOfNumber = new char[highest + 1];
        Arrays.fill(indexOfNumber, NO_PORT);
        for (PortEntry port : ports) {
            byIndex[port.index()] = port;
            indexOfNumber[port.number()] = (char) port.index();
        }
        unaware = ports.stream().filter(port -> !port.treatsVlans()).toArray(PortEntry[]::new);
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

    /** Index of the port with a number that came from outside, or -1. */
    int indexOf(int number) {
        if (number < 1 || number > PortOptions.MAX_NUMBER || number >= indexOfNumber.length) {
            return -1;
        }
        char index = indexOfNumber[number];
        return index == NO_PORT ? -1 : index;
    }

    /** Ports that a flood in this VLAN may reach; the caller still asks {@link PortEntry#isMember}. */
    PortEntry[] floodCandidates(int vlan) {
        return vlan == 0 ? unaware : aware;
    }
}
