// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.SwitchConfig;

@Timeout(180)
class MemoryBenchRunTest {
    private static final MemoryBenchCase CASE = new MemoryBenchCase(4, 16, 32, 0);
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

    @Test
    void movesNothingWhileItIsPaused() throws Exception {
        try (MemoryBenchRun run = new MemoryBenchRun(CASE, SwitchConfig.named("t"))) {
            assertTrue(run.measureMoving(SLICE_NANOS).frames() > 0);
            run.pause();
            assertEquals(0, run.measure(SLICE_NANOS).frames());
            run.resume();
            assertTrue(run.measureMoving(SLICE_NANOS).frames() > 0);
            run.stopAndCheck();
        }
    }

    @Test
    void canBeClosedWhileItIsPaused() throws Exception {
        MemoryBenchRun run = new MemoryBenchRun(CASE, SwitchConfig.named("t"));
        run.pause();
        run.close();
    }

    @Test
    void copiesFramesWhenAskedTo() throws Exception {
        try (MemoryBenchRun run = new MemoryBenchRun(new MemoryBenchCase(2, 2, 8, 1500), SwitchConfig.named("t"))) {
            assertTrue(run.measureMoving(SLICE_NANOS).mpps() > 0);
            run.stopAndCheck();
        }
    }
}
