// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.control.station.IpPrefix;

/** Gives out the addresses of one network: those that the file asks for, and the next free ones. */
final class AddressPlan {
    private final List<Pool> pools;
    private final Set<InetAddress> taken = new HashSet<>();

    /**
     * A subnet.
     *
     * @param range part of it that addresses are chosen from; the subnet itself where the file names none
     */
    record Pool(IpPrefix subnet, IpPrefix range, @Nullable InetAddress gateway) {}

    /** Gateways are taken; without one the first address is, as Docker has it. */
    AddressPlan(List<Pool> pools) {
        this.pools = List.copyOf(pools);
        for (Pool pool : pools) {
            InetAddress gateway = pool.gateway();
            taken.add(gateway == null ? pool.subnet().host(1).address() : gateway);
        }
    }

    /** Whether there is a subnet of a family. */
    boolean has(boolean ipv6) {
        return pools.stream().anyMatch(pool -> pool.subnet().isIpv6() == ipv6);
    }

    /** An address that was asked for, with its prefix; null when it is of no subnet. */
    @Nullable
    IpPrefix withPrefix(InetAddress address) {
        for (Pool pool : pools) {
            if (pool.subnet().contains(address)) {
                return new IpPrefix(address, pool.subnet().length());
            }
        }
        return null;
    }

    /** Takes an address; false when somebody has it. */
    boolean take(InetAddress address) {
        return taken.add(address);
    }

    /** Takes the next free address of a family; null when there is none left. */
    @Nullable
    IpPrefix next(boolean ipv6) {
        for (Pool pool : pools) {
            if (pool.subnet().isIpv6() != ipv6) {
                continue;
            }
            for (long number = 1; number <= pool.range().hosts(); number++) {
                InetAddress candidate = pool.range().host(number).address();
                if (taken.add(candidate)) {
                    return new IpPrefix(candidate, pool.subnet().length());
                }
            }
        }
        return null;
    }
}
