// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import weir.ports.linux.PeerCredentials;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Who may ask what, over real sockets. */
@Timeout(300)
@RequiresFeature({Feature.LINUX, Feature.ROOT})
class AccessTest {
    private static final String READ_TOKEN = "r".repeat(32);
    private static final String ADMIN_TOKEN = "a".repeat(32);
    private static final String OTHER_TOKEN = "o".repeat(32);
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

    @TempDir
    Path folder;

    /** An operation of the API. */
    private record Operation(String method, String path) {
        boolean isSafe() {
            return method.equals("GET");
        }
    }

    /** All operations that are described, with names that nothing has. */
    private static List<Operation> operations() throws Exception {
        List<Operation> operations = new ArrayList<>();
        try (InputStream text = ApiServer.class.getResourceAsStream("openapi.yaml")) {
            JsonNode paths = new YAMLMapper().readTree(text).path("paths");
            for (Map.Entry<String, JsonNode> path : paths.properties()) {
                for (String method : path.getValue().propertyNames()) {
                    if (METHODS.contains(method)) {
                        operations.add(new Operation(
                                method.toUpperCase(Locale.ROOT), path.getKey().replaceAll("\\{[a-z]+}", "none")));
                    }
                }
            }
        }
        // Streams do not come to an end; they are opened by those who may in tests of their own.
        operations.removeIf(each -> each.path().equals("/v1/events"));
        return operations;
    }

    @Test
    void eachRoleMayWhatItMayAndNothingElse() throws Exception {
        Path readSocket = folder.resolve("r");
        Endpoint.Tls tls = tls();
        int cells = 0;
        try (RunningServer server = RunningServer.in(folder, new Endpoint.Unix(readSocket, null, Role.READ), tls)) {
            int port = server.tcpPort();
            Path script = folder.resolve("curl.conf");
            for (Operation each : operations()) {
                int forbidden = each.isSafe() ? 0 : 403;
                expect(0, RawClient.ask(server.socket(), each.method(), each.path(), "{}"), each, "admin socket");
                expect(forbidden, RawClient.ask(readSocket, each.method(), each.path(), "{}"), each, "read socket");
                cells += 2;
            }
            List<String> tokens = List.of("", "wrong-wrong-wrong-wrong", READ_TOKEN, ADMIN_TOKEN);
            for (String token : tokens) {
                List<Integer> statuses = overTls(port, token, script);
                for (int i = 0; i < statuses.size(); i++) {
                    Operation each = operations().get(i);
                    int refused =
                            token.equals(ADMIN_TOKEN) ? 0 : token.equals(READ_TOKEN) ? (each.isSafe() ? 0 : 403) : 401;
                    assertStatus(refused, statuses.get(i), each + " with token '" + token + "'");
                    cells++;
                }
            }
        }
        assertTrue(cells >= 40, "cells of the matrix: " + cells);
        assertEquals(operations().size() * 6, cells);
    }

    @Test
    void eachTcpEndpointHasItsPortAndItsTokens() throws Exception {
        Endpoint.Tls other = TlsFiles.endpoint(Files.createDirectories(folder.resolve("other")), "read:" + OTHER_TOKEN);
        try (RunningServer server = RunningServer.in(folder, tls(), other)) {
            List<Integer> ports = server.tcpPorts();
            assertEquals(2, Set.copyOf(ports).size(), ports::toString);
            Path script = folder.resolve("curl.conf");
            assertFalse(overTls(ports.getFirst(), READ_TOKEN, script).contains(401));
            assertEquals(Set.of(401), Set.copyOf(overTls(ports.getLast(), READ_TOKEN, script)));
            assertFalse(overTls(ports.getLast(), OTHER_TOKEN, script).contains(401));
            assertEquals(Set.of(401), Set.copyOf(overTls(ports.getFirst(), OTHER_TOKEN, script)));
        }
    }

    private static void expect(int refused, RawClient.Answer answer, Operation operation, String by) {
        assertStatus(refused, answer.status(), operation + " by " + by);
        if (refused != 0) {
            assertTrue(answer.isProblem(), answer.head());
            assertFalse(answer.json().path("hint").asString().isEmpty(), "hint");
        }
    }

    private static void assertStatus(int refused, int status, String what) {
        if (refused != 0) {
            assertEquals(refused, status, what);
        } else {
            assertNotEquals(401, status, what);
            assertNotEquals(403, status, what);
            assertNotEquals(0, status, what);
        }
    }

    /** All operations over TLS, by one process of curl. */
    private static List<Integer> overTls(int port, String token, Path script) throws Exception {
        StringBuilder text = new StringBuilder();
        for (Operation each : operations()) {
            text.append(text.isEmpty() ? "" : "next\n")
                    .append(
                            "url = \"https://127.0.0.1:" + port + each.path() + "\"\nrequest = " + each.method()
                                    + "\nsilent\ninsecure\nmax-time = 60\noutput = /dev/null\nwrite-out = \"%{http_code}\\n\"\n");
            if (!token.isEmpty()) {
                text.append("header = \"Authorization: Bearer " + token + "\"\n");
            }
            if (!each.isSafe()) {
                text.append("data = \"{}\"\n");
            }
        }
        Files.writeString(script, text);
        return TlsFiles.run("curl", "-K", script.toString())
                .lines()
                .map(Integer::parseInt)
                .toList();
    }

    private Endpoint.Tls tls() throws Exception {
        return TlsFiles.endpoint(folder, "# for tests\nread:" + READ_TOKEN + "\n\nadmin:" + ADMIN_TOKEN + "\n");
    }

    private Path tokenFile(String permissions) throws Exception {
        Path file = folder.resolve("tokens");
        Files.writeString(file, "# for tests\nread:" + READ_TOKEN + "\n\nadmin:" + ADMIN_TOKEN + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    @Test
    void whoeverIsNeitherRootNorInTheGroupIsRefusedEvenWhereTheFileLetsThemConnect() throws Exception {
        try (RunningServer server = RunningServer.in(folder)) {
            assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(server.socket())));
            Files.setPosixFilePermissions(server.socket(), PosixFilePermissions.fromString("rw-rw-rw-"));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            String answer = TlsFiles.run(
                    "setpriv",
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    "curl",
                    "-s",
                    "-i",
                    "--max-time",
                    "60",
                    "--unix-socket",
                    server.socket().toString(),
                    "http://weir/v1/switches");
            assertTrue(answer.startsWith("HTTP/1.1 403"), answer);
            assertTrue(answer.contains("\"forbidden\""), answer);
        }
    }

    @Test
    void membersOfTheGroupMayWhereThereIsOne() {
        PeerCredentials member = new PeerCredentials(1, 1_000, Set.of(1_000, 77));
        assertTrue(new UnixAccess(500, 77, Role.ADMIN).isAllowed(member));
        assertFalse(new UnixAccess(500, 78, Role.ADMIN).isAllowed(member));
        assertFalse(new UnixAccess(500, null, Role.ADMIN).isAllowed(member));
        assertTrue(new UnixAccess(1_000, null, Role.ADMIN).isAllowed(member));
        assertTrue(new UnixAccess(500, null, Role.ADMIN).isAllowed(new PeerCredentials(1, 0, Set.of())));
    }

    @Test
    void aTokenFileThatOthersMayReadIsRefused() throws Exception {
        Path file = tokenFile("rw-r-----");
        ListenException refused = assertThrows(ListenException.class, () -> Tokens.read(file));
        assertTrue(refused.hint().contains("chmod 0600"), refused.hint());
    }

    @Test
    void linesThatAreNoTokensAreNamed() throws Exception {
        Path file = tokenFile("rw-------");
        for (String line : List.of("admin:short", "owner:" + ADMIN_TOKEN, ADMIN_TOKEN)) {
            Files.writeString(file, "# one\n" + line + "\n");
            ListenException refused = assertThrows(ListenException.class, () -> Tokens.read(file));
            assertTrue(String.valueOf(refused.getMessage()).startsWith("line 2 of "), refused.getMessage());
        }
    }

    @Test
    void aSocketInUseIsLeftAloneAndALeftoverIsReplaced() throws Exception {
        Path leftover = folder.resolve("s");
        try (java.nio.channels.ServerSocketChannel gone =
                java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            gone.bind(java.net.UnixDomainSocketAddress.of(leftover));
        }
        try (RunningServer server = RunningServer.in(folder)) {
            ListenException refused = assertThrows(ListenException.class, () -> RunningServer.in(folder));
            assertTrue(String.valueOf(refused.getMessage()).endsWith("is in use"), refused.getMessage());
            assertEquals(200, server.ask("GET", "/v1/switches", "").status());
        }
        assertFalse(Files.exists(leftover), "the socket's file goes with the server");
        Files.writeString(leftover, "no socket");
        assertThrows(ListenException.class, () -> RunningServer.in(folder));
        assertEquals("no socket", Files.readString(leftover));
    }

    @Test
    void anETagLetsOneOfTwoChangesThrough() throws Exception {
        try (RunningServer server = RunningServer.in(folder)) {
            String tag = server.ask("GET", "/v1/switches", "").field("ETag");
            assertEquals(
                    201,
                    server.ask("POST", "/v1/switches", "{\"name\":\"a\"}", "If-Match: " + tag)
                            .status());
            RawClient.Answer second = server.ask("POST", "/v1/switches", "{\"name\":\"b\"}", "If-Match: " + tag);
            assertEquals(412, second.status());
            assertEquals("stale", second.json().path("code").asString());
            assertEquals(Set.of("a"), server.plane().topology().switches().keySet());
            assertEquals(
                    201,
                    server.ask("POST", "/v1/switches", "{\"name\":\"b\"}", "If-Match: *")
                            .status());
        }
    }
}
