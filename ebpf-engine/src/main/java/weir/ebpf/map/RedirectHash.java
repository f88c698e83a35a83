// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.ebpf.memory.Mem;

/**
 * DEVMAP_HASH, {@code kernel/bpf/devmap.c}. Control threads change it one at a time and publish a new
 * index each time; workers search the one they find.
 */
final class RedirectHash extends BaseMap implements RedirectMap {
    private final long maxEntries = maxEntries();
    private final ElementPool pool;
    private volatile Index index = new Index(new int[0], new int[0], new long[0], new Numbered[0]);

    /**
     * Entries by ascending unsigned key, never changed, and a table that finds them by hash: keys are ports, so that the
     * branches of a binary search would be foretold badly.
     */
    private static final class Index {
        /** 2^32 divided by the golden ratio: Knuth, The Art of Computer Programming, 6.4. */
        private static final int MULTIPLIER = 0x9e3779b9;

        /** The keys, their highest bit turned over so that signed comparison orders them. */
        final int[] keys;
        /** Elements of the pool; the slot follows their head. */
        final long[] slots;

        final @Nullable Numbered[] programs;

        final int[] targets;

        /**
         * By hash: turned key in the upper half, target, which is above 0, in the lower; 0 for nothing. Of an entry with a
         * program the target's sign bit is set. Open addressing, at most half full.
         */
        private final long[] table;

        /** Of each word of the table: the place in {@link #keys}. */
        private final int[] places;

        private final int shift;

        final boolean hasPrograms;

        Index(int[] keys, int[] targets, long[] slots, @Nullable Numbered[] programs) {
            this.keys = keys;
            this.targets = targets;
            this.slots = slots;
            this.programs = programs;
            hasPrograms = Arrays.stream(programs).anyMatch(Objects::nonNull);
            table = new long[Integer.highestOneBit(Math.max(1, keys.length)) * 4];
            places = new int[table.length];
            shift = Integer.numberOfLeadingZeros(table.length) + 1;
            for (int at = 0; at < keys.length; at++) {
                int place = find(keys[at], table, shift);
                int target = programs[at] == null ? targets[at] : targets[at] | Integer.MIN_VALUE;
                table[place] = (long) keys[at] << Integer.SIZE | Integer.toUnsignedLong(target);
                places[place] = at;
            }
        }

        /** Where the table has a key, or the empty place where its search ends. */
        private static int find(int turned, long[] table, int shift) {
            int place = (turned * MULTIPLIER) >>> shift;
            while (table[place] != 0 && (int) (table[place] >> Integer.SIZE) != turned) {
                place = (place + 1) & (table.length - 1);
            }
            return place;
        }

        /** Where the key is, or -1. */
        int find(int key) {
            int place = find(key ^ Integer.MIN_VALUE, table, shift);
            return table[place] == 0 ? -1 : places[place];
        }

        /** The key's target, negative of an entry with a program, or 0. */
        int target(int key) {
            return (int) table[find(key ^ Integer.MIN_VALUE, table, shift)];
        }

        Index with(int key, int target, long slot, @Nullable Numbered program) {
            int turned = key ^ Integer.MIN_VALUE;
            int at = Arrays.binarySearch(keys, turned);
            int place = at >= 0 ? at : -at - 1;
            int added = at >= 0 ? 0 : 1;
            int[] newKeys = Arrays.copyOf(keys, keys.length + added);
            int[] newTargets = Arrays.copyOf(targets, keys.length + added);
            long[] newSlots = Arrays.copyOf(slots, keys.length + added);
            @Nullable Numbered[] newPrograms = Arrays.copyOf(programs, keys.length + added);
            int rest = keys.length - place;
            if (added != 0) {
                System.arraycopy(keys, place, newKeys, place + 1, rest);
                System.arraycopy(targets, place, newTargets, place + 1, rest);
                System.arraycopy(slots, place, newSlots, place + 1, rest);
                System.arraycopy(programs, place, newPrograms, place + 1, rest);
            }
            newKeys[place] = turned;
            newTargets[place] = target;
            newSlots[place] = slot;
            newPrograms[place] = program;
            return new Index(newKeys, newTargets, newSlots, newPrograms);
        }

        Index without(int at) {
            int rest = keys.length - 1;
            int[] newKeys = Arrays.copyOf(keys, rest);
            int[] newTargets = Arrays.copyOf(targets, rest);
            long[] newSlots = Arrays.copyOf(slots, rest);
            @Nullable Numbered[] newPrograms = Arrays.copyOf(programs, rest);
            System.arraycopy(keys, at + 1, newKeys, at, rest - at);
            System.arraycopy(targets, at + 1, newTargets, at, rest - at);
            System.arraycopy(slots, at + 1, newSlots, at, rest - at);
            System.arraycopy(programs, at + 1, newPrograms, at, rest - at);
            return new Index(newKeys, newTargets, newSlots, newPrograms);
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
    public boolean leadsToPorts() {
        return true;
    }

    @Override
    public int target(int key) {
        int target = index.target(key);
        return target == 0 ? NONE : target & Integer.MAX_VALUE;
    }

    @Override
    public int plainPort(int key) {
        return Math.max(0, index.target(key));
    }

    @Override
    public int targets(int[] into, @Nullable Object[] intoPrograms) {
        Index known = index;
        int count = Math.min(known.slots.length, into.length);
        for (int i = 0; i < count; i++) {
            into[i] = known.targets[i];
            Numbered program = known.programs[i];
            intoPrograms[i] = program == null ? null : program.object();
        }
        return count;
    }

    @Override
    public boolean hasPrograms() {
        return index.hasPrograms;
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
        index = known.with(key, target, element, program);
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
