// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import weir.ebpf.memory.Mem;

/**
 * LPM_TRIE, {@code kernel/bpf/lpm_trie.c}: the value of the longest prefix that a key begins with. Keys are
 * {@code struct bpf_lpm_trie_key}: {@code u32} length of the prefix in bits, then its bytes, first bit
 * highest.
 *
 * <p>A binary trie of nodes ({@link TrieNodeLayout}) that skips bits where nothing branches. Where two
 * prefixes part and no entry is, there is an intermediate node; it always has both children. Lookups take
 * no lock and walk again when the version ({@link SpinWord}) moved; writers take the one lock. An update
 * replaces its node.
 */
final class LpmTrie extends BaseMap {
    private static final int LENGTH_BYTES = 4;
    private static final int ROOT_OFFSET = 8;
    private static final int COUNT_OFFSET = 16;
    private static final int STATE_BYTES = 24;
    /** Nodes an update needs beyond those of the entries and intermediate ones: the replacement. */
    private static final int SPARE_NODES = 1;

    private final long maxEntries = maxEntries();
    private final int dataBytes;
    private final int maxPrefixBits;
    private final int valueOffset;
    private final ValueShape shape;
    private final ElementPool nodes;
    private final long lock;

    LpmTrie(MapSpec spec, MapMemory memory) {
        super(spec, memory);
        dataBytes = spec.keyBytes() - LENGTH_BYTES;
        maxPrefixBits = dataBytes * Byte.SIZE;
        shape = ValueShape.of(spec);
        valueOffset = TrieNodeLayout.KEY_OFFSET + Words.roundUp(spec.keyBytes());
        long most = Math.min(2 * maxEntries + SPARE_NODES, Integer.MAX_VALUE);
        nodes = new ElementPool(memory, most, valueOffset + Words.roundUp(spec.valueBytes()), true);
        lock = memory.require(1, STATE_BYTES, "state");
    }

    // ---- programs -----------------------------------------------------------------------------------------

    @Override
    public long lookup(long keyAddress, int cpu) {
        for (int walks = 0; walks < SpinWord.PATIENCE; walks++) {
            int version = SpinWord.version(lock);
            long node = longest(keyAddress);
            if (SpinWord.isUnchanged(lock, version)) {
                return valueOf(node);
            }
        }
        SpinWord.lock(lock);
        long node = longest(keyAddress);
        SpinWord.unlock(lock);
        return valueOf(node);
    }

    private long valueOf(long node) {
        return node == MapMemory.NONE ? MapMemory.NONE : node + valueOffset;
    }

    /** Node of the longest prefix, or 0. Ends also on nodes reused meanwhile: no path is longer than a key. */
    private long longest(long key) {
        int keyBits = Mem.getInt(key);
        if (isTooLong(keyBits)) {
            return MapMemory.NONE;
        }
        long found = MapMemory.NONE;
        long node = root();
        for (int depth = 0; node != MapMemory.NONE && depth <= maxPrefixBits; depth++) {
            int prefixBits = TrieNodeLayout.prefixBits(node);
            int common = commonBits(node, key, Math.min(prefixBits, keyBits));
            if (common < prefixBits) {
                break;
            }
            if (!TrieNodeLayout.isIntermediate(node)) {
                found = node;
            }
            node = prefixBits >= maxPrefixBits ? MapMemory.NONE : TrieNodeLayout.child(node, bit(key, prefixBits));
        }
        return found;
    }

    @Override
    public int update(long keyAddress, long valueAddress, long flags, int cpu) {
        if (isNoUpdateFlag(flags) || isTooLong(Mem.getInt(keyAddress))) {
            return -Errno.EINVAL;
        }
        SpinWord.lock(lock);
        int keyBits = Mem.getInt(keyAddress);
        long link = lock + ROOT_OFFSET;
        long node = Mem.getLong(link);
        int common = 0;
        while (node != MapMemory.NONE) {
            int prefixBits = TrieNodeLayout.prefixBits(node);
            common = commonBits(node, keyAddress, Math.min(prefixBits, keyBits));
            if (prefixBits != common || prefixBits == keyBits) {
                break;
            }
            link = TrieNodeLayout.link(node, bit(keyAddress, prefixBits));
            node = Mem.getLong(link);
        }
        boolean isSamePlace = node != MapMemory.NONE && TrieNodeLayout.prefixBits(node) == keyBits && common == keyBits;
        int result;
        long unlinked = MapMemory.NONE;
        if (isSamePlace && !TrieNodeLayout.isIntermediate(node)) {
            result = flags == MapFlags.NOEXIST ? -Errno.EEXIST : replace(link, node, keyAddress, valueAddress, 0);
            unlinked = result == 0 ? node : MapMemory.NONE;
        } else {
            result = refusalToAdd(flags);
            if (result == 0 && isSamePlace) {
                result = replace(link, node, keyAddress, valueAddress, 1);
                unlinked = result == 0 ? node : MapMemory.NONE;
            } else if (result == 0) {
                result = add(link, node, keyAddress, valueAddress, common);
            }
        }
        SpinWord.unlock(lock);
        if (unlinked != MapMemory.NONE) {
            nodes.giveBack(unlinked);
        }
        return result;
    }

    private int refusalToAdd(long flags) {
        if (flags == MapFlags.EXIST) {
            return -Errno.ENOENT;
        }
        return count() >= maxEntries ? -Errno.ENOSPC : 0;
    }

    private int replace(long link, long node, long key, long value, int added) {
        long fresh = nodes.take();
        if (fresh == MapMemory.NONE) {
            return -Errno.ENOMEM;
        }
        fill(fresh, key, value);
        setChildren(fresh, TrieNodeLayout.child(node, 0), TrieNodeLayout.child(node, 1));
        Mem.putLongRelease(link, fresh);
        addToCount(added);
        return 0;
    }

    /** Adds a leaf, a parent of what the link leads to, or both behind an intermediate node. */
    private int add(long link, long node, long key, long value, int common) {
        long fresh = nodes.take();
        if (fresh == MapMemory.NONE) {
            return -Errno.ENOMEM;
        }
        fill(fresh, key, value);
        if (node == MapMemory.NONE) {
            setChildren(fresh, MapMemory.NONE, MapMemory.NONE);
            Mem.putLongRelease(link, fresh);
        } else if (common == Mem.getInt(key)) {
            adopt(fresh, node, MapMemory.NONE, common);
            Mem.putLongRelease(link, fresh);
        } else {
            long parting = nodes.take();
            if (parting == MapMemory.NONE) {
                nodes.giveBack(fresh);
                return -Errno.ENOMEM;
            }
            setChildren(fresh, MapMemory.NONE, MapMemory.NONE);
            Words.copy(TrieNodeLayout.key(node), TrieNodeLayout.key(parting), spec().keyBytes());
            Mem.putInt(TrieNodeLayout.key(parting), common);
            TrieNodeLayout.setIntermediate(parting, true);
            adopt(parting, node, fresh, common);
            Mem.putLongRelease(link, parting);
        }
        addToCount(1);
        return 0;
    }

    private void fill(long node, long key, long value) {
        Words.copy(key, TrieNodeLayout.key(node), spec().keyBytes());
        TrieNodeLayout.setIntermediate(node, false);
        shape.copyFresh(value, node + valueOffset);
    }

    private static void setChildren(long node, long child0, long child1) {
        Mem.putLongRelease(TrieNodeLayout.link(node, 0), child0);
        Mem.putLongRelease(TrieNodeLayout.link(node, 1), child1);
    }

    /** The child goes to the side that its bit says, the other one to the other. */
    private static void adopt(long parent, long child, long other, int bitIndex) {
        if (bit(TrieNodeLayout.key(child), bitIndex) == 0) {
            setChildren(parent, child, other);
        } else {
            setChildren(parent, other, child);
        }
    }

    @Override
    public int delete(long keyAddress) {
        int keyBits = Mem.getInt(keyAddress);
        if (isTooLong(keyBits)) {
            return -Errno.EINVAL;
        }
        SpinWord.lock(lock);
        long parentLink = MapMemory.NONE;
        long parent = MapMemory.NONE;
        long link = lock + ROOT_OFFSET;
        long node = Mem.getLong(link);
        while (node != MapMemory.NONE && TrieNodeLayout.prefixBits(node) < keyBits) {
            int prefixBits = TrieNodeLayout.prefixBits(node);
            if (commonBits(node, keyAddress, prefixBits) < prefixBits) {
                node = MapMemory.NONE;
            } else {
                parentLink = link;
                parent = node;
                link = TrieNodeLayout.link(node, bit(keyAddress, prefixBits));
                node = Mem.getLong(link);
            }
        }
        boolean isThere = node != MapMemory.NONE
                && TrieNodeLayout.prefixBits(node) == keyBits
                && commonBits(node, keyAddress, keyBits) == keyBits
                && !TrieNodeLayout.isIntermediate(node);
        if (!isThere) {
            SpinWord.unlock(lock);
            return -Errno.ENOENT;
        }
        remove(link, node, parentLink, parent);
        return 0;
    }

    /** Takes the entry out and gives the lock back. */
    private void remove(long link, long node, long parentLink, long parent) {
        long child0 = TrieNodeLayout.child(node, 0);
        long child1 = TrieNodeLayout.child(node, 1);
        addToCount(-1);
        if (child0 != MapMemory.NONE && child1 != MapMemory.NONE) {
            TrieNodeLayout.setIntermediate(node, true);
            SpinWord.unlock(lock);
            return;
        }
        boolean isLeaf = child0 == MapMemory.NONE && child1 == MapMemory.NONE;
        boolean takesParent = isLeaf && parent != MapMemory.NONE && TrieNodeLayout.isIntermediate(parent);
        if (takesParent) {
            long sibling = TrieNodeLayout.child(parent, 0) == node
                    ? TrieNodeLayout.child(parent, 1)
                    : TrieNodeLayout.child(parent, 0);
            Mem.putLongRelease(parentLink, sibling);
        } else {
            Mem.putLongRelease(link, child0 != MapMemory.NONE ? child0 : child1);
        }
        SpinWord.unlock(lock);
        nodes.giveBack(node);
        if (takesParent) {
            nodes.giveBack(parent);
        }
    }

    @Override
    public boolean contains(long address, long lengthBytes) {
        long offset = nodes.offsetInElement(address) - valueOffset;
        return offset >= 0 && lengthBytes >= 0 && lengthBytes <= shape.bytes() - offset;
    }

    // ---- bits ---------------------------------------------------------------------------------------------

    private boolean isTooLong(int prefixBits) {
        return Integer.compareUnsigned(prefixBits, maxPrefixBits) > 0;
    }

    private static int bit(long key, int index) {
        int octet = Mem.getByte(key + LENGTH_BYTES + index / Byte.SIZE);
        return (octet >> (Byte.SIZE - 1 - index % Byte.SIZE)) & 1;
    }

    /** Bits from the start in which a node's prefix and a key agree, up to a limit. */
    private int commonBits(long node, long key, int limitBits) {
        long a = TrieNodeLayout.key(node) + LENGTH_BYTES;
        long b = key + LENGTH_BYTES;
        int i = 0;
        for (; i <= dataBytes - Long.BYTES && i * Byte.SIZE < limitBits; i += Long.BYTES) {
            long difference = Long.reverseBytes(Mem.getLong(a + i) ^ Mem.getLong(b + i));
            if (difference != 0) {
                return Math.min(limitBits, i * Byte.SIZE + Long.numberOfLeadingZeros(difference));
            }
        }
        for (; i < dataBytes && i * Byte.SIZE < limitBits; i++) {
            int difference = (Mem.getByte(a + i) ^ Mem.getByte(b + i)) & 0xff;
            if (difference != 0) {
                int equal = Integer.numberOfLeadingZeros(difference) - (Integer.SIZE - Byte.SIZE);
                return Math.min(limitBits, i * Byte.SIZE + equal);
            }
        }
        return limitBits;
    }

    private long root() {
        return Mem.getLongAcquire(lock + ROOT_OFFSET);
    }

    private long count() {
        return Mem.getLong(lock + COUNT_OFFSET);
    }

    /** Under the lock. */
    private void addToCount(int delta) {
        Mem.putLong(lock + COUNT_OFFSET, count() + delta);
    }

    // ---- control code -------------------------------------------------------------------------------------

    @Override
    int controlLookup(long key, long toAddress, boolean locked) {
        SpinWord.lock(lock);
        long node = longest(key);
        if (node != MapMemory.NONE) {
            shape.copyOut(node + valueOffset, toAddress, locked);
        }
        SpinWord.unlock(lock);
        return node == MapMemory.NONE ? -Errno.ENOENT : 0;
    }

    /** The kernel's order: both subtrees, the one of bit 0 first, before the shorter prefix that they extend. */
    @Override
    int controlNextKey(long key, long toAddress) {
        SpinWord.lock(lock);
        long next = nextNode(key);
        if (next != MapMemory.NONE) {
            Words.copy(TrieNodeLayout.key(next), toAddress, spec().keyBytes());
        }
        SpinWord.unlock(lock);
        return next == MapMemory.NONE ? -Errno.ENOENT : 0;
    }

    private long nextNode(long key) {
        if (key == MapMemory.NONE || isTooLong(Mem.getInt(key))) {
            return leftmost(root());
        }
        int keyBits = Mem.getInt(key);
        Deque<Long> path = new ArrayDeque<>();
        long node = root();
        while (node != MapMemory.NONE) {
            int prefixBits = TrieNodeLayout.prefixBits(node);
            if (prefixBits >= keyBits || commonBits(node, key, prefixBits) < prefixBits) {
                break;
            }
            path.push(node);
            node = TrieNodeLayout.child(node, bit(key, prefixBits));
        }
        boolean isThere = node != MapMemory.NONE
                && TrieNodeLayout.prefixBits(node) == keyBits
                && commonBits(node, key, keyBits) == keyBits
                && !TrieNodeLayout.isIntermediate(node);
        return isThere ? behind(node, path) : leftmost(root());
    }

    private static long behind(long node, Deque<Long> path) {
        long at = node;
        for (long parent : path) {
            long sibling = TrieNodeLayout.child(parent, 1);
            if (TrieNodeLayout.child(parent, 0) == at && sibling != MapMemory.NONE) {
                return leftmost(sibling);
            }
            if (!TrieNodeLayout.isIntermediate(parent)) {
                return parent;
            }
            at = parent;
        }
        return MapMemory.NONE;
    }

    private static long leftmost(long from) {
        long node = from;
        long last = MapMemory.NONE;
        while (node != MapMemory.NONE) {
            last = node;
            long child0 = TrieNodeLayout.child(node, 0);
            node = child0 != MapMemory.NONE ? child0 : TrieNodeLayout.child(node, 1);
        }
        return last;
    }

    @Override
    List<MapControl.Entry> controlEntries() {
        try (MapMemory scratch = MapMemory.scratch(spec().name())) {
            long value = scratch.require(1, shape.bytes(), "values");
            List<MapControl.Entry> all = new ArrayList<>();
            for (int walks = 0; walks < SpinWord.PATIENCE; walks++) {
                if (addAll(SpinWord.version(lock), value, all)) {
                    return all;
                }
                all.clear();
            }
            SpinWord.lock(lock);
            addAll(SpinWord.version(lock), value, all);
            SpinWord.unlock(lock);
            return all;
        }
    }

    /** False when the trie changed meanwhile. */
    private boolean addAll(int version, long value, List<MapControl.Entry> all) {
        Deque<Long> open = new ArrayDeque<>();
        push(open, root());
        while (!open.isEmpty()) {
            long node = open.pop();
            if (!TrieNodeLayout.isIntermediate(node)) {
                shape.copyOut(node + valueOffset, value, false);
                all.add(entry(TrieNodeLayout.key(node), value));
            }
            push(open, TrieNodeLayout.child(node, 0));
            push(open, TrieNodeLayout.child(node, 1));
            if (!SpinWord.isUnchanged(lock, version)) {
                return false;
            }
        }
        // Each entry before its subtrees, that of bit 1 first, is the order of keys turned round.
        Collections.reverse(all);
        return true;
    }

    private static void push(Deque<Long> open, long node) {
        if (node != MapMemory.NONE) {
            open.push(node);
        }
    }
}
