// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Offload;
import weir.core.offload.GsoSegmenter;

/**
 * Sends frames to a port that takes some of them only when the work that their senders left is done. What comes of
 * them is charged to that port: a slow one uses up its own slots, not those of the senders.
 */
final class EgressOffloads {
    private final FrameStore store;
    private final FramePool pool;
    private final GsoSegmenter segmenter;
    private final Outlet collecting = this::collect;
    private final CapturePoint captures;
    private final long[] ready;
    private int readyCount;

    /** @param batchFrames most frames that are passed to a port at a time */
    EgressOffloads(FrameStore store, int batchFrames, CapturePoint captures) {
        this.captures = captures;
        this.store = store;
        pool = store.pool();
        segmenter = new GsoSegmenter(store);
        ready = new long[batchFrames];
    }

    /** How a port gets what comes of a frame. */
    @FunctionalInterface
    interface Outlet {
        /** Takes over a frame. */
        void put(EgressTarget target, long frame);
    }

    /** Length of the longest packet that a frame will be on a wire, whoever cuts it. */
    int packetBytes(long frame) {
        return segmenter.packetBytes(frame);
    }

    /** Whether the port can be left all the work. */
    boolean isTaken(EgressTarget target, long frame) {
        return !Frame.hasOffload(frame) || Offload.isTakenBy(pool.offload(frame), target.port.offloads());
    }

    /** Sends frames of one destination, in order. */
    void send(EgressTarget target, long[] frames, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (isTaken(target, frames[i])) {
                collect(target, frames[i]);
            } else {
                complete(target, frames[i], collecting);
            }
        }
        sendReady(target);
    }

    private void collect(EgressTarget target, long frame) {
        if (readyCount == ready.length) {
            sendReady(target);
        }
        ready[readyCount++] = frame;
    }

    private void sendReady(EgressTarget target) {
        int n = readyCount;
        readyCount = 0;
        if (n > 0) {
            target.send(ready, 0, n);
        }
    }

    /** After a fault: forgets what was about to be sent. */
    void abandon() {
        readyCount = 0;
    }

    /** Does the work that is left for one frame, and passes on what comes of it. */
    void complete(EgressTarget target, long frame, Outlet outlet) {
        int count = segmenter.open(frame);
        if (count == 0) {
            drop(target, DropReason.BAD_OFFLOAD, 1, frame);
            store.release(frame);
            return;
        }
        if (count > 1) {
            target.cells.segmented(1, count);
        }
        int account = target.port.index();
        for (int made = 0; made < count; made++) {
            long packet = segmenter.next(account);
            if (packet < 0 && readyCount > 0) {
                sendReady(target); // a port that sends at once gives its slots back
                packet = segmenter.next(account);
            }
            if (packet < 0) {
                drop(target, DropReason.NO_BUFFER, count - made, frame);
                break;
            }
            outlet.put(target, packet);
        }
        segmenter.close();
    }

    /** @param frame that they are, or would have been cut from */
    private void drop(EgressTarget target, DropReason reason, int count, long frame) {
        target.cells.enqueued(count);
        target.cells.dropEgress(reason, count);
        captures.droppedOut(target.port.index(), reason, frame);
    }
}
