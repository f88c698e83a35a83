// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A number of files of a size, numbered in the order in which they are begun: {@code t1.pcapng} becomes {@code
 * t1_00001.pcapng}, {@code t1_00002.pcapng} and so on. When there are too many the oldest of them is deleted; files that
 * were there before are not touched, unless they have the name of a new one. One thread.
 */
public final class RingFiles {
    /** A frame, its interface and their blocks; a file has at least one frame, however long. */
    public static final long MIN_BYTES = 4096;

    private static final Pattern NUMBER = Pattern.compile("_\\d{5,}");

    private final Path pattern;
    private final int files;
    private final long maxBytes;
    private final ArrayDeque<Path> kept = new ArrayDeque<>();
    private int begun;

    /**
     * @param pattern what the names are made of
     * @param files most files at a time, from 1
     * @param maxBytes of each file
     */
    public RingFiles(Path pattern, int files, long maxBytes) {
        if (files < 1 || maxBytes < MIN_BYTES) {
            throw new IllegalArgumentException("ring of " + files + " files of " + maxBytes
                    + " bytes; at least 1 file of " + MIN_BYTES + " bytes");
        }
        this.pattern = pattern;
        this.files = files;
        this.maxBytes = maxBytes;
    }

    long maxBytes() {
        return maxBytes;
    }

    /** Begins a file, when the one before is closed. */
    OutputStream next() throws IOException {
        Path file = name(++begun);
        OutputStream out = Files.newOutputStream(file);
        kept.add(file);
        if (kept.size() > files) {
            Files.deleteIfExists(kept.remove());
        }
        return out;
    }

    private Path name(int number) {
        return pattern.resolveSibling(stem() + String.format(Locale.ROOT, "_%05d", number) + extension());
    }

    private String stem() {
        String name = String.valueOf(pattern.getFileName());
        return name.substring(0, name.length() - extension().length());
    }

    private String extension() {
        String name = String.valueOf(pattern.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(dot) : "";
    }

    /** Whether a file has a name that this ring gives. */
    public boolean isOne(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.startsWith(stem() + "_")
                && name.endsWith(extension())
                && NUMBER.matcher(name.substring(
                                stem().length(), name.length() - extension().length()))
                        .matches();
    }
}
