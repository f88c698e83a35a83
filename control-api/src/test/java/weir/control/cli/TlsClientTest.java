// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;
import weir.control.http.Endpoint;
import weir.control.http.Role;
import weir.control.http.TlsFiles;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Commands that ask a daemon over TCP: what works, and what never leaves this machine unencrypted. */
@Timeout(120)
@RequiresFeature({Feature.LINUX, Feature.ROOT})
class TlsClientTest {
    private static final String READ_TOKEN = "r".repeat(32);
    private static final String ADMIN_TOKEN = "a".repeat(32);

    @TempDir
    private Path folder;

    private int port;
    private Path certificate;
    private Path tokens;
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        certificate = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        TlsFiles.selfSigned("DNS:localhost", certificate, key);
        tokens = tokenFile("tokens", "# for tests\nread:" + READ_TOKEN + "\nadmin:" + ADMIN_TOKEN + "\n");
        daemon = Daemon.start(
                new DaemonSettings(
                        List.of(
                                new Endpoint.Unix(folder.resolve("s"), null, Role.ADMIN),
                                new Endpoint.Tls("127.0.0.1", 0, certificate, key, tokens)),
                        folder.resolve("state"),
                        null,
                        null,
                        false),
                Map.of());
        port = ((Endpoint.Tls) daemon.endpoints().getLast()).port();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private Path tokenFile(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private String url() {
        return "https://localhost:" + port;
    }

    private CommandRun weir(String line) {
        return weir(url(), tokens, certificate, line.split(" ", -1));
    }

    private static CommandRun weir(String url, Path token, Path trusted, String... words) {
        return CommandRun.of(arguments(url, token, trusted, words));
    }

    private static String[] arguments(String url, Path token, Path trusted, String... words) {
        List<String> args = new ArrayList<>(Arrays.asList(words));
        args.addAll(List.of("--url", url, "--token-file", token.toString(), "--ca-file", trusted.toString()));
        return args.toArray(String[]::new);
    }

    private static void refuses(CommandRun run, ExitCode code, String cause, String hint) {
        assertEquals(code.number(), run.exitCode(), run::err);
        assertEquals("", run.out());
        List<String> err = run.err().lines().toList();
        assertEquals(2, err.size(), run::err);
        assertEquals("weir: " + cause, err.getFirst());
        assertTrue(err.getLast().startsWith("hint: ") && err.getLast().contains(hint), run::err);
    }

    @Test
    void commandsDoOverTlsWhatTheyDoOverTheSocket() {
        assertEquals(
                "switch lan created", weir("switch create lan").succeeds().out().strip());
        weir("port attach lan null:a").succeeds();
        weir("fdb add lan 02:00:00:00:00:01 a").succeeds();
        weir("link set lan:a --delay 20ms").succeeds();
        assertTrue(weir("fdb show lan").succeeds().out().contains("02:00:00:00:00:01"));
        assertTrue(weir("stats lan --interval 0.1").succeeds().out().startsWith("PORT  STATE"));
        assertEquals("ready", weir("healthcheck").succeeds().out().strip());
        weir("program load lan " + example("pkt_count.o")).succeeds();
        assertEquals(
                "pkt_count",
                weir("program show lan -o json").json().path("program").asString());
        CommandRun rejected = weir("program load lan:a " + example("no_bounds_check.o"));
        assertEquals(ExitCode.PROGRAM_REJECTED.number(), rejected.exitCode(), rejected::err);
        refuses(weir("switch show lam"), ExitCode.NOT_FOUND, "no switch 'lam'", "");
    }

    @Test
    void eventsComeUntilSomebodyStopsThem() throws Exception {
        weir("switch create lan").succeeds();
        CommandRun run = CommandRun.untilSays("drops", arguments(url(), tokens, certificate, "events", "--type=stats"));
        assertTrue(run.out().contains("lan"), run::toString);
    }

    @Test
    void tokensOfBothFormsAreTakenAndRolesAreTheDaemons() throws IOException {
        Path plain = tokenFile("plain", ADMIN_TOKEN + "\n");
        weir(url(), plain, certificate, "switch", "create", "lan").succeeds();
        Path reader = tokenFile("reader", "read:" + READ_TOKEN + "\n");
        weir(url(), reader, certificate, "switch", "list").succeeds();
        refuses(
                weir(url(), reader, certificate, "switch", "delete", "lan"),
                ExitCode.FAILURE,
                "the role read may not change anything",
                "token with the role admin");
    }

    /** The daemon hangs up on what is sent behind a token that it does not know; why must be told all the same. */
    @Test
    void aWrongTokenIsToldHoweverMuchIsSentWithIt() throws IOException {
        Path wrong = tokenFile("wrong", "w".repeat(32));
        refuses(
                weir(url(), wrong, certificate, "switch", "list"),
                ExitCode.FAILURE,
                "the token is not known",
                "token of the daemon's token file");
        Path large = Files.write(folder.resolve("large.o"), new byte[8 << 20]);
        refuses(
                weir(url(), wrong, certificate, "program", "load", "lan", large.toString()),
                ExitCode.FAILURE,
                "the token is not known",
                "token of the daemon's token file");
    }

    @Test
    void aCertificateThatIsNotTrustedOrOfAnotherHostEndsIt() throws Exception {
        Path other = folder.resolve("other.pem");
        TlsFiles.selfSigned("DNS:localhost", other, folder.resolve("other.key"));
        refuses(
                weir(url(), tokens, other, "switch", "list"),
                ExitCode.DAEMON_UNREACHABLE,
                "the certificate of localhost:" + port + " is signed by nobody who is trusted here",
                "--ca-file");
        refuses(
                CommandRun.of("switch", "list", "--url", url(), "--token-file", tokens.toString()),
                ExitCode.DAEMON_UNREACHABLE,
                "the certificate of localhost:" + port + " is signed by nobody who is trusted here",
                "WEIR_CA");
        refuses(
                weir("https://127.0.0.1:" + port, tokens, certificate, "switch", "list"),
                ExitCode.DAEMON_UNREACHABLE,
                "the certificate of 127.0.0.1:" + port + " is not for '127.0.0.1'",
                "subjectAltName");
    }

    /** Says something to whoever connects, and keeps what they say. */
    private static CompletableFuture<String> listener(ServerSocket server, String greeting) {
        CompletableFuture<String> heard = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            try (Socket client = server.accept()) {
                client.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
                client.getInputStream().transferTo(all);
            } catch (IOException e) {
                // It hangs up in its way; what it said before counts.
            }
            heard.complete(all.toString(StandardCharsets.ISO_8859_1));
        });
        return heard;
    }

    @Test
    void aPortWithoutTlsIsToldNothing() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            CompletableFuture<String> heard = listener(server, "HTTP/1.1 400 Bad Request\r\n\r\n");
            String where = "localhost:" + server.getLocalPort();
            refuses(
                    weir("https://" + where, tokens, certificate, "switch", "list"),
                    ExitCode.DAEMON_UNREACHABLE,
                    where + " does not speak TLS; nothing was sent to it",
                    "--listen");
            String said = heard.get(60, TimeUnit.SECONDS);
            assertFalse(said.contains(ADMIN_TOKEN) || said.contains("HTTP"), said);
        }
        refuses(
                weir("http://localhost:" + port, tokens, certificate, "switch", "list"),
                ExitCode.USAGE,
                "'http://localhost:" + port + "' is not encrypted, and a token is not sent for all to read",
                "https://");
    }

    @Test
    void nobodyThereOrNobodyWhoAnswersIsTold() throws Exception {
        try (Socket taken = new Socket()) { // by somebody who does not listen
            taken.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
            String where = "localhost:" + taken.getLocalPort();
            refuses(
                    weir("https://" + where, tokens, certificate, "switch", "list"),
                    ExitCode.DAEMON_UNREACHABLE,
                    "nobody listens at " + where + " (connection refused)",
                    "--listen");
        }
        refuses(
                weir("https://no-such-host.invalid:1", tokens, certificate, "switch", "list"),
                ExitCode.DAEMON_UNREACHABLE,
                "no host 'no-such-host.invalid' is known here",
                "name");
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            CompletableFuture<String> heard = listener(silent, "");
            DaemonClient client = DaemonClient.at(new DaemonChoice(
                                    null, "https://localhost:" + silent.getLocalPort(), tokens.toString(), null)
                            .address(Map.of()))
                    .withPatience(Duration.ofMillis(300));
            String message = "";
            try {
                client.json(ApiRequest.get(ApiPath.of("switches")));
            } catch (DaemonException e) {
                message = String.valueOf(e.getMessage());
            }
            assertEquals("the daemon does not answer within 300 ms", message);
            assertFalse(heard.get(60, TimeUnit.SECONDS).contains(ADMIN_TOKEN), "the token was not sent");
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws IOException {
        Path open = tokenFile("open", ADMIN_TOKEN);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        Path missing = folder.resolve("missing");
        Path text = tokenFile("text", "no token, but words");
        record Case(Path token, Path trusted, ExitCode code, String cause, String hint) {}
        for (Case each : List.of(
                new Case(
                        open, certificate, ExitCode.FAILURE, "token file " + open + " is open to others", "chmod 0600"),
                new Case(missing, certificate, ExitCode.NOT_FOUND, "no token file " + missing, "give a file"),
                new Case(text, certificate, ExitCode.FAILURE, "no token in " + text, "a line of its own"),
                new Case(tokens, missing, ExitCode.NOT_FOUND, "no file " + missing, "PEM"),
                new Case(tokens, text, ExitCode.FAILURE, "no certificates in " + text, "BEGIN CERTIFICATE"))) {
            refuses(
                    weir(url(), each.token(), each.trusted(), "switch", "list"),
                    each.code(),
                    each.cause(),
                    each.hint());
        }
    }
}
