// SPDX-License-Identifier: Apache-2.0

package weir.control.station;

import java.util.List;
import weir.core.fdb.MacAddress;

/**
 * What an interface inside a namespace is to have.
 *
 * @param name at most 15 bytes
 * @param mac {@link MacAddress}, or 0 to leave the one that it has
 */
public record InterfaceSettings(String name, long mac, List<IpPrefix> addresses, List<Route> routes) {
    public InterfaceSettings {
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
    }
}
