// SPDX-License-Identifier: Apache-2.0

package weir.control.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.trace.FrameBytes;

class HeaderSummaryTest {
    private static final String MACS = "020000000002020000000001";
    private static final String FROM_TO = "02:00:00:00:00:01 > 02:00:00:00:00:02";

    private static String of(String hex) {
        return HeaderSummary.of(FrameBytes.of(HexFormat.of().parseHex(hex.replace(" ", ""))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0800 45000030000040004011 0000 c6120001 c6120002 03e80035001c0000|IPv4 198.18.0.1 > 198.18.0.2, UDP 1000 > 53",
                "0800 45000030000040004006 0000 c6120001 c6120002 9c400050 00000001 00000000 5002|IPv4 198.18.0.1 > 198.18.0.2, TCP 40000 > 80 [S]",
                "0800 45000030000040004001 0000 c6120001 c6120002 0800 1234 0001 0007|IPv4 198.18.0.1 > 198.18.0.2, ICMP echo request, sequence 7",
                "0800 45000030000040004001 0000 c6120001 c6120002 0301 1234 0000 0000|IPv4 198.18.0.1 > 198.18.0.2, ICMP type 3 code 1",
                "0800 45000030000000104011 0000 c6120001 c6120002|IPv4 198.18.0.1 > 198.18.0.2, fragment",
                "0800 45000030000040004059 0000 c6120001 c6120002|IPv4 198.18.0.1 > 198.18.0.2, protocol 89",
                "0800 4500|IPv4 (cut)",
                "0806 0001 0800 0604 0001 020000000001 c6120001 000000000000 c6120002|ARP who has 198.18.0.2, tell 198.18.0.1",
                "0806 0001 0800 0604 0002 020000000001 c6120001 000000000000 c6120002|ARP 198.18.0.1 is at 02:00:00:00:00:01",
                "86dd 60000000 0008 3a ff 20010db8000000000000000000000001 20010db8000000000000000000000002 8700 0000 0000 0000|IPv6 2001:db8::1 > 2001:db8::2, ICMPv6 neighbour solicitation",
                "8100 000a 0800 45000030000040004011 0000 c6120001 c6120002 0044 0043|VLAN 10, IPv4 198.18.0.1 > 198.18.0.2, UDP 68 > 67",
                "88a8 0064 8100 000a 88b5|VLAN 100, VLAN 10, type 0x88b5",
                "8100 00|type 0x8100",
            })
    void saysWhatTheHeadersAre(String behind, String text) {
        assertEquals(FROM_TO + ", " + text, of(MACS + behind));
    }

    @Test
    void aFrameWithoutAHeaderIsItsBytes() {
        assertEquals("no header: 0102", of("0102"));
    }

    @Test
    void noBytesMakeMoreThanALineOfPlainText() {
        SplittableRandom random = new SplittableRandom(7);
        int[] types = {0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8};
        for (int i = 0; i < 20_000; i++) {
            byte[] frame = new byte[random.nextInt(FrameBytes.MAX + 1)];
            random.nextBytes(frame);
            if (frame.length > 14) {
                int type = types[random.nextInt(types.length)];
                frame[12] = (byte) (type >> 8);
                frame[13] = (byte) type;
            }
            String text = HeaderSummary.of(FrameBytes.of(frame));
            assertTrue(
                    text.length() < 300 && text.chars().allMatch(c -> c >= ' ' && c < 127),
                    () -> Arrays.toString(frame) + ": " + text);
        }
    }
}
