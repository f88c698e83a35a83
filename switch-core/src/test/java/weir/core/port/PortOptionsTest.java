// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.rate.StormLimits;

class PortOptionsTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "a", "eth0.100", "veth-1_2:x", "fifteen-letters"})
    void takesNamesThatLinuxWouldTake(String name) {
        assertEquals(name, PortOptions.named(name).name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sixteen-letters-", "a/b", "a b", "..", ".", "a\n", "a\0", "\u00e9", "\u0661", "{}", "../etc"})
    void refusesOtherNames(String name) {
        assertThrows(IllegalArgumentException.class, () -> PortOptions.named(name));
    }

    @Test
    void quotesABadNameWithoutControlCharactersAndCutShort() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> PortOptions.named("x\u001b[31m" + "y".repeat(1000)))
                .getMessage();
        assertFalse(message.contains("\u001b"));
        assertEquals("port name 'x?[31m" + "y".repeat(26) + "...' is not 1 to 15 letters, digits or . _ : -", message);
    }

    @Test
    void takesNumbersOfTheProgramAbi() {
        assertEquals(65_535, PortOptions.DEFAULT.withNumber(65_535).number());
        assertEquals(0, PortOptions.DEFAULT.withNumber(0).number(), "the next free one");
        assertThrows(IllegalArgumentException.class, () -> PortOptions.DEFAULT.withNumber(-1));
        assertEquals(
                "port number 65536 is out of range [1, 65535]",
                assertThrows(IllegalArgumentException.class, () -> PortOptions.DEFAULT.withNumber(65_536))
                        .getMessage());
    }

    @Test
    void changesOnePartAndKeepsTheOthers() {
        VlanMode access = VlanMode.parse("access:5");
        PortOptions options =
                PortOptions.named("a").withNumber(7).withVlan(access).withHairpin(true);
        assertEquals(new PortOptions("a", 7, access, true, StormLimits.NONE), options);
        assertEquals(new PortOptions("b", 7, access, true, StormLimits.NONE), options.withName("b"));
    }
}
