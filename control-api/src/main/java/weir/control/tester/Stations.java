// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import weir.core.frame.Mem;

/**
 * Addresses of the stations that the tester plays. An address tells which port its station is behind. All as numbers whose
 * first byte on the wire is the lowest, as they are written.
 *
 * <pre>
 *  0    1    2      3     4     5
 * +----+----+------+-----+-----+-----+
 * | 02 | 00 | port |     station     |   locally administered
 * +----+----+------+-----+-----+-----+
 * </pre>
 */
public final class Stations {
    /** Most ports of a device that can be told apart. */
    public static final int MAX_PORTS = 256;

    /** Most stations of a port. */
    public static final int MAX_STATIONS = 1 << 24;

    static final long BROADCAST = 0xffff_ffff_ffffL;
    static final int ADDRESS_BYTES = 6;

    private static final int PREFIX = 0x0002;
    private static final int PREFIX_MASK = 0xffff;
    private static final int PORT_SHIFT = 16;
    private static final int PORT_MASK = 0xff;
    private static final int STATION_SHIFT = 24;
    private static final int BROADCAST_LOW = -1;
    private static final int NO_PORT = -1;
    private static final int HUNDRED = 100;

    private Stations() {}

    /** Address of a station, numbered from 0 at each port. */
    public static long address(int port, int station) {
        if (port < 0 || port >= MAX_PORTS || station < 0 || station >= MAX_STATIONS) {
            throw new IllegalArgumentException("port=" + port + ", station=" + station);
        }
        long bigEndian = (long) Integer.reverseBytes(station) >>> Byte.SIZE & 0xff_ffffL;
        return PREFIX | (long) port << PORT_SHIFT | bigEndian << STATION_SHIFT;
    }

    /** Addresses of stations {@code from} to {@code from + count - 1} of a port. */
    public static Addresses of(int port, int from, int count) {
        return Addresses.of(count, i -> address(port, from + i));
    }

    /**
     * Whom a port sends to when it sends to all of these, evenly: one station of each in turn, beginning with the port behind
     * it, so that not all begin with the same one (RFC 2889, 5.1.3).
     */
    public static Addresses ofOthers(int port, int ports, int stations) {
        int others = ports - 1;
        return Addresses.of(others * stations, i -> address((port + 1 + i % others) % ports, i / others));
    }

    /** The stations of two ports, one of each in turn. */
    public static Addresses ofBoth(int first, int second, int stations) {
        return Addresses.of(2 * stations, i -> address(i % 2 == 0 ? first : second, i / 2));
    }

    /** Everybody. */
    public static Addresses broadcast() {
        return Addresses.of(1, i -> BROADCAST);
    }

    /**
     * The same destinations with broadcasts among them, spread evenly.
     *
     * @param percent whole percent of the frames, 0 to 100
     */
    public static Addresses withBroadcasts(Addresses destinations, int percent) {
        if (percent == 0) {
            return destinations;
        }
        return Addresses.of(destinations.count() * HUNDRED, i -> {
            int before = i * percent / HUNDRED;
            boolean isBroadcast = (i + 1) * percent / HUNDRED > before;
            return isBroadcast ? BROADCAST : destinations.get((i - before) % destinations.count());
        });
    }

    /** Writes an address, 6 bytes. */
    static void write(long at, long address) {
        Mem.putInt(at, (int) address);
        Mem.putShort(at + Integer.BYTES, (short) (address >>> Integer.SIZE));
    }

    /** Port of the station that has the address at {@code at}; -1 for any other address. */
    static int portAt(long at) {
        int low = Mem.getInt(at);
        return (low & PREFIX_MASK) == PREFIX ? low >>> PORT_SHIFT & PORT_MASK : NO_PORT;
    }

    static boolean isBroadcastAt(long at) {
        return Mem.getInt(at) == BROADCAST_LOW && Mem.getShort(at + Integer.BYTES) == -1;
    }
}
