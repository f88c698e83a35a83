// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;

/** Object files that are named by their paths from a folder, each read once. Nothing else on the machine is touched. */
public final class ObjectFolder implements ObjectNames {
    /** Largest object file. */
    private static final int MAX_OBJECT_BYTES = 16 << 20;

    private final Path folder;
    private final Map<String, NamedObject> byName = new LinkedHashMap<>();
    private final Map<String, byte[]> contents = new LinkedHashMap<>();

    /** @param folder where paths begin */
    public ObjectFolder(Path folder) {
        this.folder = folder;
    }

    /** What the files hold that were named so far, by digest. */
    public Map<String, byte[]> contents() {
        return Collections.unmodifiableMap(contents);
    }

    @Override
    public NamedObject find(String text) throws UnknownObject {
        if (DIGEST.matcher(text).matches()) {
            return new NamedObject(text, null);
        }
        NamedObject known = byName.get(text);
        if (known == null) {
            known = read(text);
            byName.put(text, known);
        }
        return known;
    }

    private NamedObject read(String text) throws UnknownObject {
        try {
            Path path = folder.resolve(text);
            if (!Files.isRegularFile(path)) {
                throw new UnknownObject("no file '" + text + "'", "paths begin at the topology's folder, " + folder);
            }
            byte[] content = content(path);
            if (content.length > MAX_OBJECT_BYTES) {
                throw new UnknownObject("file '" + text + "' is too large", "the most is " + MAX_OBJECT_BYTES);
            }
            ObjectFile object = ObjectFile.parse(content);
            String digest = ObjectNames.digestOf(content);
            contents.put(digest, content);
            return new NamedObject(digest, object);
        } catch (InvalidPathException e) {
            throw new UnknownObject("'" + text + "' is no path: " + e.getReason(), "");
        } catch (IOException e) {
            throw new UnknownObject("file '" + text + "' cannot be read: " + e.getMessage(), "");
        } catch (ObjectFileException e) {
            throw new UnknownObject(
                    "file '" + text + "' is no object: " + e.getMessage(), "build it with clang -target bpf -O2 -g -c");
        }
    }

    private static byte[] content(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(MAX_OBJECT_BYTES + 1);
        }
    }
}
