// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A 48-bit address as the switch holds it: the low 48 bits of a {@code long}, first byte on the wire in
 * the lowest byte, as a little-endian load from the frame gives it.
 */
public final class MacAddress {
    /** The 48 bits of an address. */
    public static final long MASK = 0xffff_ffff_ffffL;

    private static final long GROUP_BIT = 1;
    private static final long RESERVED_MASK = 0xf0ff_ffff_ffffL;
    private static final long RESERVED_PREFIX = 0x0000_00c2_8001L;
    private static final Pattern TEXT = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");

    private MacAddress() {}

    /** Multicast or broadcast. */
    public static boolean isGroup(long mac) {
        return (mac & GROUP_BIT) != 0;
    }

    /** An address that a station may send from: not a group and not zero. */
    public static boolean isValidSource(long mac) {
        return (mac & GROUP_BIT) == 0 && mac != 0;
    }

    /** 01:80:C2:00:00:00 to 0F, which a bridge does not forward (IEEE 802.1Q-2018, table 8-1). */
    public static boolean isReservedGroup(long mac) {
        return (mac & RESERVED_MASK) == RESERVED_PREFIX;
    }

    /** 01:80:C2:00:00:00, the address of spanning tree BPDUs. */
    public static boolean isBpdu(long mac) {
        return mac == RESERVED_PREFIX;
    }

    /** {@code 02:00:00:00:00:01}. */
    public static String toString(long mac) {
        StringBuilder text = new StringBuilder(17);
        for (int i = 0; i < 6; i++) {
            text.append(i == 0 ? "" : ":").append(String.format(Locale.ROOT, "%02x", (mac >>> (8 * i)) & 0xff));
        }
        return text.toString();
    }

    /**
     * Reads {@code 02:00:00:00:00:01}, upper or lower case.
     *
     * @throws IllegalArgumentException that quotes the text
     */
    public static long parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (!TEXT.matcher(lower).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a MAC address like 02:00:00:00:00:01");
        }
        long mac = 0;
        for (int i = 0; i < 6; i++) {
            mac |= Long.parseLong(lower, 3 * i, 3 * i + 2, 16) << (8 * i);
        }
        return mac;
    }
}
