// SPDX-License-Identifier: Apache-2.0
package weir.core.loop;

import weir.core.frame.Mem;

/**
 * The frame that a switch sends to find out whether it gets its own frames back. Words are little-endian.
 *
 * <pre>
 *  0        6        12             14                18  19  20     22          30         38       46       54   60
 *  +--------+--------+--------------+-----------------+---+---+------+-----------+----------+--------+--------+----+
 *  | to     | from   | type 0x88B6  | "WEIR"          | 1 | 0 | VLAN | switch id | port     | epoch  | tag    | 0  |
 *  +--------+--------+--------------+-----------------+---+---+------+-----------+----------+--------+--------+----+
 *  to      03:57:45:49:52:01, a locally administered group address, which every bridge floods
 *  from    06:rr:rr:rr:pp:pp, locally administered: three random bytes of the switch, two of the port's number
 *  type    local experimental (IEEE 802-2014, 9.2.3); behind an 802.1Q tag where the port sends nothing untagged
 *  VLAN    that the probe was sent in, 0 for an unaware port
 *  epoch   half seconds since the switch began
 *  tag     SipHash-2-4 of VLAN, port and epoch under the switch's key
 * </pre>
 */
final class ProbeLayout {
    /** Destination as a little-endian load gives it. */
    static final long DESTINATION = 0x0152_4945_5703L;

    static final int BYTES = 60;
    static final int TAG_BYTES = 4;

    private static final long SOURCE_PREFIX = 0x06;
    private static final int SOURCE = 6;
    private static final int TYPE = 12;
    private static final short ETHERTYPE = (short) 0xb688;
    private static final short TPID = 0x0081;
    private static final int MAGIC_WORD = 0x5249_4557;
    private static final short VERSION = 1;

    // From behind the type.
    private static final int MAGIC = 2;
    private static final int VERSION_AT = 6;
    private static final int VLAN = 8;
    private static final int SWITCH = 10;
    private static final int PORT = 18;
    private static final int EPOCH = 26;
    private static final int AUTHENTICATOR = 34;

    private ProbeLayout() {}

    /** Writes a probe at an address and returns its length. */
    static int write(
            long address, boolean tagged, int vlan, long switchId, int portNumber, long epoch, long authenticator) {
        int length = tagged ? BYTES + TAG_BYTES : BYTES;
        for (int i = 0; i < length; i += Integer.BYTES) {
            Mem.putInt(address + i, 0);
        }
        Mem.putLong(address, DESTINATION);
        long random = switchId & 0xff_ffffL;
        long number = Short.reverseBytes((short) portNumber) & 0xffffL;
        long source = SOURCE_PREFIX | random << 8 | number << 32;
        Mem.putInt(address + SOURCE, (int) source);
        Mem.putShort(address + SOURCE + Integer.BYTES, (short) (source >>> 32));
        long at = address + TYPE;
        if (tagged) {
            Mem.putShort(at, TPID);
            Mem.putShort(at + 2, Short.reverseBytes((short) vlan));
            at += TAG_BYTES;
        }
        Mem.putShort(at, ETHERTYPE);
        Mem.putInt(at + MAGIC, MAGIC_WORD);
        Mem.putShort(at + VERSION_AT, VERSION);
        Mem.putShort(at + VLAN, (short) vlan);
        Mem.putLong(at + SWITCH, switchId);
        Mem.putLong(at + PORT, portNumber);
        Mem.putLong(at + EPOCH, epoch);
        Mem.putLong(at + AUTHENTICATOR, authenticator);
        return length;
    }

    /** Where the type of a probe stands, of any switch; 0 when the frame is none. */
    static long typeOf(long address, int lengthBytes) {
        if (lengthBytes < BYTES) {
            return 0;
        }
        long at = address + TYPE;
        if (Mem.getShort(at) == TPID) {
            if (lengthBytes < BYTES + TAG_BYTES) {
                return 0;
            }
            at += TAG_BYTES;
        }
        return Mem.getShort(at) == ETHERTYPE
                        && Mem.getInt(at + MAGIC) == MAGIC_WORD
                        && Mem.getShort(at + VERSION_AT) == VERSION
                ? at
                : 0;
    }

    static long switchId(long type) {
        return Mem.getLong(type + SWITCH);
    }

    static int vlan(long type) {
        return Mem.getShort(type + VLAN) & 0xffff;
    }

    static long port(long type) {
        return Mem.getLong(type + PORT);
    }

    static long epoch(long type) {
        return Mem.getLong(type + EPOCH);
    }

    static long authenticator(long type) {
        return Mem.getLong(type + AUTHENTICATOR);
    }
}
