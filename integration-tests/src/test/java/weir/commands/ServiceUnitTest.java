// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The unit of the daemon, as systemd reads it and as the documents say that it is installed. */
@RequiresFeature({Feature.LINUX, Feature.SYSTEMD})
@Timeout(180)
class ServiceUnitTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root"));
    private static final Path UNIT = ROOT.resolve("docker/weir.service");
    private static final Pattern START = Pattern.compile("(?m)^ExecStart=(\\S+) (.*)$");
    private static final Pattern LINK = Pattern.compile("(?m)^\\$ sudo ln -s \\S+/weir (\\S+)$");

    /** Tenths of what systemd-analyze calls exposure, 0 to 100: a service that may do anything has 96. */
    private static final String MOST_EXPOSURE = "30";

    @TempDir
    private Path folder;

    private static Matcher start() throws IOException {
        Matcher start = START.matcher(Files.readString(UNIT));
        assertTrue(start.find(), "ExecStart");
        return start;
    }

    /** What is to be started need not be installed here: a copy of the unit starts something that is. */
    @Test
    void systemdFindsNothingWrong() throws Exception {
        Path unit = folder.resolve("weir.service");
        String text = Files.readString(UNIT).replace("ExecStart=" + start().group(1), "ExecStart=/bin/true");
        Files.writeString(unit, text);
        try (WeirProcess verify = WeirProcess.exec(List.of("systemd-analyze", "verify", "--man=no", unit.toString()))) {
            assertEquals(0, verify.exitCode(), verify::err);
            assertEquals("", verify.err());
        }
    }

    @Test
    void mayDoLittle() throws Exception {
        List<String> command = List.of(
                "systemd-analyze",
                "security",
                "--no-pager",
                "--offline=true",
                "--threshold=" + MOST_EXPOSURE,
                UNIT.toString());
        try (WeirProcess security = WeirProcess.exec(command)) {
            assertEquals(0, security.exitCode(), security::out);
            assertTrue(security.out().contains("Overall exposure level"), security::out);
        }
    }

    @Test
    void startsTheCommandWhereTheDocumentsPutIt() throws Exception {
        for (String document : List.of("README.md", "docs/install.md")) {
            Matcher link = LINK.matcher(Files.readString(ROOT.resolve(document)));
            assertTrue(link.find(), document);
            assertEquals(link.group(1), start().group(1), document);
        }
    }

    /** The topology that it is to start with is not there, which is said only when the options were understood. */
    @Test
    void givesTheDaemonOptionsThatItKnows() throws Exception {
        String options = start().group(2)
                .replace("/etc/weir/topology.yaml", folder.resolve("none.yaml").toString());
        String[] args =
                (options + " --state " + folder.resolve("state") + " --socket " + folder.resolve("s")).split(" ", -1);
        try (WeirProcess daemon = WeirProcess.start(args)) {
            assertEquals(2, daemon.exitCode(), daemon::err);
            assertTrue(daemon.err().contains("cannot read " + folder.resolve("none.yaml")), daemon::err);
        }
    }
}
