// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.ArrayList;
import java.util.List;

/**
 * Inner maps that left a map of maps while programs may still hold their handle or a pointer into them.
 * Their memory stays until the owner of the outer map says that nobody does:
 *
 * <pre>
 *  outer.delete(key)         the inner map is not found any more, but stays valid
 *  ... every worker, control reader and test run passes a quiescent point ...
 *  outer.retirement().reclaim()
 * </pre>
 *
 * <p>Closing the outer map reclaims too. Control threads.
 */
public final class Retirement {
    private final List<BaseMap> retired = new ArrayList<>();

    Retirement() {}

    synchronized void add(BaseMap map) {
        retired.add(map);
    }

    /** Maps that wait. */
    public synchronized int size() {
        return retired.size();
    }

    /**
     * Lets go of the maps retired before the last quiescent point; those that nobody else holds are freed.
     * Only when every worker has been quiescent since the last map was retired.
     */
    public void reclaim() {
        List<BaseMap> due;
        synchronized (this) {
            due = List.copyOf(retired);
            retired.clear();
        }
        due.forEach(BaseMap::release);
    }
}
