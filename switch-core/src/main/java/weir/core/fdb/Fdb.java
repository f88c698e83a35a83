// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Forwarding database of one worker: which port an address in a VLAN is behind. Only that worker's
 * thread touches it; what it learns is told to the other workers through {@link FdbListener} and
 * arrives there by {@link #applyNews}.
 *
 * <p>Hash: the key times a seeded odd number, top bits (multiply-shift, Dietzfelbinger et al. 1997).
 * Little-endian MACs vary in their top bits, which this form spreads and {@code >>> 32 & mask} does
 * not. Deletion shifts the cluster back, so there are no tombstones and a miss stays short.
 *
 * <p>Fairness: a port holds at most its quota. When the table is full, a port that holds fewer entries
 * than the greediest takes the oldest of that port's; a port that is itself greediest is refused. Both
 * cost a constant time and a scan over port counts, because each port's entries form a list ordered by
 * age, so no flood of addresses makes learning slow.
 */
public final class Fdb {
    private static final long NANOS_PER_TICK = 100_000_000;
    private static final int TICKS_PER_SECOND = 10;
    private static final int NONE = -1;
    private static final int SLOTS_PER_ENTRY = 2;
    private static final VarHandle SIZE = field("size", int.class);
    private static final VarHandle MOVED = field("moves", long.class);

    private final FdbConfig config;
    private final FdbListener listener;
    private final long[] table;
    private final int[] side;
    private final int slotMask;
    private final int shift;
    private final long multiplier;
    private final int refreshTicks;
    private final int ageingTicks;

    private final int[] count;
    private final int[] oldest;
    private final int[] newest;
    private final AtomicLongArray refused;
    private int portBound;
    private int size;
    private int now;
    private int epoch;
    private long moves;
    private long evictions;
    private long startNanos;
    private boolean started;

    /**
     * @param maxPorts one more than the highest port index
     */
    public Fdb(FdbConfig config, int maxPorts, FdbListener listener) {
        this.config = config;
        this.listener = listener;
        int slots = Integer.highestOneBit(config.capacity() * SLOTS_PER_ENTRY - 1) << 1;
        table = new long[2 * slots];
        Arrays.fill(table, FdbLayout.FREE);
        side = new int[slots << FdbLayout.SIDE_SHIFT];
        slotMask = slots - 1;
        shift = Long.SIZE - Integer.numberOfTrailingZeros(slots);
        multiplier = new SplittableRandom(config.hashSeed()).nextLong() | 1;
        refreshTicks = config.refreshSeconds() * TICKS_PER_SECOND;
        ageingTicks = config.ageingSeconds() * TICKS_PER_SECOND;
        count = new int[maxPorts];
        oldest = new int[maxPorts];
        newest = new int[maxPorts];
        refused = new AtomicLongArray(maxPorts);
        Arrays.fill(oldest, NONE);
        Arrays.fill(newest, NONE);
    }

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(Fdb.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // ---- for the learning program's inner loop --------------------------------------------------

    long[] table() {
        return table;
    }

    int shift() {
        return shift;
    }

    long multiplier() {
        return multiplier;
    }

    /** The value of an entry of this port that needs no store when its address is seen again. */
    long freshValue(int portIndex) {
        return portIndex | ((long) epoch << FdbLayout.EPOCH_SHIFT);
    }

    /** Whether an address is known at this port and needs no refresh now. */
    boolean isFresh(long key, int portIndex) {
        int slot = find(key);
        return slot >= 0 && table[2 * slot + 1] == freshValue(portIndex);
    }

    /** Port of a key, or -1 when it is not known. */
    int portOf(long key) {
        int slot = find(key);
        return slot < 0 ? NONE : FdbLayout.portOf(table[2 * slot + 1]);
    }

    /**
     * Learns an address whose entry is missing, elsewhere or due for a refresh.
     *
     * @return false when the address may not be a source, and the frame must be dropped
     */
    boolean learn(long key, int portIndex) {
        int slot = find(key);
        if (slot >= 0 && (table[2 * slot + 1] & FdbLayout.STATIC) == 0) {
            update(slot, key, portIndex);
            return true;
        }
        if (!MacAddress.isValidSource(key & MacAddress.MASK)) {
            return false;
        }
        if (slot >= 0) {
            return true;
        }
        if (count[portIndex] >= config.portQuota() || !makeRoom(portIndex)) {
            countRefusal(portIndex);
            return true;
        }
        insert(key, portIndex, 0);
        listener.learned(key, portIndex);
        return true;
    }

    // ---- learning -------------------------------------------------------------------------------

    private void update(int slot, long key, int portIndex) {
        boolean held = isHeld(slot);
        long value = table[2 * slot + 1];
        if (FdbLayout.portOf(value) == portIndex) {
            refreshIfDue(slot, value, key, portIndex);
        } else if (!held) {
            move(slot, key, portIndex);
        }
    }

    /** Whether a flapping address is still held; one whose time is over is let go. */
    private boolean isHeld(int slot) {
        long value = table[2 * slot + 1];
        if ((value & FdbLayout.HELD) == 0) {
            return false;
        }
        if (now - side(slot, FdbLayout.HELD_UNTIL) < 0) {
            return true;
        }
        table[2 * slot + 1] = value & ~FdbLayout.HELD;
        setSide(slot, FdbLayout.MOVES, 0);
        return false;
    }

    private void refreshIfDue(int slot, long value, long key, int portIndex) {
        if (FdbLayout.epochOf(value) != epoch) {
            refresh(slot);
            listener.learned(key, portIndex);
        }
    }

    /** Writes the current epoch and makes the entry its port's newest. */
    private void refresh(int slot) {
        long value = table[2 * slot + 1];
        int port = FdbLayout.portOf(value);
        unlink(slot, port);
        link(slot, port);
        table[2 * slot + 1] = (value & FdbLayout.HELD) | freshValue(port);
    }

    private void move(int slot, long key, int portIndex) {
        int from = FdbLayout.portOf(table[2 * slot + 1]);
        if (count[portIndex] >= config.portQuota()) {
            countRefusal(portIndex);
            return;
        }
        if (countMove(slot, from) > config.flapMovesPerSecond()) {
            int before = side(slot, FdbLayout.PORT_BEFORE);
            holdAt(slot, before);
            listener.flapping(key, before);
            return;
        }
        MOVED.setOpaque(this, moves + 1);
        place(slot, portIndex, 0);
        listener.learned(key, portIndex);
    }

    /** Moves within the last second, this one included; remembers where the first of them began. */
    private int countMove(int slot, int from) {
        if (now - side(slot, FdbLayout.WINDOW_START) >= TICKS_PER_SECOND || side(slot, FdbLayout.MOVES) == 0) {
            setSide(slot, FdbLayout.WINDOW_START, now);
            setSide(slot, FdbLayout.MOVES, 0);
            setSide(slot, FdbLayout.PORT_BEFORE, from);
        }
        int movesInWindow = side(slot, FdbLayout.MOVES) + 1;
        setSide(slot, FdbLayout.MOVES, movesInWindow);
        return movesInWindow;
    }

    private void holdAt(int slot, int portIndex) {
        setSide(slot, FdbLayout.HELD_UNTIL, now + config.flapHoldSeconds() * TICKS_PER_SECOND);
        place(slot, portIndex, FdbLayout.HELD);
    }

    /** Puts a dynamic entry on a port's list, wherever it was. */
    private void place(int slot, int portIndex, long flags) {
        unlink(slot, FdbLayout.portOf(table[2 * slot + 1]));
        table[2 * slot + 1] = freshValue(portIndex) | flags;
        link(slot, portIndex);
    }

    private boolean makeRoom(int portIndex) {
        if (size < config.capacity()) {
            return true;
        }
        int greediest = greediestPort();
        if (count[portIndex] >= count[greediest]) {
            return false;
        }
        evictOldest(greediest);
        return true;
    }

    private int greediestPort() {
        int greediest = 0;
        for (int port = 1; port < portBound; port++) {
            greediest = count[port] > count[greediest] ? port : greediest;
        }
        return greediest;
    }

    private void evictOldest(int port) {
        evictions++;
        removeSlot(oldest[port]);
    }

    private void insert(long key, int portIndex, long flags) {
        int slot = slotOf(key);
        while (table[2 * slot] != FdbLayout.FREE) {
            slot = (slot + 1) & slotMask;
        }
        table[2 * slot] = key;
        table[2 * slot + 1] = freshValue(portIndex) | flags;
        setSide(slot, FdbLayout.MOVES, 0);
        if ((flags & FdbLayout.STATIC) == 0) {
            link(slot, portIndex);
        }
        SIZE.setOpaque(this, size + 1);
    }

    // ---- the hash table -------------------------------------------------------------------------

    private int slotOf(long key) {
        return (int) ((key * multiplier) >>> shift);
    }

    private int find(long key) {
        int slot = slotOf(key);
        while (true) {
            long there = table[2 * slot];
            if (there == key) {
                return slot;
            }
            if (there == FdbLayout.FREE) {
                return NONE;
            }
            slot = (slot + 1) & slotMask;
        }
    }

    private void removeSlot(int slot) {
        long value = table[2 * slot + 1];
        if ((value & FdbLayout.STATIC) == 0) {
            unlink(slot, FdbLayout.portOf(value));
        }
        SIZE.setOpaque(this, size - 1);
        int hole = slot;
        int probe = (slot + 1) & slotMask;
        while (table[2 * probe] != FdbLayout.FREE) {
            int home = slotOf(table[2 * probe]);
            if (((probe - home) & slotMask) >= ((probe - hole) & slotMask)) {
                relocate(probe, hole);
                hole = probe;
            }
            probe = (probe + 1) & slotMask;
        }
        table[2 * hole] = FdbLayout.FREE;
        table[2 * hole + 1] = FdbLayout.FREE;
    }

    private void relocate(int from, int to) {
        long value = table[2 * from + 1];
        table[2 * to] = table[2 * from];
        table[2 * to + 1] = value;
        System.arraycopy(
                side, from << FdbLayout.SIDE_SHIFT, side, to << FdbLayout.SIDE_SHIFT, 1 << FdbLayout.SIDE_SHIFT);
        if ((value & FdbLayout.STATIC) == 0) {
            int port = FdbLayout.portOf(value);
            joinNeighbours(side(to, FdbLayout.OLDER), to, port);
            joinNeighbours(to, side(to, FdbLayout.NEWER), port);
        }
    }

    // ---- each port's entries, oldest to newest --------------------------------------------------

    private void link(int slot, int port) {
        int last = newest[port];
        setSide(slot, FdbLayout.NEWER, NONE);
        joinNeighbours(last, slot, port);
        newest[port] = slot;
        count[port]++;
        portBound = Math.max(portBound, port + 1);
    }

    private void unlink(int slot, int port) {
        joinNeighbours(side(slot, FdbLayout.OLDER), side(slot, FdbLayout.NEWER), port);
        count[port]--;
    }

    private void joinNeighbours(int older, int newer, int port) {
        if (older == NONE) {
            oldest[port] = newer;
        } else {
            setSide(older, FdbLayout.NEWER, newer);
        }
        if (newer == NONE) {
            newest[port] = older;
        } else {
            setSide(newer, FdbLayout.OLDER, older);
        }
    }

    private int side(int slot, int field) {
        return side[(slot << FdbLayout.SIDE_SHIFT) + field];
    }

    private void setSide(int slot, int field, int value) {
        side[(slot << FdbLayout.SIDE_SHIFT) + field] = value;
    }

    // ---- time -----------------------------------------------------------------------------------

    /**
     * Moves the coarse clock. Ages entries out when a second has passed since it last did.
     *
     * @param nanos monotonic time; only differences count
     */
    public void advanceTo(long nanos) {
        if (!started) {
            started = true;
            startNanos = nanos;
        }
        int tick = (int) ((nanos - startNanos) / NANOS_PER_TICK);
        boolean newSecond = tick / TICKS_PER_SECOND != now / TICKS_PER_SECOND;
        now = tick;
        epoch = tick / refreshTicks;
        if (newSecond) {
            ageOut();
        }
    }

    /** An entry's last refresh is known to within one epoch, so it may live that much longer. */
    private void ageOut() {
        for (int port = 0; port < portBound; port++) {
            int slot = oldest[port];
            while (slot != NONE && isExpired(slot)) {
                removeSlot(slot);
                slot = oldest[port];
            }
        }
    }

    private boolean isExpired(int slot) {
        int refreshedAt = FdbLayout.epochOf(table[2 * slot + 1]) * refreshTicks;
        return now - refreshedAt >= ageingTicks + refreshTicks;
    }

    // ---- what control code asks for, on the worker's thread --------------------------------------

    /**
     * What another worker learned. Its port's quota was checked there; a move counts here, too, so that
     * an address that flaps between ports of two workers is noticed.
     */
    public void applyNews(long key, int portIndex) {
        int slot = find(key);
        if (slot < 0) {
            if (makeRoom(portIndex)) {
                insert(key, portIndex, 0);
            }
        } else if ((table[2 * slot + 1] & FdbLayout.STATIC) == 0) {
            int from = FdbLayout.portOf(table[2 * slot + 1]);
            if (from == portIndex) {
                refresh(slot);
            } else if (!isHeld(slot)) {
                countMove(slot, from);
                place(slot, portIndex, 0);
            }
        }
    }

    /** Another worker holds a flapping address. When two do so at once, the lower port index wins. */
    public void applyHold(long key, int portIndex) {
        int slot = find(key);
        if (slot < 0 || (table[2 * slot + 1] & FdbLayout.STATIC) != 0) {
            return;
        }
        if (!isHeld(slot) || portIndex < FdbLayout.portOf(table[2 * slot + 1])) {
            holdAt(slot, portIndex);
        }
    }

    /**
     * Adds or replaces a static entry.
     *
     * @return false when the database is full of static entries
     */
    public boolean addStatic(int vlan, long mac, int portIndex) {
        long key = FdbLayout.key(vlan, mac);
        int slot = find(key);
        if (slot >= 0) {
            removeSlot(slot);
        } else if (size >= config.capacity()) {
            int greediest = greediestPort();
            if (count[greediest] == 0) {
                return false;
            }
            evictOldest(greediest);
        }
        insert(key, portIndex, FdbLayout.STATIC);
        return true;
    }

    /** Removes an entry of either kind; false when there is none. */
    public boolean remove(int vlan, long mac) {
        int slot = find(FdbLayout.key(vlan, mac));
        if (slot < 0) {
            return false;
        }
        removeSlot(slot);
        return true;
    }

    /** Removes all dynamic entries, or those of one port when {@code portIndex} is not negative. */
    public void flushDynamic(int portIndex) {
        int from = portIndex < 0 ? 0 : portIndex;
        int to = portIndex < 0 ? portBound : portIndex + 1;
        for (int port = from; port < to; port++) {
            while (oldest[port] != NONE) {
                removeSlot(oldest[port]);
            }
        }
    }

    /** Removes the dynamic entries of a port but those of VLANs that are kept. */
    public void flushDynamic(int portIndex, IntPredicate isKept) {
        List<FdbEntry> gone = new ArrayList<>();
        for (int slot = oldest[portIndex]; slot != NONE; slot = side(slot, FdbLayout.NEWER)) {
            FdbEntry entry = entry(slot);
            if (!isKept.test(entry.vlan())) {
                gone.add(entry);
            }
        }
        gone.forEach(entry -> remove(entry.vlan(), entry.mac())); // which moves others to other slots
    }

    /** Removes everything that points at a port, static entries included. */
    public void forgetPort(int portIndex) {
        flushDynamic(portIndex);
        for (int slot = nextDynamic(0); slot >= 0; slot = nextDynamic(slot + 1)) {
            if (side(slot, FdbLayout.PORT_BEFORE) == portIndex) {
                setSide(slot, FdbLayout.MOVES, 0); // the next move begins a new count, from a port that is there
            }
        }
        for (FdbEntry entry : dump()) {
            if (entry.portIndex() == portIndex) {
                remove(entry.vlan(), entry.mac());
            }
        }
        refused.lazySet(portIndex, 0);
    }

    /**
     * Walks the dynamic entries.
     *
     * @param from where to begin, 0 or the last result plus one
     * @return position of the next dynamic entry, or -1 behind the last
     */
    public int nextDynamic(int from) {
        for (int slot = from; slot <= slotMask; slot++) {
            if (table[2 * slot] != FdbLayout.FREE && (table[2 * slot + 1] & FdbLayout.STATIC) == 0) {
                return slot;
            }
        }
        return NONE;
    }

    /** Key of the entry at a position that {@link #nextDynamic} returned. */
    public long keyAt(int position) {
        return table[2 * position];
    }

    /** Port index of the entry at a position that {@link #nextDynamic} returned. */
    public int portAt(int position) {
        return FdbLayout.portOf(table[2 * position + 1]);
    }

    /** Whether the entry at a position that {@link #nextDynamic} returned is held now, because it flaps. */
    public boolean isHeldAt(int position) {
        return (table[2 * position + 1] & FdbLayout.HELD) != 0 && now - side(position, FdbLayout.HELD_UNTIL) < 0;
    }

    /** VLAN in a key. */
    public static int vlanOf(long key) {
        return (int) (key >>> FdbLayout.VLAN_SHIFT);
    }

    /** All entries, in no order. */
    public List<FdbEntry> dump() {
        List<FdbEntry> entries = new ArrayList<>(size);
        for (int slot = 0; slot <= slotMask; slot++) {
            if (table[2 * slot] != FdbLayout.FREE) {
                entries.add(entry(slot));
            }
        }
        return entries;
    }

    private FdbEntry entry(int slot) {
        long key = table[2 * slot];
        long value = table[2 * slot + 1];
        boolean isStatic = (value & FdbLayout.STATIC) != 0;
        int age = isStatic ? 0 : (now - FdbLayout.epochOf(value) * refreshTicks) / TICKS_PER_SECOND;
        return new FdbEntry(vlanOf(key), key & MacAddress.MASK, FdbLayout.portOf(value), isStatic, age);
    }

    /** What is known of an address; null when nothing. Allocates. */
    public @Nullable FdbEntry entry(int vlan, long mac) {
        int slot = find(FdbLayout.key(vlan, mac));
        return slot < 0 ? null : entry(slot);
    }

    /** Whether an address is held now, because it flaps. */
    public boolean isHeld(int vlan, long mac) {
        int slot = find(FdbLayout.key(vlan, mac));
        return slot >= 0 && isHeldAt(slot);
    }

    /** Whether an address is known at a port, and was refreshed within the interval at hand. */
    public boolean isFresh(int vlan, long mac, int portIndex) {
        return isFresh(FdbLayout.key(vlan, mac), portIndex);
    }

    /** Whether a port has as many dynamic entries as it may. */
    public boolean isAtQuota(int portIndex) {
        return count[portIndex] >= config.portQuota();
    }

    /** Entries of either kind. Any thread. */
    public int size() {
        return (int) SIZE.getOpaque(this);
    }

    /** Dynamic entries of a port. */
    public int size(int portIndex) {
        return count[portIndex];
    }

    private void countRefusal(int portIndex) {
        refused.lazySet(portIndex, refused.getPlain(portIndex) + 1); // one writer
    }

    /** New or moved addresses of a port that its quota or a full table refused. Any thread. */
    public long learnRefused(int portIndex) {
        return refused.get(portIndex);
    }

    /** Addresses that this worker saw at another port than before. Any thread. */
    public long moves() {
        return (long) MOVED.getOpaque(this);
    }

    public long evictions() {
        return evictions;
    }
}
