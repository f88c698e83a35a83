// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.elf;

import java.util.HashMap;
import java.util.Map;
import weir.ebpf.ObjectFileException;

/**
 * NUL-terminated strings by offset. Each offset is read once. Strings may share their ends, but not so
 * much that a small table becomes a large heap.
 */
public final class StringTable {
    private static final int SHARING = 8;
    private static final int ALLOWANCE_BYTES = 4096;

    private final SectionData data;
    private final Map<Integer, String> known = new HashMap<>();
    private long readBytes;

    public StringTable(SectionData data) {
        this.data = data;
    }

    /** A name. */
    public String at(long offset) throws ObjectFileException {
        return read(offset, false);
    }

    /** A text that may be long; of a longer one its first {@link SectionData#MAX_STRING_BYTES} bytes. */
    public String beginningAt(long offset) throws ObjectFileException {
        return read(offset, true);
    }

    private String read(long offset, boolean cut) throws ObjectFileException {
        String found = known.get((int) offset);
        if (found != null && offset == (int) offset) {
            return found;
        }
        String text = data.string(offset, cut);
        readBytes += text.length();
        if (readBytes > (long) SHARING * data.length() + ALLOWANCE_BYTES) {
            throw data.fail(offset, "strings overlap: " + readBytes + " characters out of " + data.length() + " bytes");
        }
        known.put((int) offset, text);
        return text;
    }
}
