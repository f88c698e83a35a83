// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.control.topology.SourceText.Format;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;

/**
 * A topology as a file has it, where object files are named by their paths, relative to the file's folder. In the
 * topology that comes out of it they are named by their digests, as everywhere else.
 *
 * @param objects content of the files that were named, by digest; whoever uses the topology sends them first
 */
public record TopologyFile(Topology topology, Map<String, byte[]> objects) {
    /** Largest object file. */
    private static final int MAX_OBJECT_BYTES = 16 << 20;

    /**
     * Reads a file, and the object files that it names; nothing else on the machine is touched.
     *
     * @throws TextErrors with all that is wrong
     * @throws IOException when the file itself cannot be read
     */
    public static TopologyFile read(Path file) throws TextErrors, IOException {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        try (InputStream in = Files.newInputStream(absolute)) {
            byte[] content = in.readNBytes(SourceText.MAX_BYTES + 1);
            return parse(content, Format.of(absolute.toString()), folder == null ? absolute : folder);
        }
    }

    /**
     * Reads a text.
     *
     * @param folder where paths of object files begin
     * @throws TextErrors with all that is wrong
     */
    public static TopologyFile parse(byte[] content, Format format, Path folder) throws TextErrors {
        SourceText text = SourceText.parse(content, format);
        Objects objects = new Objects(folder);
        try {
            return new TopologyFile(TopologyReader.topology(text.root(), objects), objects.contents);
        } catch (DefinitionErrors e) {
            throw text.located(e);
        }
    }

    /** Object files of a folder, each read once. */
    private static final class Objects implements ObjectNames {
        private final Path folder;
        private final Map<String, NamedObject> byName = new LinkedHashMap<>();
        private final Map<String, byte[]> contents = new LinkedHashMap<>();

        Objects(Path folder) {
            this.folder = folder;
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
                    throw new UnknownObject(
                            "no file '" + text + "'", "paths begin at the topology's folder, " + folder);
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
                        "file '" + text + "' is no object: " + e.getMessage(),
                        "build it with clang -target bpf -O2 -g -c");
            }
        }

        private static byte[] content(Path path) throws IOException {
            try (InputStream in = Files.newInputStream(path)) {
                return in.readNBytes(MAX_OBJECT_BYTES + 1);
            }
        }
    }
}
