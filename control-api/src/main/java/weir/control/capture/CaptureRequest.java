// SPDX-License-Identifier: Apache-2.0

package weir.control.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.ObjectReader;
import weir.core.capture.CaptureDirection;
import weir.core.capture.CaptureDrops;
import weir.core.capture.CaptureSettings;
import weir.ports.pcap.RingFiles;

/**
 * A capture as a client asks for it.
 *
 * @param port empty for all
 * @param frames until it ends; 0 for no limit
 * @param seconds until it ends; 0 for no limit
 * @param filter which frames; null for all
 * @param file name of a file of the daemon's; null to get a stream
 */
public record CaptureRequest(
        String switchName,
        String port,
        CaptureDirection direction,
        CaptureDrops drops,
        int snapBytes,
        int bufferBytes,
        int frames,
        int seconds,
        @Nullable RequestedFilter filter,
        @Nullable File file) {
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}");
    /** Of each worker; there may be {@link CaptureService#MAX_RUNNING} captures. */
    private static final int MAX_BUFFER_BYTES = 64 << 20;

    private static final int MAX_RING_FILES = 1_000;
    private static final int DEFAULT_FILE_BYTES = 1 << 20;

    /**
     * A file, or a ring of files.
     *
     * @param name without a folder
     * @param files of the ring; 0 for one file without end
     * @param maxBytes of each file of the ring
     */
    public record File(String name, int files, int maxBytes) {}

    /**
     * Reads it from JSON.
     *
     * @throws DefinitionErrors with a pointer to whatever is wrong
     */
    public static CaptureRequest read(JsonNode node) throws DefinitionErrors {
        List<DefinitionErrors.Place> errors = new ArrayList<>();
        ObjectReader reader = new ObjectReader(node, "", errors);
        String switchName = reader.text("switch", "");
        if (switchName.isEmpty()) {
            reader.wrong("/switch", "'switch' is missing", "name the switch to capture from");
        }
        CaptureRequest request = new CaptureRequest(
                switchName,
                reader.text("port", ""),
                reader.choice("direction", CaptureDirection.class, CaptureDirection.BOTH),
                reader.choice("drops", CaptureDrops.class, CaptureDrops.NONE),
                reader.number("snap_bytes", 1, CaptureSettings.DEFAULT_SNAP_BYTES, CaptureSettings.DEFAULT_SNAP_BYTES),
                reader.number(
                        "buffer_bytes",
                        CaptureSettings.MIN_BUFFER_BYTES,
                        MAX_BUFFER_BYTES,
                        CaptureSettings.DEFAULT_BUFFER_BYTES),
                reader.number("frames", 1, Integer.MAX_VALUE, 0),
                reader.number("seconds", 1, Integer.MAX_VALUE, 0),
                RequestedFilter.read(reader, errors),
                file(reader));
        reader.end();
        if (!errors.isEmpty()) {
            throw new DefinitionErrors(errors);
        }
        return request;
    }

    private static @Nullable File file(ObjectReader reader) {
        String name = reader.text("file", "");
        int maxBytes = reader.number("file_bytes", (int) RingFiles.MIN_BYTES, Integer.MAX_VALUE, 0);
        int files = reader.number("files", 1, MAX_RING_FILES, 0);
        if (name.isEmpty()) {
            if (files != 0 || maxBytes != 0) {
                reader.wrong(reader.pointerTo("file"), "a ring needs 'file'", "name the file");
            }
            return null;
        }
        if (!FILE_NAME.matcher(name).matches()) {
            reader.wrong(
                    reader.pointerTo("file"),
                    "'" + name + "' is no name for a file",
                    "letters, digits, '.', '_' and '-', at most 100; the daemon chooses the folder");
        }
        if (files == 0 && maxBytes == 0) {
            return new File(name, 0, 0);
        }
        return new File(name, files == 0 ? MAX_RING_FILES : files, maxBytes == 0 ? DEFAULT_FILE_BYTES : maxBytes);
    }

    /** The filter in a word; null without one. */
    @Nullable
    String filterText() {
        return filter == null ? null : filter.word();
    }

    /** What the switch is asked for, without the filter. */
    CaptureSettings settings() {
        return CaptureSettings.ALL
                .withPort(port)
                .withDirection(direction)
                .withDrops(drops)
                .withSnapBytes(snapBytes)
                .withBufferBytes(bufferBytes);
    }
}
