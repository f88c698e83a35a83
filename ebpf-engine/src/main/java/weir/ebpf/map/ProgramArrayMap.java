// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import weir.ebpf.memory.Mem;

/** {@link ProgramArray}: its places are on the heap, since nothing points into them. */
final class ProgramArrayMap extends ReferenceArray implements ProgramArray {
    private final AtomicReferenceArray<@Nullable Numbered> programs;

    ProgramArrayMap(MapSpec spec, MapMemory memory) {
        super(spec, memory);
        memory.require(maxEntries, Integer.BYTES, "places");
        programs = new AtomicReferenceArray<>((int) maxEntries);
    }

    @Override
    public int set(int index, Object program) {
        int refusal = refusalToWrite(this);
        if (refusal == 0) {
            refusal = refusalToSet(Integer.toUnsignedLong(index), MapFlags.ANY);
        }
        if (refusal == 0) {
            programs.set(index, Numbered.of(program));
        }
        return refusal;
    }

    @Override
    public @Nullable Object get(int index) {
        if (Integer.toUnsignedLong(index) >= maxEntries) {
            return null;
        }
        Numbered program = programs.get(index);
        return program == null ? null : program.object();
    }

    @Override
    boolean clear(long index) {
        return programs.getAndSet((int) index, null) != null;
    }

    @Override
    int controlLookup(long key, long toAddress, boolean locked) {
        long index = index(key);
        Numbered program = index < maxEntries ? programs.get((int) index) : null;
        if (program == null) {
            return -Errno.ENOENT;
        }
        Mem.putInt(toAddress, program.number());
        return 0;
    }
}
