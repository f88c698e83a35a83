// SPDX-License-Identifier: Apache-2.0

package weir.control.station;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address with the length of its network's prefix, {@code 198.18.0.1/24}. Equal to another with the same bytes.
 *
 * @param length bits, 0 to 32 or 128
 */
public record IpPrefix(InetAddress address, int length) {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,3}");
    private static final int BYTE_MASK = 0xff;

    /**
     * Reads {@code ADDRESS/LENGTH}.
     *
     * @throws IllegalArgumentException that quotes the text
     */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        String length = slash < 0 ? "" : text.substring(slash + 1);
        if (slash < 0 || !LENGTH.matcher(length).matches()) {
            throw new IllegalArgumentException("'" + text + "' is no address with a prefix length like 198.18.0.1/24");
        }
        InetAddress address = address(text.substring(0, slash));
        int bits = Integer.parseInt(length);
        int most = address.getAddress().length * Byte.SIZE;
        if (bits > most) {
            throw new IllegalArgumentException("the prefix of '" + text + "' is longer than " + most + " bits");
        }
        return new IpPrefix(address, bits);
    }

    /**
     * Reads an address alone; names and scopes are none.
     *
     * @throws IllegalArgumentException that quotes the text
     */
    public static InetAddress address(String text) {
        try {
            if (IPV4.matcher(text).matches() || IPV6.matcher(text).matches()) {
                return InetAddress.ofLiteral(text);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is no IPv4 or IPv6 address", e);
        }
        throw new IllegalArgumentException("'" + text + "' is no IPv4 or IPv6 address");
    }

    public boolean isIpv6() {
        return address instanceof Inet6Address;
    }

    /** Whether an address is of this network. */
    public boolean contains(InetAddress other) {
        byte[] bytes = other.getAddress();
        return bytes.length == address.getAddress().length
                && Arrays.equals(masked(bytes), masked(address.getAddress()));
    }

    private byte[] masked(byte[] bytes) {
        byte[] masked = bytes.clone();
        for (int i = 0; i < masked.length; i++) {
            int bits = Math.clamp(length - (long) i * Byte.SIZE, 0, Byte.SIZE);
            masked[i] &= (byte) (BYTE_MASK << (Byte.SIZE - bits));
        }
        return masked;
    }

    /**
     * The address with a number in this network, 1 for the first behind the network's own.
     *
     * @param number at least 0
     */
    public IpPrefix host(long number) {
        byte[] bytes = masked(address.getAddress());
        long carry = number;
        for (int i = bytes.length - 1; i >= 0 && carry != 0; i--) {
            carry += bytes[i] & BYTE_MASK;
            bytes[i] = (byte) carry;
            carry >>= Byte.SIZE;
        }
        return new IpPrefix(of(bytes), length);
    }

    /** Numbers that hosts may have, at most. */
    public long hosts() {
        int bits = Math.min(Long.SIZE - 2, address.getAddress().length * Byte.SIZE - length);
        return (1L << bits) - 2;
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e); // of a length that is none
        }
    }

    /** An address as RFC 5952 writes it: {@code 2001:db8::1}. */
    public static String text(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        // Java writes all eight groups; the longest run of zeros, the first of several, becomes ::.
        String groups = address.getHostAddress();
        String longest = "";
        for (var run = Pattern.compile("(?<![0-9a-f])0(:0)+(?![0-9a-f])").matcher(groups); run.find(); ) {
            longest = run.group().length() > longest.length() ? run.group() : longest;
        }
        if (longest.isEmpty()) {
            return groups;
        }
        int at = (":" + groups + ":").indexOf(":" + longest + ":");
        String before = at == 0 ? "" : groups.substring(0, at - 1);
        String after = at + longest.length() >= groups.length() ? "" : groups.substring(at + longest.length() + 1);
        return before + "::" + after;
    }

    @Override
    public String toString() {
        return text(address) + "/" + length;
    }
}
