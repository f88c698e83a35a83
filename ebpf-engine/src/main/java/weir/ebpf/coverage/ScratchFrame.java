// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.lang.foreign.Arena;
import weir.ebpf.map.Bytes;
import weir.ebpf.memory.Mem;
import weir.ebpf.xdp.XdpBatch;
import weir.ebpf.xdp.XdpContext;

/** Memory for copies of one frame. One thread. */
public final class ScratchFrame {
    /** Longest frame. */
    static final int MAX_BYTES = 3000;

    private static final int ROOM_BYTES = 4096;
    private static final int HEADROOM_BYTES = 256;
    private static final int ALIGNMENT = 64;

    private final long address;
    private final long original;
    private final int copies;

    /** @param arena that the memory comes from */
    public ScratchFrame(Arena arena, int copies) {
        this.copies = copies;
        address = arena.allocate((long) ROOM_BYTES * copies, ALIGNMENT).address();
        original = arena.allocate(MAX_BYTES).address();
    }

    /** Address of the first copy of the frame. */
    long data() {
        return address + HEADROOM_BYTES;
    }

    /** Puts the frame into memory; to be called before {@link #fill}. */
    public void put(Bytes frame) {
        byte[] bytes = frame.toArray();
        Mem.copyFrom(bytes, 0, original, bytes.length);
    }

    /** Makes the batch hold copies of the input's frame, as it was before a program changed them. */
    public void fill(XdpBatch batch, Input input) {
        batch.clear();
        int bytes = input.frame().length();
        for (int i = 0; i < copies; i++) {
            long start = address + (long) i * ROOM_BYTES;
            long data = start + HEADROOM_BYTES;
            Mem.copy(original, data, bytes);
            long hardStart = input.isScarce() ? data - XdpContext.RESERVED_HEADROOM_BYTES : start;
            long hardEnd = input.isScarce() ? data + bytes : start + ROOM_BYTES;
            batch.add(hardStart, data, data + bytes, hardEnd, input.ingressPort(), input.queue());
        }
    }
}
