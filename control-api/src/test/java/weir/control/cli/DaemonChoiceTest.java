// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.control.client.DaemonAddress;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Which daemon a command line and its environment mean. */
@RequiresFeature(Feature.LINUX)
class DaemonChoiceTest {
    @TempDir
    private Path folder;

    private String token;

    @BeforeEach
    void writeAToken() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "t".repeat(32));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        token = file.toString();
    }

    static Stream<Arguments> choices() {
        return Stream.of(
                Arguments.of("", Map.of(), "/run/weir/api.sock"),
                Arguments.of("", Map.of("WEIR_SOCKET", "/tmp/s"), "/tmp/s"),
                Arguments.of("", Map.of("WEIR_SOCKET", "", "WEIR_URL", ""), "/run/weir/api.sock"),
                Arguments.of("--socket /tmp/t", Map.of("WEIR_SOCKET", "/tmp/s"), "/tmp/t"),
                Arguments.of("--socket /tmp/t", Map.of("WEIR_URL", "https://a:1"), "/tmp/t"),
                Arguments.of("", Map.of("WEIR_URL", "https://a:1", "WEIR_SOCKET", "/tmp/s"), "https://a:1"),
                Arguments.of("--url https://b:2", Map.of("WEIR_URL", "https://a:1"), "https://b:2"),
                Arguments.of("--url https://b:2", Map.of("WEIR_SOCKET", "/tmp/s"), "https://b:2"),
                Arguments.of("--url=https://b/", Map.of(), "https://b:443"),
                Arguments.of("--url HTTPS://[2001:db8::1]:8443", Map.of(), "https://[2001:db8::1]:8443"));
    }

    @ParameterizedTest
    @MethodSource("choices")
    void whatWasTypedGoesBeforeTheEnvironment(String line, Map<String, String> environment, String expected) {
        Map<String, String> all = new java.util.HashMap<>(environment);
        all.put("WEIR_TOKEN_FILE", token);
        DaemonAddress address = DaemonChoice.typed(List.of(line.split(" ", -1))).address(all);
        assertEquals(
                expected,
                switch (address) {
                    case DaemonAddress.Unix unix -> unix.socket().toString();
                    case DaemonAddress.Tls tls -> tls.toString();
                });
        assertTrue(!(address instanceof DaemonAddress.Tls tls) || tls.token().equals("t".repeat(32)), "token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://",
                "https://a:b",
                "https://a:0",
                "https://a:65536",
                "https://a:1/v1",
                "https://a:1?x=1",
                "https://user:word@a:1",
                "http://a:1",
                "ftp://a:1",
                "a:1",
                "/run/weir/api.sock",
                "https://a b"
            })
    void whatIsNoUrlOfADaemonIsRefused(String url) {
        CommandFailure refused =
                assertThrows(CommandFailure.class, () -> new DaemonChoice(null, url, token, null).address(Map.of()));
        assertEquals(ExitCode.USAGE, refused.exitCode());
        assertTrue(String.valueOf(refused.getMessage()).startsWith("'" + url + "' "), refused.getMessage());
    }

    @Test
    void whatContradictsItselfOrLacksATokenIsRefused() {
        for (DaemonChoice each : List.of(
                new DaemonChoice("/tmp/s", "https://a:1", token, null),
                new DaemonChoice("/tmp/s", null, token, null),
                new DaemonChoice(null, null, null, "/tmp/ca"),
                new DaemonChoice(null, "https://a:1", null, null))) {
            CommandFailure refused = assertThrows(CommandFailure.class, () -> each.address(Map.of()));
            assertEquals(ExitCode.USAGE, refused.exitCode());
        }
    }
}
