// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

/**
 * Packet sockets and a slot of their receive ring, version 2, as {@code uapi/linux/if_packet.h} and
 * packet_mmap.rst describe them; host byte order unless said otherwise.
 *
 * <pre>
 *  struct tpacket2_hdr                                                    struct sockaddr_ll
 *  0        4     8          12    14    16   20    24    26    28        32      42
 *  +--------+-----+----------+-----+-----+----+-----+-----+-----+---------+--..---+-------------+
 *  | status | len | snap len | mac | net | s  | ns  | tci | tpid| padding |       | packet type | ...
 *  +--------+-----+----------+-----+-----+----+-----+-----+-----+---------+--..---+-------------+
 *     status   who owns the slot, and what the kernel says about the frame
 *     len      bytes of the frame; snap len: those that are in the slot
 *     mac      where the frame begins in the slot; a struct virtio_net_hdr ends there
 *
 *  struct sockaddr_ll
 *  0        2                       4       8          10            11       12        20
 *  +--------+-----------------------+-------+----------+-------------+--------+---------+
 *  | family | protocol (big endian) | index | hardware | packet type | length | address |
 *  +--------+-----------------------+-------+----------+-------------+--------+---------+
 * </pre>
 */
final class TpacketLayout {
    static final int AF_PACKET = 17;
    static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | Fd.O_NONBLOCK | Fd.O_CLOEXEC;
    static final int SOL_PACKET = 263;

    static final int PACKET_ADD_MEMBERSHIP = 1;
    static final int PACKET_RX_RING = 5;
    static final int PACKET_STATISTICS = 6;
    static final int PACKET_COPY_THRESH = 7;
    static final int PACKET_VERSION = 10;
    static final int PACKET_VNET_HDR = 15;
    static final int PACKET_FANOUT = 18;
    static final int PACKET_QDISC_BYPASS = 20;
    static final int PACKET_IGNORE_OUTGOING = 23;

    static final int TPACKET_V2 = 1;
    static final int PACKET_MR_PROMISC = 1;
    static final int PACKET_FANOUT_HASH = 0;
    static final int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
    /** For the group, which has a hook of its own; since Linux 5.17, and without effect before. */
    static final int PACKET_FANOUT_FLAG_IGNORE_OUTGOING = 0x4000;

    static final int FANOUT_FLAGS_SHIFT = 16;
    static final int FANOUT_ID_MASK = 0xffff;

    /** {@code htons(ETH_P_ALL)}: every protocol. */
    static final short ETH_P_ALL_BIG_ENDIAN = 0x0300;

    /** {@code PACKET_OUTGOING}, uapi/linux/if_packet.h: sent by this host. */
    static final byte TYPE_OUTGOING = 4;

    static final int SOCKADDR_LL_BYTES = 20;
    static final int SOCKADDR_LL_PROTOCOL = 2;
    static final int SOCKADDR_LL_INDEX = 4;
    static final int SOCKADDR_LL_TYPE = 10;

    /** {@code struct packet_mreq}: index (4), type (2), address length (2), address (8). */
    static final int MREQ_BYTES = 16;

    static final int MREQ_TYPE = 4;

    /** {@code struct tpacket_req}: block size, blocks, frame size, frames, 4 bytes each. */
    static final int REQ_BYTES = 16;

    /** {@code struct tpacket_stats}: packets, drops, 4 bytes each; reading sets them to zero. */
    static final int STATS_BYTES = 8;

    static final int STATS_DROPS = 4;

    static final int STATUS = 0;
    static final int LENGTH = 4;
    static final int STORED_LENGTH = 8;
    static final int MAC = 12;
    static final int VLAN_TCI = 24;
    static final int VLAN_TPID = 26;
    static final int PACKET_TYPE = 32 + SOCKADDR_LL_TYPE;

    static final int TP_STATUS_KERNEL = 0;
    static final int TP_STATUS_USER = 1;
    static final int TP_STATUS_COPY = 2;
    static final int TP_STATUS_VLAN_VALID = 0x10;
    static final int TP_STATUS_VLAN_TPID_VALID = 0x40;

    private TpacketLayout() {}
}
