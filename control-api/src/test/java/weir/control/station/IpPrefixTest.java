// SPDX-License-Identifier: Apache-2.0

package weir.control.station;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {
    @ParameterizedTest
    @CsvSource({
        "198.18.0.1/24, 198.18.0.1/24",
        "2001:db8:0:0:0:0:0:1/64, 2001:db8::1/64",
        "2001:DB8::/32, 2001:db8::/32",
        "::/0, ::/0",
        "::1/128, ::1/128",
        "2001:db8:0:1:0:0:0:1/64, 2001:db8:0:1::1/64",
        "2001:0:0:1:0:0:0:0/64, 2001:0:0:1::/64",
        "2001:db8:1:2:3:4:5:6/64, 2001:db8:1:2:3:4:5:6/64",
        "2001:db8:10:0:0:0:20:0/64, 2001:db8:10::20:0/64"
    })
    void isWrittenAsPeopleWriteIt(String text, String expected) {
        assertEquals(expected, IpPrefix.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "198.18.0.1",
                "198.18.0/24",
                "198.18.0.256/24",
                "198.18.0.1/33",
                "2001:db8::1/129",
                "fe80::1%eth0/64",
                "host/24",
                "198.18.0.1/-1",
                ":::/64"
            })
    void whatIsNoneIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(text));
    }

    @Test
    void knowsItsNetwork() {
        IpPrefix network = IpPrefix.parse("198.18.0.128/25");
        assertTrue(network.contains(IpPrefix.address("198.18.0.200")));
        assertFalse(network.contains(IpPrefix.address("198.18.0.127")));
        assertFalse(network.contains(IpPrefix.address("2001:db8::1")));
        assertTrue(IpPrefix.parse("::/0").contains(IpPrefix.address("2001:db8::1")));
        assertEquals("198.18.0.129/25", network.host(1).toString());
        assertEquals(126, network.hosts());
        assertEquals(
                "2001:db8::1:0/64",
                IpPrefix.parse("2001:db8::7/64").host(65_536).toString());
    }
}
