// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import weir.ebpf.LoadedObject;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.RedirectMap;

/** Copies what an object's maps hold to those of another object that have the same name and definition. */
final class MapCopies {
    private MapCopies() {}

    /**
     * Copies; programs of entries become those of the same name in the other object.
     *
     * @param entryPrograms of the object that is copied to, by name
     */
    static void copy(LoadedObject from, LoadedObject to, Map<String, PreparedProgram> entryPrograms) {
        from.maps()
                .forEach((name, source) -> to.map(name).ifPresent(target -> {
                    if (source.spec().isSameDefinitionAs(target.spec())) {
                        copy(source, target, entryPrograms);
                    }
                }));
    }

    private static void copy(EbpfMap source, EbpfMap target, Map<String, PreparedProgram> entryPrograms) {
        switch (source.spec().type()) {
            case HASH, ARRAY, PERCPU_HASH, PERCPU_ARRAY, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE ->
                copyEntries(source, target);
            case DEVMAP, DEVMAP_HASH, CPUMAP -> copyRedirects(source, target, entryPrograms);
            default -> {
                // Programs and inner maps go with the object; what is on its way to a reader is no state.
            }
        }
    }

    private static void copyEntries(EbpfMap source, EbpfMap target) {
        if (target.control().isFrozen()) {
            return; // read-only data, the same in both
        }
        for (MapControl.Entry entry : source.control().entries()) {
            target.control().update(entry.key().toArray(), entry.value().toArray(), MapFlags.ANY);
        }
    }

    private static void copyRedirects(EbpfMap source, EbpfMap target, Map<String, PreparedProgram> entryPrograms) {
        if (source instanceof RedirectMap from && target instanceof RedirectMap to) {
            for (MapControl.Entry entry : source.control().entries()) {
                int key = key(entry);
                PreparedProgram program = from.program(key) instanceof PreparedProgram known
                        ? entryPrograms.get(known.program().spec().name())
                        : null;
                to.set(key, from.target(key), program);
            }
        }
    }

    /** Key of a map that is indexed by a number. */
    static int key(MapControl.Entry entry) {
        return ByteBuffer.wrap(entry.key().toArray())
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
    }
}
