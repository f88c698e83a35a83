// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import weir.control.topology.SourceText.Format;

/**
 * A topology as a file has it, where object files are named by their paths, relative to the file's folder. In the
 * topology that comes out of it they are named by their digests, as everywhere else.
 *
 * @param objects content of the files that were named, by digest; whoever uses the topology sends them first
 */
public record TopologyFile(Topology topology, Map<String, byte[]> objects) {
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
        ObjectFolder objects = new ObjectFolder(folder);
        try {
            return new TopologyFile(TopologyReader.topology(text.root(), objects), objects.contents());
        } catch (DefinitionErrors e) {
            throw text.located(e);
        }
    }
}
