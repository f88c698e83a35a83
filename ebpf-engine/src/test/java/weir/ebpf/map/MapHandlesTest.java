// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MapHandlesTest {
    private static final MapSpec SPEC = MapCases.map(MapType.ARRAY, 4, 8, 1);
    /** More than a few blocks of the table. */
    private static final int MAPS = 5_000;

    private static final int KEPT_EACH = 1_700;

    @Test
    void findsTheMapsThatStayedAmongThoseThatWent() {
        List<EbpfMap> kept = new ArrayList<>();
        for (int i = 0; i < MAPS; i++) {
            EbpfMap map = Maps.create(SPEC, 1);
            assertSame(map, MapHandles.find(map.handle()));
            if (i % KEPT_EACH == 0) {
                kept.add(map);
            } else {
                map.close();
                assertNull(MapHandles.find(map.handle()));
            }
        }
        for (EbpfMap map : kept) {
            assertSame(map, MapHandles.find(map.handle()));
            map.close();
            map.close();
            assertNull(MapHandles.find(map.handle()));
        }
    }

    @Test
    void findsNothingForWordsThatAreNoHandlesOrNotYet() {
        try (EbpfMap map = Maps.create(SPEC, 1)) {
            long handle = map.handle();
            assertTrue(MapHandles.isHandle(handle));
            for (long word : new long[] {0, 1, -1, handle & 0xffff_ffffL, handle | 0xffff_ffffL, handle + 1_000_000}) {
                assertNull(MapHandles.find(word), Long.toHexString(word));
            }
        }
    }
}
