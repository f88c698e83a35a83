// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import weir.core.fdb.MacAddress;

/**
 * What the generator's own frames look like: UDP over IPv4 or IPv6 from one or many stations.
 *
 * @param sizes lengths of the frames in bytes without FCS, used in turn
 * @param flows different pairs of source address and source port; the address goes first, within its last 16 bits
 * @param sourceMac of the first station, as {@link MacAddress} holds it; the others count up in the last three bytes
 * @param sourceMacs stations to send from
 * @param destinationMac of the first station to send to
 * @param destinationMacs stations to send to
 * @param source address of the first flow
 * @param destination of the same family
 * @param stamped whether frames carry a {@link StampLayout}
 */
public record Traffic(
        List<Integer> sizes,
        int flows,
        long sourceMac,
        int sourceMacs,
        long destinationMac,
        int destinationMacs,
        InetAddress source,
        InetAddress destination,
        boolean stamped) {
    /** Smallest frame on a cable, without FCS. */
    public static final int DEFAULT_SIZE = 60;

    /** Smallest frame with IPv6, UDP and a stamp. */
    public static final int DEFAULT_IPV6_SIZE = 80;

    /** RFC 2544, appendix C.2.2. */
    public static final InetAddress IPV4_SOURCE = InetAddress.ofLiteral("198.18.0.1");

    public static final InetAddress IPV4_DESTINATION = InetAddress.ofLiteral("198.19.0.1");

    /** RFC 3849. */
    public static final InetAddress IPV6_SOURCE = InetAddress.ofLiteral("2001:db8:0:1::1");

    public static final InetAddress IPV6_DESTINATION = InetAddress.ofLiteral("2001:db8:0:2::1");

    public static final long SOURCE_MAC = MacAddress.parse("02:00:00:01:00:00");
    public static final long DESTINATION_MAC = MacAddress.parse("02:00:00:02:00:00");

    /** Most flows: all of 16 bits of address, and ten ports of each. */
    public static final int MAX_FLOWS = 655_360;

    /** Most stations on either side. */
    public static final int MAX_MACS = 1 << 20;

    /**
     * Simple IMIX: 7 frames of 64, 4 of 594 and 1 of 1,518 bytes with FCS, spread so that any few of them are a fair
     * sample.
     */
    public static final List<Integer> IMIX = List.of(60, 590, 60, 60, 590, 60, 1514, 60, 590, 60, 590, 60);

    private static final int LONGEST_BYTES = 65_535;

    public Traffic {
        sizes = List.copyOf(sizes);
        require(!sizes.isEmpty(), "no frame size is given");
        require(flows >= 1 && flows <= MAX_FLOWS, "flows " + flows + " is out of range [1, " + MAX_FLOWS + "]");
        requireMacs("source", sourceMacs);
        requireMacs("destination", destinationMacs);
        require(
                MacAddress.isValidSource(sourceMac),
                "source " + MacAddress.toString(sourceMac) + " is no station's address");
        require(
                source.getAddress().length == destination.getAddress().length,
                source.getHostAddress() + " and " + destination.getHostAddress() + " are of two families");
        int smallest = headerBytes(source) + (stamped ? StampLayout.BYTES : 0);
        for (int size : sizes) {
            require(
                    size >= smallest && size <= LONGEST_BYTES,
                    "frame size " + size + " is out of range [" + smallest + ", " + LONGEST_BYTES + "]");
        }
    }

    private static void requireMacs(String what, int count) {
        require(count >= 1 && count <= MAX_MACS, what + " MACs " + count + " is out of range [1, " + MAX_MACS + "]");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** One flow from one station to another, stamped, of frames of 60 bytes. */
    public static Traffic simple() {
        return new Traffic(
                List.of(DEFAULT_SIZE), 1, SOURCE_MAC, 1, DESTINATION_MAC, 1, IPV4_SOURCE, IPV4_DESTINATION, true);
    }

    /** Bytes in front of the UDP payload. */
    static int headerBytes(InetAddress family) {
        boolean ipv4 = family.getAddress().length == Integer.BYTES;
        return StampLayout.IP_BYTE + (ipv4 ? StampLayout.IPV4_BYTES : StampLayout.IPV6_BYTES) + StampLayout.UDP_BYTES;
    }

    boolean isIpv4() {
        return source.getAddress().length == Integer.BYTES;
    }

    int longestBytes() {
        return sizes.stream().max(Integer::compare).orElseThrow();
    }

    int[] sizeArray() {
        return Arrays.copyOf(sizes.stream().mapToInt(Integer::intValue).toArray(), sizes.size());
    }
}
