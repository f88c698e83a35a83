// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.port.PortException;
import weir.ports.PortSpec;

class CaptureSpecTest {
    private static CaptureSpec parse(String text) throws PortException {
        return CaptureSpec.of(PortSpec.parse(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "pcap:a.pcap pcap:a.pcap",
                "pcap:a.pcap,b.pcap?speed=original&loops=1 pcap:a.pcap,b.pcap",
                "pcap:,b.pcap pcap:,b.pcap",
                "pcap:a, pcap:a",
                "pcap:a?speed=max pcap:a?speed=max",
                "pcap:a?speed=10x&loops=3 pcap:a?speed=10x&loops=3",
                "pcap:a?speed=0.50x pcap:a?speed=0.5x",
                "pcap:a?loops=0 pcap:a?loops=0",
            })
    void writesTheShortestSpecOfTheSameMeaning(String text, String expected) throws PortException {
        assertEquals(expected, parse(text).toString());
        assertEquals(parse(text), parse(expected));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("pcap:", "\"pcap:\" names no file"),
                Arguments.of("pcap:,", "\"pcap:,\" names no file"),
                Arguments.of("pcap:a,b,c", "\"pcap:a,b,c\" names more than two files"),
                Arguments.of("pcap:-", "\"pcap:-\" names the standard streams, which are the command's own"),
                Arguments.of("pcap:a,-", "\"pcap:a,-\" names the standard streams, which are the command's own"),
                Arguments.of("pcap:a\tb", "\"pcap:a\\u0009b\" has a control character"),
                Arguments.of(
                        "pcap:,b?speed=max", "\"pcap:,b?speed=max\" says how to replay, but names no file to read"),
                Arguments.of("pcap:a?speed=fast", "speed \"fast\" in \"pcap:a?speed=fast\" is no speed"),
                Arguments.of("pcap:a?speed=10", "speed \"10\" in \"pcap:a?speed=10\" is no speed"),
                Arguments.of("pcap:a?speed=-1x", "speed \"-1x\" in \"pcap:a?speed=-1x\" is no speed"),
                Arguments.of("pcap:a?speed=0x", "speed 0x in \"pcap:a?speed=0x\" is out of range [0.001x, 1000000x]"),
                Arguments.of("pcap:a?loops=-1", "loops \"-1\" in \"pcap:a?loops=-1\" is not a number"),
                Arguments.of("pcap:a?start=1", "unknown option \"start\" in \"pcap:a?start=1\""));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void namesEveryMistake(String text, String cause) {
        assertEquals(cause, assertThrows(PortException.class, () -> parse(text)).getMessage());
    }
}
