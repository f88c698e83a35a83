// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/** What a server and {@code curl} need to speak over TLS. */
public final class TlsFiles {
    private TlsFiles() {}

    /**
     * An endpoint on any port of the loopback interface, with a certificate of its own.
     *
     * @param tokens lines of a token file
     */
    static Endpoint.Tls endpoint(Path folder, String tokens) throws Exception {
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("cert.pem");
        selfSigned("DNS:localhost,IP:127.0.0.1", certificate, key);
        Path file = Files.writeString(folder.resolve("tokens"), tokens);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return new Endpoint.Tls("127.0.0.1", 0, certificate, key, file);
    }

    /**
     * Makes a certificate that nobody but its owner vouches for, and its key.
     *
     * @param names as {@code subjectAltName} has them
     */
    public static void selfSigned(String names, Path certificate, Path key) throws Exception {
        run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=weir",
                "-addext",
                "subjectAltName=" + names,
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
    }

    /** Output of a command that is to end by itself. */
    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), command[0] + " ends");
        return out;
    }
}
