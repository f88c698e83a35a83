// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.util.Locale;
import java.util.regex.Pattern;
import weir.core.fdb.MacAddress;

/** Addresses in Docker's requests. */
public final class Addresses {
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final Pattern WITH_PREFIX = Pattern.compile("[0-9a-fA-F.:]{2,45}/\\d{1,3}");
    private static final int OCTETS = 4;
    private static final int MAX_OCTET = 255;

    private Addresses() {}

    /** An IPv4 address without its prefix length; empty for empty. */
    static String ipv4(String cidr) throws DriverException {
        String address = withoutPrefix(cidr);
        if (!address.isEmpty() && !isIpv4(address)) {
            throw new DriverException("'" + NetworkOptions.printable(cidr) + "' is no IPv4 address with its prefix");
        }
        return address;
    }

    /** Refuses what is no address with its prefix length; empty is none. */
    static String withoutPrefix(String cidr) throws DriverException {
        if (cidr.isEmpty()) {
            return "";
        }
        if (!WITH_PREFIX.matcher(cidr).matches()) {
            throw new DriverException("'" + NetworkOptions.printable(cidr) + "' is no address with its prefix");
        }
        return cidr.substring(0, cidr.indexOf('/'));
    }

    private static boolean isIpv4(String text) {
        if (!IPV4.matcher(text).matches()) {
            return false;
        }
        for (String octet : text.split("\\.", -1)) {
            if (Integer.parseInt(octet) > MAX_OCTET) {
                return false;
            }
        }
        return true;
    }

    /** A MAC address of a station in lower case; empty for empty. */
    static String mac(String text) throws DriverException {
        if (text.isEmpty()) {
            return "";
        }
        try {
            if (MacAddress.isValidSource(MacAddress.parse(text))) {
                return text.toLowerCase(Locale.ROOT);
            }
        } catch (IllegalArgumentException e) {
            throw new DriverException("'" + NetworkOptions.printable(text) + "' is no MAC address", e);
        }
        throw new DriverException("'" + NetworkOptions.printable(text) + "' is no MAC address of a station");
    }

    /**
     * A MAC address that stays the same as long as the IPv4 address does, as Docker's own networks have it: a peer that
     * knows it from before a restart is right. Without an IPv4 address it comes from the endpoint.
     *
     * @param digest at least four bytes that differ between endpoints
     */
    public static String macFor(String ipv4, byte[] digest) {
        String[] octets = ipv4.split("\\.", -1);
        StringBuilder mac = new StringBuilder(ipv4.isEmpty() ? "02:57" : "02:42");
        for (int i = 0; i < OCTETS; i++) {
            int octet = ipv4.isEmpty() ? Byte.toUnsignedInt(digest[i]) : Integer.parseInt(octets[i]);
            mac.append(String.format(Locale.ROOT, ":%02x", octet));
        }
        return mac.toString();
    }
}
