// SPDX-License-Identifier: Apache-2.0

package weir.control.station;

import java.net.InetAddress;

/**
 * A route by way of a gateway.
 *
 * @param destination of the gateway's family; with a prefix of length 0 the default route
 */
public record Route(IpPrefix destination, InetAddress gateway) {
    /** The default route of a gateway's family. */
    public static Route byDefault(InetAddress gateway) {
        return new Route(new IpPrefix(gateway, 0).host(0), gateway);
    }

    /** {@code 198.19.0.0/16 via 198.18.0.1}, {@code default via 2001:db8::1}. */
    @Override
    public String toString() {
        return (destination.length() == 0 ? "default" : destination.toString()) + " via " + IpPrefix.text(gateway);
    }
}
