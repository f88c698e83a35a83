// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.Mem;
import weir.core.memory.MemoryEndpoint;
import weir.core.worker.WorkerHook;

/**
 * Generator for programs that drop what they get and change nothing, in the worker's own thread: takes empty frames and
 * sends them. A slot gets one of the templates when it comes for the first time, and later is sent as it is, as netmap's
 * {@code pkt-gen} does: what is to be measured is the switch, not the copying of frames.
 */
final class GeneratingHook implements WorkerHook {
    private final MemoryEndpoint[] endpoints;
    private final long poolBase;
    private final int batch;
    private final int frameBytes;
    private final int templatesPerPort;
    private final long templates;
    private final MemorySegment keepsTemplates;
    private final long[] frames = new long[FrameBatch.MAX_CAPACITY];
    private boolean[] written = {};
    private long generated;
    private int next;

    /**
     * Takes what is to be sent.
     *
     * @param templates for each port equally many, one port's after the other's
     */
    GeneratingHook(List<MemoryEndpoint> endpoints, long poolBase, int batch, List<byte[]> templates) {
        this.endpoints = endpoints.toArray(MemoryEndpoint[]::new);
        this.poolBase = poolBase;
        this.batch = batch;
        frameBytes = templates.getFirst().length;
        templatesPerPort = templates.size() / endpoints.size();
        keepsTemplates = Arena.ofAuto().allocate((long) templates.size() * frameBytes, Long.BYTES);
        for (int i = 0; i < templates.size(); i++) {
            keepsTemplates.asSlice((long) i * frameBytes, frameBytes).copyFrom(MemorySegment.ofArray(templates.get(i)));
        }
        this.templates = keepsTemplates.address();
    }

    /** Frames sent so far; the worker's thread only, or after it stopped. */
    long generated() {
        return generated;
    }

    @Override
    public int run() {
        int total = 0;
        for (int port = 0; port < endpoints.length; port++) {
            total += send(port, endpoints[port]);
        }
        generated += total;
        return total;
    }

    private void write(long frame, int slot, int port) {
        written = Arrays.copyOf(written, Math.max(written.length, slot + 1));
        written[slot] = true;
        next = next + 1 < templatesPerPort ? next + 1 : 0;
        long template = templates + ((long) port * templatesPerPort + next) * frameBytes;
        Mem.copy(template, poolBase + Frame.position(frame), frameBytes);
    }

    private int send(int port, MemoryEndpoint endpoint) {
        int n = endpoint.allocate(frames, 0, batch);
        if (n == 0) {
            return 0;
        }
        for (int i = 0; i < n; i++) {
            int slot = (int) (Frame.position(frames[i]) / Frame.SLOT_UNIT_BYTES);
            if (slot >= written.length || !written[slot]) {
                write(frames[i], slot, port);
            }
            frames[i] = Frame.withLength(frames[i], frameBytes);
        }
        int sent = endpoint.enqueue(frames, 0, n);
        if (sent < n) {
            endpoint.release(frames, sent, n - sent);
        }
        endpoint.ringAfterFence();
        return sent;
    }
}
