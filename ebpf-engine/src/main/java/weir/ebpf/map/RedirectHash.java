// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.ebpf.memory.Mem;

/**
 * DEVMAP_HASH, {@code kernel/bpf/devmap.c}. Control threads change it one at a time and publish a new
 * index each time; workers search the one they find.
 */
final class RedirectHash extends BaseMap implements RedirectMap {
    private final long maxEntries = maxEntries();
    private final ElementPool pool;
    private volatile Index index = new Index(new int[0], new long[0], new Numbered[0]);

    /**
     * Entries by ascending unsigned key, never changed.
     *
     * @param keys the keys, their highest bit turned over so that signed comparison orders them
     * @param slots elements of the pool; the slot follows their head
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Index(int[] keys, long[] slots, @Nullable Numbered[] programs) {
        int find(int key) {
            return Arrays.binarySearch(keys, key ^ Integer.MIN_VALUE);
        }

        Index with(int key, long slot, @Nullable Numbered program) {
            int at = find(key);
            int insertion = at >= 0 ? at : -at - 1;
            Index changed = at >= 0 ? new Index(keys.clone(), slots.clone(), programs.clone()) : widened(insertion);
            changed.keys[insertion] = key ^ Integer.MIN_VALUE;
            changed.slots[insertion] = slot;
            changed.programs[insertion] = program;
            return changed;
        }

        private Index widened(int at) {
            Index wide = new Index(
                    Arrays.copyOf(keys, keys.length + 1),
                    Arrays.copyOf(slots, keys.length + 1),
                    Arrays.copyOf(programs, keys.length + 1));
            wide.move(this, at, at + 1, keys.length - at);
            return wide;
        }

        Index without(int at) {
            int rest = keys.length - 1;
            Index narrow =
                    new Index(Arrays.copyOf(keys, rest), Arrays.copyOf(slots, rest), Arrays.copyOf(programs, rest));
            narrow.move(this, at + 1, at, rest - at);
            return narrow;
        }

        private void move(Index from, int fromAt, int at, int count) {
            System.arraycopy(from.keys, fromAt, keys, at, count);
            System.arraycopy(from.slots, fromAt, slots, at, count);
            System.arraycopy(from.programs, fromAt, programs, at, count);
        }
    }

    RedirectHash(MapSpec spec, MapMemory memory) {
        super(spec, memory);
        int elementBytes = ElementLayout.HEAD_BYTES + RedirectSlotLayout.BYTES;
        pool = new ElementPool(memory, maxEntries, elementBytes, true);
    }

    @Override
    public long lookup(long keyAddress, int cpu) {
        Index known = index;
        int at = known.find(Mem.getInt(keyAddress));
        return at < 0 ? MapMemory.NONE : known.slots[at] + ElementLayout.HEAD_BYTES;
    }

    @Override
    public int target(int key) {
        Index known = index;
        int at = known.find(key);
        return at < 0 ? NONE : RedirectSlotLayout.target(known.slots[at] + ElementLayout.HEAD_BYTES);
    }

    @Override
    public int targets(int[] into) {
        Index known = index;
        int count = Math.min(known.slots.length, into.length);
        for (int i = 0; i < count; i++) {
            into[i] = RedirectSlotLayout.target(known.slots[i] + ElementLayout.HEAD_BYTES);
        }
        return count;
    }

    @Override
    public int targets(int[] into, @Nullable Object[] intoPrograms) {
        Index known = index;
        int count = Math.min(known.slots.length, into.length);
        for (int i = 0; i < count; i++) {
            into[i] = RedirectSlotLayout.target(known.slots[i] + ElementLayout.HEAD_BYTES);
            Numbered program = known.programs[i];
            intoPrograms[i] = program == null ? null : program.object();
        }
        return count;
    }

    @Override
    public @Nullable Object program(int key) {
        Index known = index;
        int at = known.find(key);
        Numbered program = at < 0 ? null : known.programs[at];
        return program == null ? null : program.object();
    }

    @Override
    public int set(int key, int target, @Nullable Object program) {
        int refusal = ReferenceArray.refusalToWrite(this);
        return refusal != 0 ? refusal : set(key, target, program == null ? null : Numbered.of(program), MapFlags.ANY);
    }

    private synchronized int set(int key, int target, @Nullable Numbered program, long flags) {
        int refusal = refusalToSet(key, target, flags, 0);
        if (refusal != 0) {
            return refusal;
        }
        Index known = index;
        int at = known.find(key);
        long element = at >= 0 ? known.slots[at] : pool.take();
        if (element == MapMemory.NONE) {
            return -Errno.ENOMEM;
        }
        int number = program == null ? 0 : program.number();
        RedirectSlotLayout.set(element + ElementLayout.HEAD_BYTES, target, number);
        index = known.with(key, element, program);
        return 0;
    }

    /** @param descriptor of a program, in a value of bytes: none can be named there */
    private int refusalToSet(int key, int target, long flags, int descriptor) {
        if (isNoUpdateFlag(flags) || target == 0) {
            return -Errno.EINVAL;
        }
        Index known = index;
        boolean isNew = known.find(key) < 0;
        if (!isNew && (flags & MapFlags.NOEXIST) != 0) {
            return -Errno.EEXIST;
        }
        if (Integer.compareUnsigned(target, RedirectArray.MAX_PORT) > 0 || descriptor > 0) {
            return -Errno.EINVAL;
        }
        return isNew && known.keys.length >= maxEntries ? -Errno.E2BIG : 0;
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
        long offset = pool.offsetInElement(address) - ElementLayout.HEAD_BYTES;
        return offset >= 0 && lengthBytes >= 0 && lengthBytes <= spec().valueBytes() - offset;
    }

    // ---- control code -------------------------------------------------------------------------------------

    @Override
    synchronized int controlUpdate(long key, long value, long flags) {
        int number = Mem.getInt(key);
        int target = Mem.getInt(value);
        int descriptor = RedirectSlotLayout.descriptor(value, spec().valueBytes());
        int refusal = refusalToSet(number, target, flags, descriptor);
        return refusal != 0 ? refusal : set(number, target, null, flags);
    }

    @Override
    synchronized int controlDelete(long key) {
        Index known = index;
        int at = known.find(Mem.getInt(key));
        if (at < 0) {
            return -Errno.ENOENT;
        }
        index = known.without(at);
        pool.giveBack(known.slots[at]);
        return 0;
    }

    @Override
    synchronized int controlLookup(long key, long toAddress, boolean locked) {
        long slot = lookup(key, 0);
        if (slot == MapMemory.NONE) {
            return -Errno.ENOENT;
        }
        Words.copy(slot, toAddress, spec().valueBytes());
        return 0;
    }

    @Override
    int controlNextKey(long key, long toAddress) {
        Index known = index;
        int at = key == MapMemory.NONE ? -1 : known.find(Mem.getInt(key));
        int next = at < 0 ? 0 : at + 1;
        if (next >= known.keys.length) {
            return -Errno.ENOENT;
        }
        Mem.putInt(toAddress, known.keys[next] ^ Integer.MIN_VALUE);
        return 0;
    }
}
