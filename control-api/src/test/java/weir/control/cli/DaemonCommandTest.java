// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options of {@code weir daemon} that only make sense with another one. */
class DaemonCommandTest {
    private static final String HELP = "'weir daemon --help' shows how to call it";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--read-group=nobody|--read-group is for --read-socket, which is not given",
                "--token-file=tokens|--tls-cert, --tls-key and --token-file are for --listen, which is not given",
                "--listen=127.0.0.1:8443|--listen needs --tls-cert, --tls-key and --token-file: TCP is never without",
            })
    void refusesWhatWouldHaveNoEffect(String option, String cause) {
        CommandRun.of("daemon", "--socket", folder + "/s", "--state", folder + "/state", option)
                .fails(ExitCode.USAGE, cause, HELP);
    }
}
