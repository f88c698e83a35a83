// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.port.PortException;
import weir.ports.linux.BpfLink.XdpMode;

class XdpSpecTest {
    @Test
    void readsEveryOption() throws PortException {
        assertEquals(
                new XdpSpec("v0", "/run/netns/blue", 3, 1, XdpMode.SKB),
                XdpSpec.parse("xdp:v0?queue=3&mode=skb&netns=/run/netns/blue"));
        assertEquals(new XdpSpec("v0", null, 0, 64, XdpMode.NATIVE), XdpSpec.parse("xdp:v0?queues=64&mode=native"));
    }

    @ParameterizedTest
    @CsvSource({
        "xdp:v0, xdp:v0",
        "xdp:v0?queue=0, xdp:v0",
        "xdp:v0?queues=1, xdp:v0",
        "xdp:v0?netns=/n&queues=2&mode=skb, xdp:v0?queues=2&mode=skb&netns=/n",
        "xdp:v0?mode=native&queue=7, xdp:v0?queue=7&mode=native",
    })
    void writesTheShortestSpecOfTheSameMeaning(String text, String expected) throws PortException {
        assertEquals(expected, XdpSpec.parse(text).toString());
        assertEquals(XdpSpec.parse(text), XdpSpec.parse(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "tap:v0, is not of kind xdp",
        "xdp:, interface name is empty",
        "xdp:v0?mode=zerocopy, is neither native nor skb",
        "xdp:v0?queue=1&queues=2, queue and queues stand both in",
        "xdp:v0?queues=65, out of range",
        "xdp:v0?queue=-1, is not a number",
        "xdp:v0?netns=blue, is not an absolute path",
        "xdp:v0?vnet=on, unknown option",
    })
    void namesTheMistake(String text, String why) {
        PortException refused = assertThrows(PortException.class, () -> XdpSpec.parse(text));

        assertTrue(String.valueOf(refused.getMessage()).contains(why), refused::toString);
        assertFalse(refused.hint().isEmpty());
    }
}
