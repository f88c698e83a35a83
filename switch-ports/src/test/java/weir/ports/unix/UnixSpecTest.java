// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.port.PortException;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

class UnixSpecTest {
    private static UnixSpec parse(String text) throws PortException {
        return UnixSpec.of(PortSpec.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "unix:/run/a, unix:/run/a",
        "unix:a?mode=stream&role=listen&mtu=1500, unix:a",
        "unix:/a?role=connect, unix:/a?role=connect",
        "unix:/a?role=connect&wait=off, unix:/a?role=connect",
        "unix:/a?wait=on&role=connect&mtu=68, unix:/a?role=connect&wait=on&mtu=68",
        "unix:/a?mtu=9000, unix:/a?mtu=9000",
        "unix:/a?mtu=68&role=connect, unix:/a?role=connect&mtu=68",
        "unix:/a?mode=dgram&peer=/b, unix:/a?mode=dgram&peer=/b",
        "unix:/a?peer=/b&mode=dgram&mtu=65521, unix:/a?mode=dgram&peer=/b&mtu=65521",
    })
    void writesTheShortestSpecOfTheSameMeaning(String text, String expected) throws PortException {
        assertEquals(expected, parse(text).toString());
        assertEquals(parse(text), parse(expected));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("unix:", "path in \"unix:\" is empty"),
                Arguments.of(
                        "unix:@abstract", "path in \"unix:@abstract\" is an abstract socket, which has no permissions"),
                Arguments.of("unix:/a\nb", "path in \"unix:/a\\u000ab\" has a control character"),
                Arguments.of(
                        "unix:/" + "x".repeat(107),
                        "path in \"unix:/" + "x".repeat(107) + "\" has 108 bytes, more than 107"),
                Arguments.of(
                        "unix:/a?mode=seqpacket",
                        "mode \"seqpacket\" in \"unix:/a?mode=seqpacket\" is neither stream nor dgram"),
                Arguments.of(
                        "unix:/a?role=server",
                        "role \"server\" in \"unix:/a?role=server\" is neither listen nor connect"),
                Arguments.of("unix:/a?mode=dgram", "\"unix:/a?mode=dgram\" does not name its peer"),
                Arguments.of("unix:/a?peer=/b", "\"unix:/a?peer=/b\" names a peer, but is a stream"),
                Arguments.of("unix:/a?mode=dgram&peer=", "peer in \"unix:/a?mode=dgram&peer=\" is empty"),
                Arguments.of(
                        "unix:/a?mode=dgram&peer=/b&role=connect",
                        "\"unix:/a?mode=dgram&peer=/b&role=connect\" has a role, but dgram sockets have none"),
                Arguments.of(
                        "unix:/a?wait=on",
                        "\"unix:/a?wait=on\" is to wait for its peer's socket, but connects to none"),
                Arguments.of("unix:/a?mtu=67", "mtu 67 in \"unix:/a?mtu=67\" is out of range [68, 65521]"),
                Arguments.of("unix:/a?queues=2", "unknown option \"queues\" in \"unix:/a?queues=2\""));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void namesEveryMistake(String text, String cause) {
        assertEquals(cause, assertThrows(PortException.class, () -> parse(text)).getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "unix:/run/weir/vm1.sock, vm1",
        "unix:/tmp/a b, a_b",
        "unix:/tmp/a-name-that-is-too-long, a-name-that-is-",
        "unix:/..., unix",
    })
    void isCalledAsItsFile(String text, String name) throws PortException {
        PortRequest request = new UnixKind().read(PortSpec.parse(text));
        assertEquals(name, request.name());
    }

    /** Both ends of a cable may be ports of one switch; two ports at one end may not. */
    @ParameterizedTest
    @CsvSource({
        "unix:/tmp/x, unix:/tmp/./x, true",
        "unix:/tmp/x, unix:/tmp/x?mode=dgram&peer=/tmp/y, true",
        "unix:/tmp/x, unix:/tmp/x?role=connect, false",
        "unix:/tmp/x, unix:/tmp/y, false",
    })
    void knowsWhichSpecsOpenTheSame(String one, String other, boolean same) throws PortException {
        String first = new UnixKind().read(PortSpec.parse(one)).identity();
        String second = new UnixKind().read(PortSpec.parse(other)).identity();
        assertEquals(same, first.equals(second), first + " and " + second);
    }
}
