// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;

/** {@code weir run --capture}: what its settings make of a switch's frames. */
class CaptureArgumentTest {
    @TempDir
    private Path folder;

    private static List<String> read(Path file) throws IOException {
        List<String> frames = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(Files.newInputStream(file))) {
            for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                frames.add(frame.source().name() + " " + frame.bytes().length);
            }
        }
        return frames;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|a 100, b 100, a 64",
                ",drops|a 100, b 100, a 64, a 64",
                ",drops-only|a 64",
                ",in|a 100, a 64",
                ",out|b 100",
                ",port=b|b 100",
                ",in,snap=70|a 70, a 64",
            })
    void writesWhatTheSettingsSay(String settings, String expected) throws Exception {
        Path file = folder.resolve("run.pcapng");
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            CaptureArgument.parse(file + settings).begin(hand.sw());
            hand.sendAndSettle("a", Frames.untagged(Frames.station(2), Frames.station(1), 100, 1));
            hand.sendAndSettle("a", Frames.untagged(Frames.station(1), Frames.station(1), 64, 2));
            hand.portNames().forEach(hand::received);
        }
        assertEquals(List.of(expected.split(", ")), read(file));
    }

    @Test
    void aPortThatIsNotThereIsRefused() {
        CaptureArgument wanted = CaptureArgument.parse("run.pcapng,port=c");
        CommandFailure refusal = assertThrows(CommandFailure.class, () -> wanted.requirePortAmong(List.of("a", "b")));
        assertEquals("--capture names port 'c', which is not among the specs", refusal.getMessage());
        assertEquals("ports here are a, b", refusal.hint());
        CaptureArgument.parse("run.pcapng,port=b").requirePortAmong(List.of("a", "b"));
    }

    @Test
    void aFilterComesFromAFile() throws Exception {
        Path filter = folder.resolve("short");
        Files.writeString(filter, "4\n128 0 0 0\n53 1 0 80\n6 0 0 262144\n6 0 0 0\n"); // tcpdump -ddd less 79
        Path file = folder.resolve("run.pcapng");
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            CaptureArgument.parse(file + ",in,filter=" + filter).begin(hand.sw());
            hand.sendAndSettle("a", Frames.untagged(Frames.station(2), Frames.station(1), 100, 1));
            hand.sendAndSettle("a", Frames.untagged(Frames.station(1), Frames.station(1), 64, 2));
            hand.portNames().forEach(hand::received);
        }
        assertEquals(List.of("a 64"), read(file));
    }
}
