// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Netlink messages as {@code uapi/linux/netlink.h} and {@code rtnetlink.h} draw them, all in host byte
 * order; every part starts on a multiple of 4.
 *
 * <pre>
 *  struct nlmsghdr                          struct ifinfomsg
 *  0      4     6      8     12     16      16 .. 18   20      24     28      32
 *  +------+-----+------+-----+------+       +---+----+-------+------+-------+
 *  | len  |type |flags | seq | port |       |fam|type| index | flags| change| then attributes
 *  +------+-----+------+-----+------+       +---+----+-------+------+-------+
 *
 *  struct nlattr                            struct nlmsgerr behind nlmsghdr
 *  0    2    4                              16       20               36
 *  +----+----+-----------+                  +--------+----------------+
 *  |len |type| payload.. | pad to 4         | -errno | nlmsghdr, copy | attributes
 *  +----+----+-----------+                  +--------+----------------+
 * </pre>
 */
final class NetlinkLayout {
    static final int AF_NETLINK = 16;
    static final int SOCK_RAW_CLOEXEC = 3 | Fd.O_CLOEXEC;
    static final int SOCK_RAW_NONBLOCK_CLOEXEC = SOCK_RAW_CLOEXEC | Fd.O_NONBLOCK;
    static final int NETLINK_ROUTE = 0;
    static final int SOL_NETLINK = 270;
    static final int NETLINK_LISTEN_ALL_NSID = 8;
    static final int NETLINK_CAP_ACK = 10;
    static final int NETLINK_EXT_ACK = 11;
    static final int RTMGRP_LINK = 1;

    /** {@code struct sockaddr_nl}: family (2), pad (2), port (4), groups (4). */
    static final int SOCKADDR_NL_BYTES = 12;

    static final int SOCKADDR_NL_GROUPS = 8;

    static final int HEADER_BYTES = 16;
    static final int IFINFOMSG_BYTES = 16;
    /** {@code struct rtgenmsg}: one byte of family, padded. */
    static final int RTGENMSG_BYTES = 4;
    /** {@code struct ifaddrmsg}, {@code uapi/linux/if_addr.h}. */
    static final int IFADDRMSG_BYTES = 8;
    /** {@code struct rtmsg}. */
    static final int RTMSG_BYTES = 12;

    static final short NLMSG_ERROR = 2;
    static final short NLMSG_DONE = 3;
    static final short RTM_NEWLINK = 16;
    static final short RTM_DELLINK = 17;
    static final short RTM_GETLINK = 18;
    static final short RTM_SETLINK = 19;
    static final short RTM_NEWADDR = 20;
    static final short RTM_NEWROUTE = 24;
    static final short RTM_NEWNSID = 88;
    static final short RTM_GETNSID = 90;

    static final short NLM_F_REQUEST = 1;
    static final short NLM_F_ACK = 4;
    static final short NLM_F_ACK_TLVS = 0x200;
    static final short NLM_F_DUMP = 0x300;
    static final short NLM_F_CREATE_EXCL = 0x400 | 0x200;
    static final short NLMSGERR_ATTR_MSG = 1;

    static final short IFLA_ADDRESS = 1;
    static final short IFLA_IFNAME = 3;
    static final short IFLA_MTU = 4;
    static final short IFLA_LINKINFO = 18;
    static final short IFLA_IFALIAS = 20;
    static final short IFLA_STATS64 = 23;
    static final short IFLA_NET_NS_FD = 28;
    static final short IFLA_TARGET_NETNSID = 46;
    static final short IFLA_INFO_KIND = 1;
    static final short IFLA_INFO_DATA = 2;
    static final short VETH_INFO_PEER = 1;
    static final short IFLA_TUN_TYPE = 3;
    static final short IFLA_TUN_MULTI_QUEUE = 7;
    static final short IFLA_TUN_NUM_QUEUES = 8;
    static final short IFA_ADDRESS = 1;
    static final short IFA_LOCAL = 2;
    static final short RTA_DST = 1;
    static final short RTA_OIF = 4;
    static final short RTA_GATEWAY = 5;
    static final short NETNSA_NSID = 1;
    static final short NETNSA_FD = 3;

    /** Interface is administratively up, {@code uapi/linux/if.h}. */
    static final int IFF_UP = 1;

    /** Its driver says that there is a link. */
    static final int IFF_LOWER_UP = 0x10000;

    /** Ethernet, {@code uapi/linux/if_arp.h}. */
    static final int ARPHRD_ETHER = 1;

    /** {@code struct rtnl_link_stats64}, {@code uapi/linux/if_link.h}: 24 words of 8 bytes. */
    static final int STATS_TX_DROPPED = 7 * 8;

    /** Use the address at once, without asking first whether somebody else has it. */
    private static final byte IFA_F_NODAD = 2;

    private static final byte RT_TABLE_MAIN = (byte) 254;
    private static final byte RTPROT_STATIC = 4;
    private static final byte RTN_UNICAST = 1;

    private static final int LENGTH = 0;
    private static final int TYPE = 4;
    private static final int FLAGS = 6;
    private static final int SEQUENCE = 8;
    private static final int ERROR = HEADER_BYTES;
    private static final int ERROR_ATTRIBUTES = HEADER_BYTES + 4 + HEADER_BYTES;
    private static final int IFI_TYPE = HEADER_BYTES + 2;
    private static final int IFI_INDEX = HEADER_BYTES + 4;
    private static final int IFI_FLAGS = HEADER_BYTES + 8;
    private static final int IFI_CHANGE = HEADER_BYTES + 12;
    private static final int IFA_PREFIX_LENGTH = HEADER_BYTES + 1;
    private static final int IFA_FLAGS = HEADER_BYTES + 2;
    private static final int IFA_INDEX = HEADER_BYTES + 4;
    private static final int RTM_PREFIX_LENGTH = HEADER_BYTES + 1;
    private static final int RTM_TABLE = HEADER_BYTES + 4;
    private static final int RTM_PROTOCOL = HEADER_BYTES + 5;
    private static final int RTM_TYPE = HEADER_BYTES + 7;
    private static final int ATTRIBUTE_HEADER_BYTES = 4;
    private static final int ATTRIBUTE_TYPE_MASK = 0x3fff;

    private NetlinkLayout() {}

    static int align(int bytes) {
        return (bytes + 3) & ~3;
    }

    static void putHeader(MemorySegment message, int lengthBytes, short type, short flags, int sequence) {
        message.set(JAVA_INT_UNALIGNED, LENGTH, lengthBytes);
        message.set(JAVA_SHORT_UNALIGNED, TYPE, type);
        message.set(JAVA_SHORT_UNALIGNED, FLAGS, flags);
        message.set(JAVA_INT_UNALIGNED, SEQUENCE, sequence);
    }

    static int length(MemorySegment message) {
        return message.get(JAVA_INT_UNALIGNED, LENGTH);
    }

    static short type(MemorySegment message) {
        return message.get(JAVA_SHORT_UNALIGNED, TYPE);
    }

    static short flags(MemorySegment message) {
        return message.get(JAVA_SHORT_UNALIGNED, FLAGS);
    }

    static int sequence(MemorySegment message) {
        return message.get(JAVA_INT_UNALIGNED, SEQUENCE);
    }

    /** Errno of an NLMSG_ERROR message; 0 is an acknowledgement. */
    static int error(MemorySegment message) {
        return -message.get(JAVA_INT_UNALIGNED, ERROR);
    }

    /** Kernel's own words in an NLMSG_ERROR message sent under NETLINK_EXT_ACK and NETLINK_CAP_ACK. */
    static String errorText(MemorySegment message) {
        if ((flags(message) & NLM_F_ACK_TLVS) == 0) {
            return "";
        }
        Attributes attributes = new Attributes(message.asSlice(ERROR_ATTRIBUTES));
        while (attributes.next()) {
            if (attributes.type() == NLMSGERR_ATTR_MSG) {
                return attributes.text();
            }
        }
        return "";
    }

    static void putLink(MemorySegment message, int index, int flags, int changeMask) {
        message.set(JAVA_INT_UNALIGNED, IFI_INDEX, index);
        message.set(JAVA_INT_UNALIGNED, IFI_FLAGS, flags);
        message.set(JAVA_INT_UNALIGNED, IFI_CHANGE, changeMask);
    }

    /** {@code struct ifaddrmsg}: family, prefix length, flags, scope (1 each), index (4). */
    static void putAddress(MemorySegment message, byte family, int prefixLength, int index) {
        message.set(JAVA_BYTE, HEADER_BYTES, family);
        message.set(JAVA_BYTE, IFA_PREFIX_LENGTH, (byte) prefixLength);
        message.set(JAVA_BYTE, IFA_FLAGS, IFA_F_NODAD);
        message.set(JAVA_INT_UNALIGNED, IFA_INDEX, index);
    }

    /**
     * {@code struct rtmsg}: family, length of destination, of source, type of service, table, protocol, scope, type (1
     * each), flags (4). A route of the main table by way of a gateway.
     */
    static void putRoute(MemorySegment message, byte family, int prefixLength) {
        message.set(JAVA_BYTE, HEADER_BYTES, family);
        message.set(JAVA_BYTE, RTM_PREFIX_LENGTH, (byte) prefixLength);
        message.set(JAVA_BYTE, RTM_TABLE, RT_TABLE_MAIN);
        message.set(JAVA_BYTE, RTM_PROTOCOL, RTPROT_STATIC);
        message.set(JAVA_BYTE, RTM_TYPE, RTN_UNICAST);
    }

    static int linkIndex(MemorySegment message) {
        return message.get(JAVA_INT_UNALIGNED, IFI_INDEX);
    }

    static int linkType(MemorySegment message) {
        return Short.toUnsignedInt(message.get(JAVA_SHORT_UNALIGNED, IFI_TYPE));
    }

    static int linkFlags(MemorySegment message) {
        return message.get(JAVA_INT_UNALIGNED, IFI_FLAGS);
    }

    /** Writes the header of an attribute and returns where its payload goes. */
    static int putAttributeHeader(MemorySegment message, int at, short type, int payloadBytes) {
        message.set(JAVA_SHORT_UNALIGNED, at, (short) (ATTRIBUTE_HEADER_BYTES + payloadBytes));
        message.set(JAVA_SHORT_UNALIGNED, at + 2L, type);
        return at + ATTRIBUTE_HEADER_BYTES;
    }

    /** Walks attributes; stops at the first whose length does not fit, since the rest has no meaning. */
    static final class Attributes {
        private final MemorySegment area;
        private long at;
        private long following;
        private int payloadBytes;

        Attributes(MemorySegment area) {
            this.area = area;
        }

        boolean next() {
            at = following;
            if (at + ATTRIBUTE_HEADER_BYTES > area.byteSize()) {
                return false;
            }
            int length = Short.toUnsignedInt(area.get(JAVA_SHORT_UNALIGNED, at));
            if (length < ATTRIBUTE_HEADER_BYTES || at + length > area.byteSize()) {
                return false;
            }
            payloadBytes = length - ATTRIBUTE_HEADER_BYTES;
            following = at + align(length);
            return true;
        }

        int type() {
            return area.get(JAVA_SHORT_UNALIGNED, at + 2) & ATTRIBUTE_TYPE_MASK;
        }

        MemorySegment payload() {
            return area.asSlice(at + ATTRIBUTE_HEADER_BYTES, payloadBytes);
        }

        int integer() {
            return payload().get(JAVA_INT_UNALIGNED, 0);
        }

        /** Payload as a string that ends at its first NUL. */
        String text() {
            return payload().getString(0);
        }
    }
}
