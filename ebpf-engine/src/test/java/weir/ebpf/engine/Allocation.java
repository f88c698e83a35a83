// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import java.lang.foreign.Arena;
import weir.ebpf.EbpfProgram;
import weir.ebpf.xdp.XdpBatch;
import weir.testing.AllocatedBytes;

/** What this thread allocates while a program runs. */
final class Allocation {
    private static final int FRAMES = 4;
    private static final int ROUNDS = 3;

    private Allocation() {}

    /** Bytes of a batch, least of several: the JVM itself allocates now and then. */
    static long ofFrames(EbpfProgram program) {
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(FRAMES * 4096L, 64).address();
            XdpBatch batch = new XdpBatch(FRAMES);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least != 0; round++) {
                batch.clear();
                for (int i = 0; i < FRAMES; i++) {
                    long start = memory + i * 4096L;
                    batch.add(start, start + 256, start + 320, start + 4096 - 320, 1, 3);
                }
                long before = AllocatedBytes.now();
                program.run(batch, 2);
                least = Math.min(least, AllocatedBytes.now() - before);
            }
            return least;
        }
    }
}
