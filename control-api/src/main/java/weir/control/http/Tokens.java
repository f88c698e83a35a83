// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.control.text.Sha256;

/**
 * Bearer tokens (RFC 6750) of a file: a line {@code read:TOKEN} or {@code admin:TOKEN} each, empty lines and lines that begin
 * with {@code #} aside. Only digests are kept, and every one of them is compared in constant time.
 */
final class Tokens implements Access {
    private static final int UNAUTHORIZED = 401;
    private static final int MIN_TOKEN_CHARS = 16;
    private static final String SCHEME = "Bearer ";
    private static final Set<PosixFilePermission> OWNERS =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final List<Token> all;

    private Tokens(List<Token> all) {
        this.all = List.copyOf(all);
    }

    private static final class Token {
        private final byte[] digest;
        private final String name;
        private final Role role;

        private Token(byte[] digest, String name, Role role) {
            this.digest = digest;
            this.name = name;
            this.role = role;
        }
    }

    /**
     * Reads a file.
     *
     * @throws ListenException when it cannot be read, others than its owner may, or a line is wrong
     */
    static Tokens read(Path file) throws ListenException {
        try {
            if (!OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
                throw new ListenException(
                        "token file " + file + " is open to others", "chmod 0600 " + file + ", and make new tokens");
            }
            List<String> lines = Files.readAllLines(file);
            List<Token> tokens = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (!line.isEmpty() && !line.startsWith("#")) {
                    tokens.add(token(file, i + 1, line));
                }
            }
            if (tokens.isEmpty()) {
                throw new ListenException("no token in " + file, "write a line admin:TOKEN or read:TOKEN");
            }
            return new Tokens(tokens);
        } catch (IOException e) {
            throw new ListenException("cannot read token file " + file, "it must be there, with mode 0600", e);
        }
    }

    private static Token token(Path file, int number, String line) throws ListenException {
        int colon = line.indexOf(':');
        Role role = role(colon < 0 ? "" : line.substring(0, colon));
        String token = line.substring(colon + 1);
        if (role == null || token.length() < MIN_TOKEN_CHARS) {
            throw new ListenException(
                    "line " + number + " of " + file + " is no token",
                    "write read:TOKEN or admin:TOKEN, of at least " + MIN_TOKEN_CHARS
                            + " characters; 'openssl rand -hex 32' makes one");
        }
        return new Token(digest(token), "token=" + number, role);
    }

    private static @Nullable Role role(String word) {
        for (Role role : Role.values()) {
            if (role.name().toLowerCase(Locale.ROOT).equals(word)) {
                return role;
            }
        }
        return null;
    }

    @Override
    public Decision of(HttpServerRequest request) {
        SocketAddress from = request.remoteAddress();
        String field = request.getHeader("Authorization");
        Token token = field != null && field.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? tokenOf(field.substring(SCHEME.length()).strip())
                : null;
        if (token != null) {
            return new Allowed(new Caller(new Who(token.name, String.valueOf(from)), token.role));
        }
        return new Refused(
                new Who(String.valueOf(from.hostAddress()), "port=" + from.port()),
                new Problem(
                        UNAUTHORIZED,
                        "unauthorized",
                        field == null ? "no token" : "the token is not known",
                        "send Authorization: Bearer TOKEN with a token of the daemon's token file"));
    }

    private @Nullable Token tokenOf(String token) {
        byte[] asked = digest(token);
        Token found = null;
        for (Token each : all) {
            if (MessageDigest.isEqual(each.digest, asked)) {
                found = each;
            }
        }
        return found;
    }

    private static byte[] digest(String token) {
        return Sha256.of(token.getBytes(StandardCharsets.UTF_8));
    }
}
