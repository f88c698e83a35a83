// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/**
 * A map that programs walk over, {@code bpf_for_each_map_elem}. Any thread, no allocation. Ask for the
 * position behind before the callback runs, which may delete what it is shown:
 *
 * <pre>
 *  long position = map.firstPosition();
 *  while (position != ForEachMap.END) {
 *      long behind = map.nextPosition(position);
 *      ... map.keyTo(position, keyAddress), map.valueAt(position, cpu) ...
 *      position = behind;
 *  }
 * </pre>
 *
 * <p>Entries added, replaced or deleted meanwhile may be met or not, or twice, as in the kernel. A walk
 * need not end while others change the map: charge every step to the program's budget.
 */
public interface ForEachMap extends EbpfMap {
    long END = -1;

    long firstPosition();

    long nextPosition(long position);

    /** Copies the key, {@code keyBytes} long. */
    void keyTo(long position, long toAddress);

    /** Address of the value, on that CPU for per-CPU maps. */
    long valueAt(long position, int cpu);
}
