// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * A network interface as RTM_GETLINK describes it.
 *
 * @param index number within its namespace; a move to another one may change it
 * @param name at most 15 bytes
 * @param ethernet whether it carries Ethernet frames: {@code ARPHRD_ETHER}
 * @param up whether it is administratively up
 * @param carrier whether there is a link at its other end; never while it is down
 * @param mtuBytes IP MTU
 * @param kind driver kind such as {@code tun} or {@code veth}, empty for physical interfaces
 * @param tap for kind {@code tun}: whether it carries Ethernet frames
 * @param multiQueue for kind {@code tun}: made with IFF_MULTI_QUEUE
 * @param queues for kind {@code tun}: descriptors attached now
 * @param alias text that somebody gave it ({@code ip link set NAME alias TEXT}), which stays through renames and
 *     moves; empty when nobody did
 * @param txDropped frames that the kernel dropped on their way from its stack into the device
 */
public record LinkInfo(
        int index,
        String name,
        boolean ethernet,
        boolean up,
        boolean carrier,
        int mtuBytes,
        String kind,
        boolean tap,
        boolean multiQueue,
        int queues,
        String alias,
        long txDropped) {

    private static final int TUN_TYPE_TAP = 2;

    static LinkInfo parse(MemorySegment message) {
        Builder b = new Builder();
        var attributes = new NetlinkLayout.Attributes(
                message.asSlice(NetlinkLayout.HEADER_BYTES + NetlinkLayout.IFINFOMSG_BYTES));
        while (attributes.next()) {
            switch (attributes.type()) {
                case NetlinkLayout.IFLA_IFNAME -> b.name = attributes.text();
                case NetlinkLayout.IFLA_MTU -> b.mtuBytes = attributes.integer();
                case NetlinkLayout.IFLA_IFALIAS -> b.alias = attributes.text();
                case NetlinkLayout.IFLA_STATS64 -> {
                    MemorySegment stats = attributes.payload();
                    b.txDropped = stats.get(JAVA_LONG_UNALIGNED, NetlinkLayout.STATS_TX_DROPPED);
                }
                case NetlinkLayout.IFLA_LINKINFO -> b.readLinkInfo(attributes.payload());
                default -> {
                    // Much more is told than is used here.
                }
            }
        }
        b.ethernet = NetlinkLayout.linkType(message) == NetlinkLayout.ARPHRD_ETHER;
        int flags = NetlinkLayout.linkFlags(message);
        b.up = (flags & NetlinkLayout.IFF_UP) != 0;
        b.carrier = (flags & NetlinkLayout.IFF_LOWER_UP) != 0;
        return b.build(NetlinkLayout.linkIndex(message));
    }

    private static final class Builder {
        String name = "";
        boolean ethernet;
        boolean up;
        boolean carrier;
        int mtuBytes;
        String kind = "";
        boolean tap;
        boolean multiQueue;
        int queues;
        String alias = "";
        long txDropped;

        void readLinkInfo(MemorySegment area) {
            var attributes = new NetlinkLayout.Attributes(area);
            while (attributes.next()) {
                if (attributes.type() == NetlinkLayout.IFLA_INFO_KIND) {
                    kind = attributes.text();
                } else if (attributes.type() == NetlinkLayout.IFLA_INFO_DATA && "tun".equals(kind)) {
                    readTun(attributes.payload());
                }
            }
        }

        private void readTun(MemorySegment area) {
            var attributes = new NetlinkLayout.Attributes(area);
            while (attributes.next()) {
                switch (attributes.type()) {
                    case NetlinkLayout.IFLA_TUN_TYPE ->
                        tap = attributes.payload().get(JAVA_BYTE, 0) == TUN_TYPE_TAP;
                    case NetlinkLayout.IFLA_TUN_MULTI_QUEUE ->
                        multiQueue = attributes.payload().get(JAVA_BYTE, 0) != 0;
                    case NetlinkLayout.IFLA_TUN_NUM_QUEUES -> queues = attributes.integer();
                    default -> {
                        // Owner, group and flags that do not matter to a port.
                    }
                }
            }
        }

        LinkInfo build(int index) {
            return new LinkInfo(
                    index, name, ethernet, up, carrier, mtuBytes, kind, tap, multiQueue, queues, alias, txDropped);
        }
    }
}
