// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import weir.control.plane.ControlException.Code;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;

/** Object files by the digest of their content, in a folder, so that they are there again after a restart. Any thread. */
public final class ObjectStore {
    /** Largest object file. */
    public static final int MAX_BYTES = 16 << 20;

    private static final String NEW = "new";
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private final Path folder;

    /** @param folder exists and is writable */
    public ObjectStore(Path folder) {
        this.folder = folder;
    }

    /**
     * Keeps an object file.
     *
     * @return its digest, {@code sha256:} and 64 hexadecimal digits
     * @throws ControlException when it is none, is too large, or cannot be written
     */
    public String put(byte[] content) throws ControlException {
        if (content.length > MAX_BYTES) {
            throw new ControlException(
                    Code.INVALID, "an object of " + content.length + " bytes is too large", "the most is " + MAX_BYTES);
        }
        parse(content);
        String digest = digest(content);
        Path target = file(digest);
        try {
            if (!Files.exists(target)) {
                Path temporary = Files.createTempFile(folder, NEW, ".o");
                try {
                    StateFolder.writeThrough(temporary, content);
                    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    Files.deleteIfExists(temporary);
                }
                StateFolder.syncFolder(folder);
            }
        } catch (IOException e) {
            throw storage("cannot keep an object file", e);
        }
        return digest;
    }

    /**
     * An object file that was kept.
     *
     * @throws ControlException when there is none of that digest, or it cannot be read
     */
    public ObjectFile get(String digest) throws ControlException {
        if (!DIGEST.matcher(digest).matches()) {
            throw new ControlException(
                    Code.INVALID,
                    "'" + digest + "' is no object",
                    "objects are named sha256: and 64 hexadecimal digits");
        }
        try {
            return parse(Files.readAllBytes(file(digest)));
        } catch (NoSuchFileException e) {
            throw ControlException.notFound("no object " + digest, "send the object file first");
        } catch (IOException e) {
            throw storage("cannot read object " + digest, e);
        }
    }

    /**
     * Removes all object files but those that are needed, and what was left half-written.
     *
     * @param digests of those that stay
     */
    public void retain(Set<String> digests) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.o")) {
            for (Path each : files) {
                String name = each.getFileName().toString();
                if (!digests.contains("sha256:" + name.substring(0, name.length() - 2))) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }

    private Path file(String digest) {
        return folder.resolve(digest.substring(digest.indexOf(':') + 1) + ".o");
    }

    private static ObjectFile parse(byte[] content) throws ControlException {
        try {
            return ObjectFile.parse(content);
        } catch (ObjectFileException e) {
            throw new ControlException(
                    Code.UNUSABLE,
                    String.valueOf(e.getMessage()),
                    "build it with clang -target bpf -O2 -g -c",
                    List.of(),
                    List.of(),
                    e);
        }
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static ControlException storage(String what, IOException e) {
        return new ControlException(
                Code.STORAGE,
                what + ": " + e.getMessage(),
                "the state folder must exist, be writable and have room",
                List.of(),
                List.of(),
                e);
    }
}
