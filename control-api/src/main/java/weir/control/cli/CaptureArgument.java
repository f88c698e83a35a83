// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import weir.control.program.Printable;
import weir.control.text.FileTrouble;
import weir.control.text.Spelling;
import weir.core.Switch;
import weir.core.capture.Capture;
import weir.core.capture.CaptureDirection;
import weir.core.capture.CaptureDrops;
import weir.core.capture.CaptureSettings;
import weir.core.capture.FilterException;
import weir.core.program.CaptureFilters;
import weir.ports.pcap.CaptureSink;

/** {@code FILE[,SETTING...]}: a capture of a switch in the foreground. */
record CaptureArgument(Path file, CaptureSettings settings) {
    private static final List<String> WORDS = List.of("drops", "drops-only", "in", "out", "port=", "snap=", "filter=");

    /** Reads it; throws with what is wrong and what can stand there. */
    static CaptureArgument parse(String text) {
        String[] parts = text.split(",", -1);
        if (parts[0].isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "--capture '" + text + "' names no file", "--capture FILE,drops");
        }
        CaptureSettings settings = CaptureSettings.ALL;
        for (int i = 1; i < parts.length; i++) {
            settings = with(settings, parts[i]);
        }
        return new CaptureArgument(Path.of(parts[0]), settings);
    }

    private static CaptureSettings with(CaptureSettings settings, String word) {
        int equals = word.indexOf('=');
        String key = word.substring(0, equals + 1);
        String value = word.substring(equals + 1);
        return switch (equals < 0 ? word : key) {
            case "drops" -> settings.withDrops(CaptureDrops.ALSO);
            case "drops-only" -> settings.withDrops(CaptureDrops.ONLY);
            case "in" -> settings.withDirection(CaptureDirection.IN);
            case "out" -> settings.withDirection(CaptureDirection.OUT);
            case "port=" -> settings.withPort(value);
            case "snap=" -> settings.withSnapBytes(number(value));
            case "filter=" -> settings.withFilter(CaptureFilterFile.read(Path.of(value)));
            default ->
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "--capture has no setting '" + word + "'",
                        Spelling.didYouMean(word, WORDS) + "settings are " + String.join(", ", WORDS));
        };
    }

    private static int number(String value) {
        try {
            int bytes = Integer.parseInt(value);
            if (bytes >= 1 && bytes <= CaptureSettings.DEFAULT_SNAP_BYTES) {
                return bytes;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                "--capture has snap='" + value + "'",
                "bytes of each frame, 1 to " + CaptureSettings.DEFAULT_SNAP_BYTES);
    }

    /** Throws when it is of a port that is not among these, and would stay empty. */
    void requirePortAmong(List<String> ports) {
        if (!settings.port().isEmpty() && !ports.contains(settings.port())) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--capture names port '" + Printable.of(settings.port()) + "', which is not among the specs",
                    "ports here are " + String.join(", ", ports));
        }
    }

    /** Begins it; it ends with the switch. */
    void begin(Switch sw) {
        try {
            Capture _ = sw.capture(settings, CaptureSink.to(file, settings.snapBytes()));
        } catch (FilterException e) {
            throw new CommandFailure(ExitCode.FAILURE, String.valueOf(e.getMessage()), e.hint());
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "cannot write " + file + ": " + FileTrouble.of(e),
                    "name a file that can be written");
        }
    }

    /** Filters out of files. */
    private static final class CaptureFilterFile {
        static weir.core.capture.FrameFilter read(Path file) {
            try {
                return CaptureFilters.of(Files.readAllBytes(file), "");
            } catch (FilterException e) {
                throw new CommandFailure(ExitCode.FAILURE, file + ": " + e.getMessage(), e.hint());
            } catch (IOException e) {
                throw new CommandFailure(
                        ExitCode.NOT_FOUND, "cannot read " + file + ": " + FileTrouble.of(e), "name a filter's file");
            }
        }
    }
}
