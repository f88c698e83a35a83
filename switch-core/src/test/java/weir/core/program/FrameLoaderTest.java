// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.PoolConfig;
import weir.core.frame.PoolMemory;
import weir.ebpf.xdp.XdpBatch;

/** Bounds of frames and slots, small and large, of any home. */
class FrameLoaderTest {
    private static final int LARGE_SLOT_BYTES = FramePool.LARGE_SLOT_UNITS * Frame.SLOT_UNIT_BYTES;

    @Test
    void boundsAreThoseOfTheFrameAndItsSlot() {
        try (FramePool pool = new FramePool(new PoolConfig(64, 4, 64), 2, PoolMemory.anonymous())) {
            List<Long> frames = new ArrayList<>();
            for (int home = 0; home < 2; home++) {
                FrameStore store = pool.store(home);
                for (int i = 0; i < 4; i++) {
                    frames.add(Frame.withLength(store.allocate(0), 60 + i));
                    // The end of a large frame lies in a later unit than its slot's number says.
                    frames.add(Frame.moveStart(Frame.withLength(store.allocateLarge(0), 60_000 + i), 5000));
                }
            }
            FrameLoader loader = new FrameLoader(pool);
            XdpBatch xdp = new XdpBatch(frames.size());
            long[] words = frames.stream().mapToLong(Long::longValue).toArray();
            loader.loadRange(words, 0, words.length, xdp);
            xdp.resize(words.length);
            for (int k = 0; k < words.length; k++) {
                loader.loadSlot(words[k], k, xdp);
                boolean isLarge = k % 2 == 1;
                long slot = pool.baseAddress() + pool.slotStart(words[k]);
                assertEquals(slot, xdp.hardStarts()[k]);
                assertEquals(slot + (isLarge ? LARGE_SLOT_BYTES : Frame.SLOT_UNIT_BYTES), xdp.hardEnds()[k]);
                assertEquals(slot + pool.offset(words[k]), xdp.datas()[k]);
                assertEquals(xdp.datas()[k], xdp.metas()[k]);
                assertEquals(xdp.datas()[k] + Frame.length(words[k]), xdp.ends()[k]);
                assertEquals(words[k], loader.frame(words[k], k, xdp));
            }
        }
    }
}
