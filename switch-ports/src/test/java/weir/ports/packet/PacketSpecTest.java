// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.port.PortException;

class PacketSpecTest {
    @Test
    void readsEveryOption() throws PortException {
        PacketSpec spec = PacketSpec.parse("packet:veth0?mtu=9000&queues=4&netns=/run/netns/blue&vnet=off&sandbox=/n");

        assertEquals(new PacketSpec("veth0", "/run/netns/blue", 4, 9000, false, "/n"), spec);
    }

    @ParameterizedTest
    @CsvSource({
        "packet:veth0, packet:veth0",
        "packet:a-b_c.d, packet:a-b_c.d",
        "packet:e?queues=1&vnet=on, packet:e",
        "packet:e?vnet=off, packet:e?vnet=off",
        "packet:e?mtu=68&netns=/n, packet:e?netns=/n&mtu=68",
        "packet:e?sandbox=/n, packet:e?sandbox=/n",
        "packet:e?sandbox=/n&vnet=off, packet:e?vnet=off&sandbox=/n",
        "packet:e?vnet=off&queues=64&mtu=65521, packet:e?queues=64&mtu=65521&vnet=off",
    })
    void writesTheShortestSpecOfTheSameMeaning(String text, String expected) throws PortException {
        assertEquals(expected, PacketSpec.parse(text).toString());
        assertEquals(PacketSpec.parse(text), PacketSpec.parse(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "veth0 | does not start with a kind and a colon",
                "tap:veth0 | is not of kind packet",
                "packet: | interface name is empty",
                "packet:sixteen-bytes-xy | has 16 bytes, more than 15",
                "packet:a/b | not allowed: '/'",
                "packet:.. | reads like a path",
                "packet:t%d | not allowed: '%'",
                "packet:e?colour=red | unknown option \"colour\"",
                "packet:e?queues | has no name and value",
                "packet:e?queues=2&queues=3 | stands twice",
                "packet:e?queues=0 | out of range [1, 64]",
                "packet:e?queues=65 | out of range [1, 64]",
                "packet:e?mtu=67 | out of range [68, 65521]",
                "packet:e?mtu=65522 | out of range [68, 65521]",
                "packet:e?netns=blue | netns \"blue\" is not an absolute path",
                "packet:e?sandbox=blue | sandbox \"blue\" is not an absolute path",
                "packet:e?vnet=yes | vnet \"yes\" in \"packet:e?vnet=yes\" is neither on nor off",
            })
    void namesEveryMistake(String text, String expected) {
        PortException e = assertThrows(PortException.class, () -> PacketSpec.parse(text));

        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertFalse(e.hint().isEmpty());
    }

    @Test
    void listsTheKnownOptionsForAnUnknownOne() {
        PortException e = assertThrows(PortException.class, () -> PacketSpec.parse("packet:e?netnS=/x"));

        assertEquals("packet ports know the options mtu, netns, queues, sandbox, vnet", e.hint());
    }
}
