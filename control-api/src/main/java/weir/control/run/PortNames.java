// SPDX-License-Identifier: Apache-2.0

package weir.control.run;

import java.util.Collection;

/** Names of ports that were given none. */
public final class PortNames {
    private static final int MAX_LENGTH = 15;

    private PortNames() {}

    /** Interfaces in two namespaces may have one name, ports of a switch may not: {@code eth0}, {@code eth0-2}. */
    public static String free(String wanted, Collection<String> taken) {
        String name = wanted;
        for (int i = 2; taken.contains(name); i++) {
            String suffix = "-" + i;
            name = wanted.substring(0, Math.min(wanted.length(), MAX_LENGTH - suffix.length())) + suffix;
        }
        return name;
    }
}
