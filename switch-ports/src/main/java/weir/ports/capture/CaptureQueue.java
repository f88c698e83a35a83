// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.CopyRing;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.FrameIntake;

/** The worker's side of a {@link CapturePort}: copies between slots and the rings of the two threads. */
public final class CaptureQueue implements PortQueue {
    private final CapturePort port;
    private final @Nullable Replay replay;
    private final @Nullable Recording recording;
    private volatile @Nullable QueueContext context;

    @SuppressWarnings("NullAway.Init") // set by attach(), which every use follows
    private FrameIntake intake;

    @SuppressWarnings("NullAway.Init")
    private FrameStore frames;

    CaptureQueue(CapturePort port, @Nullable Replay replay, @Nullable Recording recording) {
        this.port = port;
        this.replay = replay;
        this.recording = recording;
    }

    @Override
    public void attach(QueueContext lent) {
        frames = lent.frames();
        intake = new FrameIntake(lent, FramePool.MAX_LARGE_FRAME_BYTES);
        context = lent;
        if (recording != null) {
            recording.start(cause -> port.changeState(PortState.DOWN, cause));
        }
        if (replay != null) {
            replay.start(lent.doorbell(), cause -> port.changeState(PortState.GONE, cause));
        }
    }

    /** Who to tell about the port's state, while attached. Any thread. */
    @Nullable
    QueueContext context() {
        return context;
    }

    @Override
    public int receive(FrameBatch batch, int from, int budgetFrames) {
        if (replay == null) {
            return 0;
        }
        CopyRing.Reader ring = replay.ring();
        int n = Math.min(budgetFrames, ring.available(budgetFrames));
        if (n <= 0) {
            return 0;
        }
        long[] out = batch.frames();
        int taken = 0;
        for (int i = 0; i < n; i++) {
            long frame = intake.take(ring.address(i), ring.length(i));
            if (frame != FrameIntake.DROPPED) {
                out[from + taken++] = frame;
            }
        }
        ring.advance(n);
        return taken;
    }

    @Override
    public void transmit(long[] batch, int from, int count) {
        QueueContext attached = context;
        if (attached == null) {
            throw new IllegalStateException(port.spec() + " is not attached");
        }
        if (recording == null) {
            long bytes = 0;
            for (int i = from; i < from + count; i++) {
                bytes += Frame.length(batch[i]);
            }
            attached.cells().transmitted(count, bytes);
        } else if (recording.hasFailed()) {
            attached.dropEgress(DropReason.IO_ERROR, batch, from, count);
        } else {
            record(recording, attached, batch, from, count);
        }
        frames.release(batch, from, count);
    }

    private void record(Recording file, QueueContext attached, long[] batch, int from, int count) {
        CopyRing.Writer ring = file.ring();
        long nanos = file.now();
        FramePool pool = frames.pool();
        long bytes = 0;
        int sent = 0;
        for (int i = from; i < from + count; i++) {
            int length = Frame.length(batch[i]);
            long place = ring.claim(length);
            if (place == CopyRing.NO_ROOM) {
                attached.dropEgress(DropReason.QUEUE_FULL, batch, i, 1);
                continue;
            }
            Mem.copy(pool.address(batch[i]), place, length);
            ring.commit(length, nanos);
            bytes += length;
            sent++;
        }
        ring.publish();
        attached.cells().transmitted(sent, bytes);
    }

    @Override
    public void flush() {
        if (recording != null) {
            recording.wakeIfWaiting();
        }
    }

    @Override
    public boolean hasInput() {
        return replay != null && replay.ring().available(1) > 0;
    }

    @Override
    public void detach() {
        context = null;
        if (replay != null) {
            replay.stop();
        }
        // The ring to the file holds copies, not slots: what is in there is written after this.
    }
}
