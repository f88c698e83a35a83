// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts of a map's entries by going from key to key, {@code generic_map_lookup_batch}, {@code kernel/bpf/syscall.c}. */
final class KeyWalk {
    private KeyWalk() {}

    /** @param cursor the last key of the part before; null for the first part */
    static MapControl.Batch batch(MapControl map, @Nullable Bytes cursor, int maxEntries) {
        List<MapControl.Entry> entries = new ArrayList<>();
        MapControl.Result key = map.nextKey(cursor == null ? null : cursor.toArray());
        Bytes last = cursor;
        while (key instanceof MapControl.Result.Found(Bytes found)) {
            if (entries.size() == maxEntries) {
                return new MapControl.Batch.Part(entries, last);
            }
            if (map.lookup(found.toArray(), 0) instanceof MapControl.Result.Found(Bytes value)) {
                entries.add(new MapControl.Entry(found, value));
            }
            last = found;
            key = map.nextKey(found.toArray());
        }
        int errno = ((MapControl.Result.Failed) key).errno();
        return errno == -Errno.ENOENT ? new MapControl.Batch.Part(entries, null) : new MapControl.Batch.Failed(errno);
    }
}
