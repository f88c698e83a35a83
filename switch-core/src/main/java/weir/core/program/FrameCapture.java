// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;
import weir.core.frame.Mem;
import weir.ebpf.xdp.XdpBatch;

/**
 * Copies of frames that one worker ran its program on, and what the program said; for running another program on the
 * same frames. The worker writes until the number that all workers share is used up; control code reads when the
 * worker writes no more.
 */
final class FrameCapture implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final AtomicInteger left;
    private final Arena arena = Arena.ofShared();
    private final long area;
    private final long areaBytes;
    private final long[] addresses;
    private final int[] lengths;
    private final int[] ports;
    private final int[] queues;
    private final long[] outcomes;
    private long usedBytes;
    private int size;
    private int complete;

    /**
     * @param frames most frames that this worker copies
     * @param left frames that all workers may still copy
     * @param areaBytes room for their bytes
     */
    FrameCapture(int frames, AtomicInteger left, long areaBytes) {
        this.left = left;
        this.areaBytes = areaBytes;
        area = arena.allocate(areaBytes, ALIGNMENT).address();
        addresses = new long[frames];
        lengths = new int[frames];
        ports = new int[frames];
        queues = new int[frames];
        outcomes = new long[frames];
    }

    /**
     * Copies the first frames of a batch that is about to be run: all, or as many as are wanted and find room.
     *
     * @param at index in the switch's batch of each frame
     */
    void before(XdpBatch xdp, int count, int[] at, Decision decision) {
        for (int k = 0; k < count; k++) {
            long bytes = xdp.ends()[k] - xdp.datas()[k];
            if (size == addresses.length || bytes > areaBytes - usedBytes || left.getAndDecrement() <= 0) {
                return;
            }
            Mem.copy(xdp.datas()[k], area + usedBytes, bytes);
            addresses[size] = area + usedBytes;
            lengths[size] = (int) bytes;
            ports[size] = decision.ingressPort(at[k]);
            queues[size++] = xdp.queues()[k];
            usedBytes += (bytes + ALIGNMENT - 1) & -ALIGNMENT;
        }
    }

    /** Writes down what the program said about those. */
    void after(XdpBatch xdp, int count, ProgramContract contract) {
        for (int k = 0; k < count && complete < size; k++) {
            outcomes[complete++] = contract.outcome(xdp, k);
        }
    }

    /** Frames with an outcome; when the worker writes no more. */
    int size() {
        return complete;
    }

    long address(int i) {
        return addresses[i];
    }

    int lengthBytes(int i) {
        return lengths[i];
    }

    /** Number of the port that it came in by. */
    int port(int i) {
        return ports[i];
    }

    int queue(int i) {
        return queues[i];
    }

    long outcome(int i) {
        return outcomes[i];
    }

    /** When no worker writes any more. */
    @Override
    public void close() {
        arena.close();
    }
}
