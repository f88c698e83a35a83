// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/**
 * A map without keys: what asks for an entry by its key is refused, and programs hold no pointers into it
 * unless the type says so.
 */
abstract class KeylessMap extends BaseMap {
    private final int updateRefusal;
    private final int keyRefusal;

    /**
     * @param updateRefusal errno of updates by programs
     * @param keyRefusal errno of what else takes a key
     */
    KeylessMap(MapSpec spec, MapMemory memory, int updateRefusal, int keyRefusal) {
        super(spec, memory);
        this.updateRefusal = updateRefusal;
        this.keyRefusal = keyRefusal;
    }

    @Override
    public final long lookup(long keyAddress, int cpu) {
        return MapMemory.NONE;
    }

    @Override
    public final int update(long keyAddress, long valueAddress, long flags, int cpu) {
        return -updateRefusal;
    }

    @Override
    public final int delete(long keyAddress) {
        return -keyRefusal;
    }

    @Override
    public boolean contains(long address, long lengthBytes) {
        return false;
    }

    @Override
    final int controlNextKey(long key, long toAddress) {
        return -keyRefusal;
    }
}
