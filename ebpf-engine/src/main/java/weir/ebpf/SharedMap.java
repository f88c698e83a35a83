// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import weir.ebpf.map.EbpfMap;

/** A live map and the number of loaded objects that have it; the last one to let go closes it. */
final class SharedMap {
    private final EbpfMap map;
    private int holders = 1;

    /** Held by its maker. */
    SharedMap(EbpfMap map) {
        this.map = map;
    }

    EbpfMap map() {
        return map;
    }

    /** One holder more; false when the map is closed already. */
    synchronized boolean hold() {
        if (holders == 0) {
            return false;
        }
        holders++;
        return true;
    }

    synchronized void letGo() {
        holders--;
        if (holders == 0) {
            map.close();
        }
    }
}
