// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
    @Test
    void holdsTheFirstByteOnTheWireInTheLowestByte() {
        assertEquals(0x0605_0403_0201L, MacAddress.parse("01:02:03:04:05:06"));
        assertEquals("01:02:03:04:05:06", MacAddress.toString(0x0605_0403_0201L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "80:c2:fe:01:10:0a"})
    void printsWhatItParsed(String text) {
        assertEquals(text, MacAddress.toString(MacAddress.parse(text)));
        assertEquals(MacAddress.parse(text), MacAddress.parse(text.toUpperCase(java.util.Locale.ROOT)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "02:00:00:00:00",
                "02:00:00:00:00:01:02",
                "02-00-00-00-00-01",
                "2:0:0:0:0:1",
                "02:00:00:00:00:0g",
                " 02:00:00:00:00:01",
                "02:00:00:00:00:01\n"
            })
    void refusesWhatIsNoAddressAndQuotesIt(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text))
                .getMessage();
        assertEquals("'" + text + "' is not a MAC address like 02:00:00:00:00:01", message);
    }

    @ParameterizedTest
    @CsvSource({
        "02:00:00:00:00:01, true",
        "fe:ff:ff:ff:ff:ff, true",
        "00:00:00:00:00:01, true",
        "00:00:00:00:00:00, false",
        "ff:ff:ff:ff:ff:ff, false",
        "01:00:5e:00:00:01, false",
        "03:00:00:00:00:00, false"
    })
    void aSourceIsAnIndividualAddress(String text, boolean valid) {
        assertEquals(valid, MacAddress.isValidSource(MacAddress.parse(text)));
    }

    @ParameterizedTest
    @CsvSource({
        "01:80:c2:00:00:00, true",
        "01:80:c2:00:00:01, true",
        "01:80:c2:00:00:0f, true",
        "01:80:c2:00:00:10, false",
        "01:80:c2:00:00:ff, false",
        "01:80:c2:00:01:00, false",
        "01:80:c3:00:00:00, false",
        "00:80:c2:00:00:00, false"
    })
    void sixteenGroupsAreReserved(String text, boolean reserved) {
        assertEquals(reserved, MacAddress.isReservedGroup(MacAddress.parse(text)));
    }

    @Test
    void onlyTheFirstReservedGroupIsForBpdus() {
        assertTrue(MacAddress.isBpdu(MacAddress.parse("01:80:c2:00:00:00")));
        assertFalse(MacAddress.isBpdu(MacAddress.parse("01:80:c2:00:00:01")));
        assertTrue(MacAddress.isGroup(MacAddress.parse("01:80:c2:00:00:00")));
        assertFalse(MacAddress.isGroup(MacAddress.parse("02:80:c2:00:00:00")));
    }
}
