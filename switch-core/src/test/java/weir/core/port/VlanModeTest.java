// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VlanModeTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unaware              | unaware",
                "access:1             | access:1",
                "access:4094          | access:4094",
                "access:0010          | access:10",
                "trunk:10             | trunk:10",
                "trunk:10,20-29       | trunk:10,20-29",
                "trunk:20-29,10       | trunk:10,20-29",
                "trunk:1-4094         | trunk:1-4094",
                "trunk:10,11,12       | trunk:10-12",
                "trunk:5-5            | trunk:5",
                "trunk:10,native=20   | trunk:10,20,native=20",
                "trunk:native=7       | trunk:7,native=7",
                "trunk:10-20,native=15| trunk:10-20,native=15"
            })
    void readsAndPrints(String text, String canonical) {
        VlanMode mode = VlanMode.parse(text.strip());
        assertEquals(canonical.strip(), mode.toString());
        assertEquals(mode, VlanMode.parse(mode.toString()), "what it prints, it reads");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "access:0            | VLAN 0 is out of range [1, 4094]",
                "access:4095         | VLAN 4095 is out of range [1, 4094]",
                "trunk:0             | VLAN 0 is out of range [1, 4094]",
                "trunk:1-4095        | VLAN 4095 is out of range [1, 4094]",
                "trunk:10,native=0   | VLAN 0 is out of range [1, 4094]",
                "trunk:10,native=4095| VLAN 4095 is out of range [1, 4094]",
                "trunk:20-10         | VLAN range '20-10' in 'trunk:20-10' runs backwards",
                "access:             | '' in VLAN mode 'access:' is not a VLAN number",
                "access:ten          | 'ten' in VLAN mode 'access:ten' is not a VLAN number",
                "access:-1           | '-1' in VLAN mode 'access:-1' is not a VLAN number",
                "access:99999        | '99999' in VLAN mode 'access:99999' is not a VLAN number",
                "trunk:              | '' in VLAN mode 'trunk:' is not a VLAN number",
                "trunk:10,           | '' in VLAN mode 'trunk:10,' is not a VLAN number",
                "trunk:10--20        | '-20' in VLAN mode 'trunk:10--20' is not a VLAN number",
                "trunk:10,native=    | '' in VLAN mode 'trunk:10,native=' is not a VLAN number",
                "trunk:10;20         | '10;20' in VLAN mode 'trunk:10;20' is not a VLAN number",
                "Trunk:10            | VLAN mode 'Trunk:10' is none of unaware, access:N, trunk:LIST[,native=N]",
                "hybrid              | VLAN mode 'hybrid' is none of unaware, access:N, trunk:LIST[,native=N]"
            })
    void refusesWithTheValueAndTheRule(String text, String message) {
        String said = assertThrows(IllegalArgumentException.class, () -> VlanMode.parse(text.strip()))
                .getMessage();
        assertEquals(message.strip(), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "access", "trunk", "access:٣", "access:1 ", "trunk:10,native=1,native=2"})
    void refusesOtherNonsense(String text) {
        assertThrows(IllegalArgumentException.class, () -> VlanMode.parse(text));
    }

    @Test
    void aTrunkKeepsItsOwnCopyOfTheMembers() {
        BitSet members = new BitSet();
        members.set(10);
        VlanMode.Trunk trunk = new VlanMode.Trunk(members, 20);
        members.set(30);
        trunk.vlans().set(40);
        assertEquals("trunk:10,20,native=20", trunk.toString());
        assertTrue(trunk.vlans().get(20), "the native VLAN is a member");
    }

    @Test
    void aTrunkWithoutMembersIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new VlanMode.Trunk(new BitSet(), 0));
        BitSet reserved = new BitSet();
        reserved.set(4095);
        assertThrows(IllegalArgumentException.class, () -> new VlanMode.Trunk(reserved, 0));
        assertThrows(IllegalArgumentException.class, () -> new VlanMode.Access(0));
    }
}
