// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.classic;

import org.jspecify.annotations.Nullable;

/**
 * What a filter can ask of a packet beside its bytes: loads at offsets from {@code SKF_AD_OFF} on, {@code
 * uapi/linux/filter.h}. Most of it only a kernel knows; a switch has frames as they were on the wire, tags included.
 */
enum Ancillary {
    PROTOCOL(0, "the protocol in struct sk_buff; load the EtherType at offset 12"),
    PKTTYPE(4, "the direction; capture with direction:in or direction:out instead of 'inbound' and 'outbound'"),
    IFINDEX(8, "the interface; capture one port"),
    NLATTR(12, "attributes of netlink messages"),
    NLATTR_NEST(16, "attributes of netlink messages"),
    MARK(20, "the mark"),
    QUEUE(24, "the queue"),
    HATYPE(28, "the hardware type, which is Ethernet always"),
    RXHASH(32, "the receive hash"),
    CPU(36, "the CPU"),
    ALU_XOR_X(40),
    VLAN_TAG(44),
    VLAN_TAG_PRESENT(48),
    PAY_OFFSET(52, "where the payload begins"),
    RANDOM(56, "a random number"),
    VLAN_TPID(60);

    private static final int BASE = -0x1000;

    private final int offset;
    private final @Nullable String unknownHere;

    Ancillary(int offset) {
        this.offset = offset;
        unknownHere = null;
    }

    Ancillary(int offset, String unknownHere) {
        this.offset = offset;
        this.unknownHere = unknownHere;
    }

    /** Whether an offset is in the range of these, known or not. */
    static boolean isAncillary(int k) {
        return Integer.compareUnsigned(k, BASE) >= 0;
    }

    /** Null where the kernel knows none either. */
    static @Nullable Ancillary at(int k) {
        for (Ancillary each : values()) {
            if (BASE + each.offset == k) {
                return each;
            }
        }
        return null;
    }

    /** What only a kernel knows, in words; null for what has a value here. */
    @Nullable
    String unknownHere() {
        return unknownHere;
    }
}
