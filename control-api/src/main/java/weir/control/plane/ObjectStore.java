// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import weir.control.plane.ControlException.Code;
import weir.control.topology.ObjectNames;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;

/** Object files by the digest of their content, in a folder, so that they are there again after a restart. Any thread. */
public final class ObjectStore {
    /** Largest object file. */
    public static final int MAX_BYTES = 16 << 20;

    private static final String NEW = "new";

    private final Path folder;

    /** @param folder exists and is writable */
    public ObjectStore(Path folder) {
        this.folder = folder;
    }

    /**
     * An object file that is kept.
     *
     * @param digest {@code sha256:} and 64 hexadecimal digits
     */
    public record Kept(String digest, ObjectFile object) {}

    /**
     * Keeps an object file.
     *
     * @return its digest
     * @throws ControlException when it is none, is too large, or cannot be written
     */
    public String put(byte[] content) throws ControlException {
        return keep(content).digest();
    }

    /** As {@link #put}, with what is in it. */
    public Kept keep(byte[] content) throws ControlException {
        if (content.length > MAX_BYTES) {
            throw new ControlException(
                    Code.INVALID, "an object of " + content.length + " bytes is too large", "the most is " + MAX_BYTES);
        }
        ObjectFile object = parse(content);
        String digest = ObjectNames.digestOf(content);
        Path target = file(digest);
        try {
            if (!Files.exists(target)) {
                Path temporary = Files.createTempFile(folder, NEW, ".o");
                try {
                    DurableFiles.write(temporary, content);
                    DurableFiles.rename(temporary, target);
                } finally {
                    Files.deleteIfExists(temporary);
                }
            }
        } catch (IOException e) {
            throw storage("cannot keep an object file", e);
        }
        return new Kept(digest, object);
    }

    /**
     * An object file that was kept.
     *
     * @throws ControlException when there is none of that digest, or it cannot be read
     */
    public ObjectFile get(String digest) throws ControlException {
        if (!ObjectNames.DIGEST.matcher(digest).matches()) {
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
