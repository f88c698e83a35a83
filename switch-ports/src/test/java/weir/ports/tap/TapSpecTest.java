// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.port.PortException;

class TapSpecTest {
    @Test
    void readsEveryOption() throws PortException {
        TapSpec spec = TapSpec.parse("tap:t1?mtu=9000&queues=4&netns=/run/netns/blue&vnet=off");

        assertEquals(new TapSpec("t1", "/run/netns/blue", 4, 9000, false, TapEngine.AUTO), spec);
    }

    @ParameterizedTest
    @CsvSource({
        "tap:t1, tap:t1",
        "tap:t1?, ''",
        "tap:a-b_c.d, tap:a-b_c.d",
        "tap:fifteen-bytes-x, tap:fifteen-bytes-x",
        "tap:t1?queues=1&vnet=on, tap:t1",
        "tap:t1?vnet=off&mtu=9000, tap:t1?mtu=9000&vnet=off",
        "tap:t1?mtu=68&netns=/n, tap:t1?netns=/n&mtu=68",
        "tap:t1?queues=256, tap:t1?queues=256",
        "tap:t1?mtu=65521, tap:t1?mtu=65521",
        "tap:t1?engine=auto, tap:t1",
        "tap:t1?engine=read, tap:t1?engine=read",
        "tap:t1?engine=io_uring, tap:t1?engine=io_uring",
        "tap:t1?persist=off, tap:t1",
        "tap:t1?netns=/n&persist=on, tap:t1?netns=/n&persist=on",
        "tap:t1?sandbox=/n&mtu=68&persist=on, tap:t1?mtu=68&persist=on&sandbox=/n",
        "tap:t1?engine=io_uring&vnet=off&queues=2, tap:t1?queues=2&vnet=off&engine=io_uring",
    })
    void writesTheShortestSpecOfTheSameMeaning(String text, String expected) throws PortException {
        if (expected.isEmpty()) {
            assertThrows(PortException.class, () -> TapSpec.parse(text));
        } else {
            assertEquals(expected, TapSpec.parse(text).toString());
        }
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("", "does not start with a kind and a colon"),
                Arguments.of("t1", "does not start with a kind and a colon"),
                Arguments.of(":t1", "does not start with a kind and a colon"),
                Arguments.of("packet:t1", "is not of kind tap"),
                Arguments.of("tap:", "interface name is empty"),
                Arguments.of("tap:?queues=2", "interface name is empty"),
                Arguments.of("tap:sixteen-bytes-xy", "has 16 bytes, more than 15"),
                Arguments.of("tap:a/b", "not allowed: '/'"),
                Arguments.of("tap:../x", "not allowed: '/'"),
                Arguments.of("tap:..", "reads like a path"),
                Arguments.of("tap:.", "reads like a path"),
                Arguments.of("tap:a..b", "reads like a path"),
                Arguments.of("tap:a\0b", "not allowed: NUL"),
                Arguments.of("tap:a b", "not allowed: white space"),
                Arguments.of("tap:a\nb", "not allowed: white space"),
                Arguments.of("tap:a\u0007b", "not allowed: control character"),
                Arguments.of("tap:a\u007fb", "not allowed: control character"),
                Arguments.of("tap:t%d", "not allowed: '%'"),
                Arguments.of("tap:t1:0", "not allowed: ':'"),
                Arguments.of("tap:t\u00e9", "not allowed: not ASCII"),
                Arguments.of("tap:t1?colour=red", "unknown option \"colour\""),
                Arguments.of("tap:t1?queues", "option \"queues\" in \"tap:t1?queues\" has no name and value"),
                Arguments.of("tap:t1?=2", "has no name and value"),
                Arguments.of("tap:t1?queues=2&", "option \"\""),
                Arguments.of("tap:t1?queues=2&queues=3", "option \"queues\" stands twice"),
                Arguments.of("tap:t1?queues=0", "queues 0 in \"tap:t1?queues=0\" is out of range [1, 256]"),
                Arguments.of("tap:t1?queues=257", "out of range [1, 256]"),
                Arguments.of("tap:t1?queues=-1", "queues \"-1\" in \"tap:t1?queues=-1\" is not a number"),
                Arguments.of("tap:t1?queues=two", "is not a number"),
                Arguments.of("tap:t1?queues=", "queues \"\""),
                Arguments.of("tap:t1?mtu=67", "mtu 67 in \"tap:t1?mtu=67\" is out of range [68, 65521]"),
                Arguments.of("tap:t1?mtu=65522", "out of range [68, 65521]"),
                Arguments.of("tap:t1?mtu=9999999999", "out of range [68, 65521]"),
                Arguments.of("tap:t1?mtu=99999999999999999999", "is not a number"),
                Arguments.of("tap:t1?netns=blue", "netns \"blue\" is not an absolute path"),
                Arguments.of("tap:t1?netns=", "is not an absolute path"),
                Arguments.of("tap:t1?inode=7", "goes with netns"),
                Arguments.of("tap:t1?netns=/n&inode=0", "inode \"0\" in"),
                Arguments.of("tap:t1?netns=/a\0b", "has a control character"),
                Arguments.of("tap:t1?vnet=yes", "is neither on nor off"),
                Arguments.of("tap:t1?engine=epoll", "engine \"epoll\" in \"tap:t1?engine=epoll\" is not known"),
                Arguments.of("tap:t1?persist=yes", "is neither on nor off"),
                Arguments.of("tap:t1?persist=on&sandbox=n", "sandbox \"n\" is not an absolute path"),
                Arguments.of("tap:t1?sandbox=/n", "goes with persist=on and without netns"),
                Arguments.of("tap:t1?sandbox=/n&netns=/n&persist=on", "goes with persist=on and without netns"),
                Arguments.of("tap:" + "x".repeat(2000), "is longer than 1024"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void namesEveryMistake(String text, String expected) {
        PortException e = assertThrows(PortException.class, () -> TapSpec.parse(text));

        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertFalse(e.hint().isEmpty());
        assertTrue((e.getMessage() + e.hint()).chars().noneMatch(c -> c < ' '), "one line, no control characters");
    }

    @Test
    void listsTheKnownOptionsForAnUnknownOne() {
        PortException e = assertThrows(PortException.class, () -> TapSpec.parse("tap:t1?netnS=/x"));

        assertEquals("tap ports know the options engine, inode, mtu, netns, persist, queues, sandbox, vnet", e.hint());
    }
}
