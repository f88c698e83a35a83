// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.util.Map;
import weir.core.counter.DropReason;

/**
 * What a container's port has counted since the container came.
 *
 * @param framesFrom frames that came from the container
 * @param bytesFrom their bytes, without FCS
 * @param framesTo frames that went to the container
 * @param bytesTo their bytes, without FCS
 * @param drops frames that ended at this port, from or to the container, by reason; reasons without drops absent
 */
public record WeirCounters(long framesFrom, long bytesFrom, long framesTo, long bytesTo, Map<DropReason, Long> drops) {
    /** Copies the map. */
    public WeirCounters {
        drops = Map.copyOf(drops);
    }

    /** Frames that were dropped for a reason. */
    public long drops(DropReason reason) {
        return drops.getOrDefault(reason, 0L);
    }
}
