// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

/**
 * A pcapng file, draft-ietf-opsawg-pcapng: blocks, each a multiple of 4 bytes. A section header sets the
 * byte order of what follows and begins the numbering of interfaces anew.
 *
 * <pre>
 *  block             0        4        8               length-4   length
 *                   +--------+--------+------ ... ----+----------+
 *                   | type   | length | body          | length   |
 *                   +--------+--------+------ ... ----+----------+
 *
 *  body of           0            4      6      8                16
 *  section header   +------------+------+------+----------------+---------+
 *                   | byte order | major| minor| section length | options |
 *                   +------------+------+------+----------------+---------+
 *                    0      2      4         8
 *  interface        +------+------+---------+---------+
 *                   | link | 0    | snaplen | options |
 *                   +------+------+---------+---------+
 *                    0           4           8          12         16        20
 *  enhanced packet  +-----------+-----------+----------+----------+---------+----------------+---------+
 *                   | interface | time high | time low | captured | on wire | bytes, padded  | options |
 *                   +-----------+-----------+----------+----------+---------+----------------+---------+
 *  obsolete packet  | if | drops|  the rest is the same
 *                   +-----------+
 *                    0         4
 *  simple packet    +---------+---------------+
 *                   | on wire | bytes, padded |
 *                   +---------+---------------+
 *                    0           4           8          12
 *  statistics       +-----------+-----------+----------+---------+
 *                   | interface | time high | time low | options |
 *                   +-----------+-----------+----------+---------+
 *                    0      2        4
 *  option           +------+--------+---------------+
 *                   | code | length | value, padded |
 *                   +------+--------+---------------+
 * </pre>
 */
final class PcapngLayout {
    static final int SECTION_HEADER = 0x0a0d0d0a;
    static final int INTERFACE = 1;
    static final int OBSOLETE_PACKET = 2;
    static final int SIMPLE_PACKET = 3;
    static final int STATISTICS = 5;
    static final int ENHANCED_PACKET = 6;

    static final int BLOCK_HEADER_BYTES = 8;
    /** Header and length at the end. */
    static final int BLOCK_FRAME_BYTES = 12;

    static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    static final int SECTION_MAJOR = 4;
    static final int SECTION_MINOR = 6;
    static final int SECTION_LENGTH = 8;
    static final int SECTION_BODY_BYTES = 16;
    static final int VERSION_MAJOR = 1;

    static final int INTERFACE_LINK = 0;
    static final int INTERFACE_SNAPLEN = 4;
    static final int INTERFACE_BODY_BYTES = 8;

    static final int PACKET_INTERFACE = 0;
    static final int PACKET_TIME_HIGH = 4;
    static final int PACKET_TIME_LOW = 8;
    static final int PACKET_CAPTURED = 12;
    static final int PACKET_ON_WIRE = 16;
    static final int PACKET_BODY_BYTES = 20;

    static final int SIMPLE_ON_WIRE = 0;
    static final int SIMPLE_BODY_BYTES = 4;

    static final int OPTION_HEADER_BYTES = 4;
    static final int OPTION_END = 0;
    static final int OPTION_COMMENT = 1;
    static final int OPTION_INTERFACE_NAME = 2;
    static final int OPTION_TIME_RESOLUTION = 9;
    /** In bits. */
    static final int OPTION_CHECKSUM_LENGTH = 13;

    static final int OPTION_TIME_OFFSET = 14;
    /** Of packets: {@code epb_flags}. */
    static final int OPTION_FLAGS = 2;
    /** Of packets: {@code epb_dropcount}. */
    static final int OPTION_DROP_COUNT = 4;

    static final int OPTION_START = 2;
    static final int OPTION_END_TIME = 3;
    static final int OPTION_RECEIVED = 4;
    static final int OPTION_DROPPED = 5;
    static final int OPTION_ACCEPTED = 6;
    static final int OPTION_DELIVERED = 8;

    static final int STATISTICS_BODY_BYTES = 12;

    static final int OPTION_VERDICT = 7;
    /** First byte of a verdict: 64 bits of {@code enum xdp_action} follow. */
    static final int VERDICT_XDP = 2;

    private PcapngLayout() {}

    static int padded(int lengthBytes) {
        return (lengthBytes + 3) & ~3;
    }
}
