// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.util.Map;

/** What frames of a capture begin with; numbers of draft-ietf-opsawg-pcaplinktype. */
public final class LinkType {
    public static final int ETHERNET = 1;

    /** Those that people meet. */
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(0, "NULL (BSD loopback)"),
            Map.entry(ETHERNET, "ETHERNET"),
            Map.entry(9, "PPP"),
            Map.entry(101, "RAW (IP without link header)"),
            Map.entry(105, "IEEE802_11 (Wi-Fi)"),
            Map.entry(108, "LOOP (OpenBSD loopback)"),
            Map.entry(113, "LINUX_SLL (capture on 'any')"),
            Map.entry(127, "IEEE802_11_RADIOTAP (Wi-Fi)"),
            Map.entry(187, "BLUETOOTH_HCI_H4"),
            Map.entry(189, "USB_LINUX"),
            Map.entry(195, "IEEE802_15_4_WITHFCS"),
            Map.entry(220, "USB_LINUX_MMAPPED"),
            Map.entry(227, "CAN_SOCKETCAN"),
            Map.entry(228, "IPV4"),
            Map.entry(229, "IPV6"),
            Map.entry(253, "NETLINK"),
            Map.entry(276, "LINUX_SLL2 (capture on 'any')"));

    private LinkType() {}

    /** For messages: name and number. */
    public static String name(int linkType) {
        String name = NAMES.get(linkType);
        return name == null ? "number " + linkType : name + ", number " + linkType;
    }
}
