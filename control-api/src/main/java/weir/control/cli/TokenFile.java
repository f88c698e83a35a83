// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A file with a token: a line of its own, or the lines {@code admin:TOKEN} and {@code read:TOKEN} of the daemon's own file,
 * of which the first of {@code admin} is taken. Lines that begin with {@code #} say nothing.
 */
final class TokenFile {
    private static final String ADMIN = "admin:";
    private static final String READ = "read:";
    /** RFC 6750, section 2.1. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final Set<PosixFilePermission> OWNERS =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private TokenFile() {}

    /**
     * Reads it.
     *
     * @throws CommandFailure when it is not there, others than its owner may read it, or there is no token in it
     */
    static String read(Path file) {
        try {
            if (isOpenToOthers(file)) {
                throw new CommandFailure(
                        ExitCode.FAILURE, "token file " + file + " is open to others", "chmod 0600 " + file);
            }
            return token(file, Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND, "no token file " + file, "give a file with a token of the daemon's", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "cannot read token file " + file, "it must be a file that this user may read", e);
        }
    }

    private static boolean isOpenToOthers(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return false;
        }
        return !OWNERS.containsAll(Files.getPosixFilePermissions(file));
    }

    private static String token(Path file, String text) {
        List<String> lines = text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        String line = lines.stream()
                .filter(each -> each.startsWith(ADMIN))
                .findFirst()
                .orElse(lines.isEmpty() ? "" : lines.getFirst());
        String token = line.startsWith(ADMIN)
                ? line.substring(ADMIN.length())
                : line.startsWith(READ) ? line.substring(READ.length()) : line;
        if (!TOKEN.matcher(token).matches()) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "no token in " + file,
                    "write it there in a line of its own: letters, digits and . _ ~ + / -");
        }
        return token;
    }
}
