// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.ebpf.memory.Mem;

/**
 * DEVMAP, CPUMAP, XSKMAP: entries by index; {@code kernel/bpf/devmap.c}, {@code cpumap.c},
 * {@code net/xdp/xskmap.c}. Control threads change it one at a time.
 */
final class RedirectArray extends BaseMap implements RedirectMap {
    /** Port numbers are 1 to this. */
    static final int MAX_PORT = 0xffff;

    private static final int MAX_CPU_QUEUE = 16384;

    private final long maxEntries = maxEntries();
    private final int cpus;
    private final long slots;
    private final boolean leadsToPorts;
    private volatile @Nullable Numbered[] programs = new Numbered[0];
    private volatile long usedEnd;

    RedirectArray(MapSpec spec, int cpus, MapMemory memory) {
        super(spec, memory);
        this.cpus = cpus;
        leadsToPorts = spec.type() == MapType.DEVMAP;
        slots = memory.require(maxEntries, RedirectSlotLayout.BYTES, "slots");
    }

    @Override
    public long lookup(long keyAddress, int cpu) {
        long index = index(keyAddress);
        return index < maxEntries && RedirectSlotLayout.isPresent(slot(index)) ? slot(index) : MapMemory.NONE;
    }

    @Override
    public boolean leadsToPorts() {
        return leadsToPorts;
    }

    @Override
    public int plainPort(int key) {
        long index = Integer.toUnsignedLong(key);
        return leadsToPorts && index < maxEntries ? RedirectSlotLayout.plainTarget(slot(index)) : 0;
    }

    @Override
    public int target(int key) {
        long index = Integer.toUnsignedLong(key);
        return index < maxEntries && RedirectSlotLayout.isPresent(slot(index))
                ? RedirectSlotLayout.target(slot(index))
                : NONE;
    }

    @Override
    public int targets(int[] into, @Nullable Object[] intoPrograms) {
        int count = 0;
        long end = usedEnd;
        for (long i = 0; i < end && count < into.length; i++) {
            if (RedirectSlotLayout.isPresent(slot(i))) {
                into[count] = RedirectSlotLayout.target(slot(i));
                intoPrograms[count++] = program((int) i);
            }
        }
        return count;
    }

    @Override
    public boolean hasPrograms() {
        return programs.length > 0;
    }

    @Override
    public @Nullable Object program(int key) {
        @Nullable Numbered[] known = programs;
        Numbered program = key >= 0 && key < known.length ? known[key] : null;
        return program == null ? null : program.object();
    }

    @Override
    public int set(int key, int target, @Nullable Object program) {
        int refusal = ReferenceArray.refusalToWrite(this);
        return refusal != 0
                ? refusal
                : set(Integer.toUnsignedLong(key), target, program == null ? null : Numbered.of(program), MapFlags.ANY);
    }

    /** Programs change nothing here; control code does by {@link #controlUpdate}. */
    @Override
    public int update(long keyAddress, long valueAddress, long flags, int cpu) {
        return -Errno.EINVAL;
    }

    @Override
    public int delete(long keyAddress) {
        return -Errno.EINVAL;
    }

    @Override
    public boolean contains(long address, long lengthBytes) {
        long offset = address - slots;
        return offset >= 0
                && offset < maxEntries * RedirectSlotLayout.BYTES
                && lengthBytes >= 0
                && lengthBytes <= spec().valueBytes() - offset % RedirectSlotLayout.BYTES;
    }

    // ---- control code -------------------------------------------------------------------------------------

    @Override
    int controlUpdate(long key, long value, long flags) {
        long index = index(key);
        int refusal = refusalToSet(index, Mem.getInt(value), flags);
        if (refusal != 0) {
            return refusal;
        }
        if (spec().type() == MapType.XSKMAP) {
            return -Errno.EBADF;
        }
        // A value from bytes can name no program.
        if (RedirectSlotLayout.descriptor(value, spec().valueBytes()) > 0) {
            return -Errno.EINVAL;
        }
        return set(index, Mem.getInt(value), null, flags);
    }

    private int refusalToSet(long index, int target, long flags) {
        if (isNoUpdateFlag(flags)) {
            return -Errno.EINVAL;
        }
        if (index >= maxEntries) {
            return -Errno.E2BIG;
        }
        if (spec().type() == MapType.XSKMAP) {
            return 0;
        }
        if (flags == MapFlags.NOEXIST) {
            return -Errno.EEXIST;
        }
        if (spec().type() == MapType.CPUMAP) {
            if (Integer.compareUnsigned(target, MAX_CPU_QUEUE) > 0) {
                return -Errno.EOVERFLOW;
            }
            return index >= cpus ? -Errno.ENODEV : 0;
        }
        return Integer.compareUnsigned(target, MAX_PORT) > 0 ? -Errno.EINVAL : 0;
    }

    private synchronized int set(long index, int target, @Nullable Numbered program, long flags) {
        int refusal = refusalToSet(index, target, flags);
        if (refusal == 0 && target == 0) {
            // As in the kernel: no port, or a queue for no frame, empties the place.
            refusal = program == null ? 0 : -Errno.EINVAL;
            if (refusal == 0) {
                clear(index);
            }
        } else if (refusal == 0) {
            keepProgram((int) index, program);
            RedirectSlotLayout.set(slot(index), target, program == null ? 0 : program.number());
            usedEnd = Math.max(usedEnd, index + 1);
        }
        return refusal;
    }

    private void keepProgram(int index, @Nullable Numbered program) {
        @Nullable Numbered[] known = programs;
        if (program != null || index < known.length) {
            @Nullable Numbered[] changed = Arrays.copyOf(known, Math.max(known.length, index + 1));
            changed[index] = program;
            programs = changed;
        }
    }

    private void clear(long index) {
        RedirectSlotLayout.clear(slot(index));
        keepProgram((int) index, null);
    }

    @Override
    synchronized int controlDelete(long key) {
        long index = index(key);
        if (index >= maxEntries) {
            return -Errno.EINVAL;
        }
        clear(index);
        return 0;
    }

    @Override
    synchronized int controlLookup(long key, long toAddress, boolean locked) {
        if (spec().type() == MapType.XSKMAP) {
            return -Errno.EOPNOTSUPP;
        }
        long slot = lookup(key, 0);
        if (slot == MapMemory.NONE) {
            return -Errno.ENOENT;
        }
        Words.copy(slot, toAddress, spec().valueBytes());
        return 0;
    }

    @Override
    int controlNextKey(long key, long toAddress) {
        return nextIndex(key, toAddress, maxEntries);
    }

    private long slot(long index) {
        return slots + index * RedirectSlotLayout.BYTES;
    }
}
