// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.CopyRing;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.Mem;

/**
 * One worker's part of a capture: filters frames and copies them into its ring. On the worker's thread, where it neither
 * waits nor throws nor allocates.
 */
public final class CaptureTap {
    /** Of buffer for each place in the ring: less than the shortest record takes with its time. */
    private static final int BYTES_PER_PLACE = 64;

    private final CaptureSettings settings;
    private final int worker;
    private final FramePool pool;
    private final FrameFilter.@Nullable Live filter;
    private final CopyRing ring;
    private final LongSupplier epochNanos;
    private final int[] keep = new int[FrameBatch.MAX_CAPACITY];
    private final MemorySegment aside;
    private final List<CapturedPort> known = new CopyOnWriteArrayList<>();
    private final boolean takesPassing;
    private final boolean takesDrops;
    private CapturedPort[] ports = {};
    private volatile boolean ended;

    CaptureTap(
            CaptureSettings settings,
            int worker,
            FramePool pool,
            FrameFilter.@Nullable Live filter,
            MemorySegment memory,
            MemorySegment aside,
            LongSupplier epochNanos) {
        this.settings = settings;
        this.worker = worker;
        this.pool = pool;
        this.filter = filter;
        this.aside = aside;
        this.epochNanos = epochNanos;
        ring = new CopyRing(memory, Integer.highestOneBit((int) (memory.byteSize() / BYTES_PER_PLACE)));
        takesPassing = settings.drops() != CaptureDrops.ONLY;
        takesDrops = settings.drops() != CaptureDrops.NONE;
    }

    CopyRing.Reader reader() {
        return ring.reader();
    }

    /** What was counted of each port so far. Any thread. */
    List<CapturedPort> ports() {
        return known;
    }

    /** Nobody reads any more: nothing is copied from now on. Any thread. */
    void end() {
        ended = true;
    }

    /** Gets to know the port that has an index from now on; those before keep their counts. Between batches. */
    public void adopt(int index, int number, String name) {
        if (index >= ports.length) {
            int before = ports.length;
            ports = Arrays.copyOf(ports, index + 1);
            Arrays.fill(ports, before, ports.length, CapturedPort.NONE);
        }
        if (ports[index].number() != number) {
            boolean isWanted = settings.port().isEmpty() || settings.port().equals(name);
            ports[index] = new CapturedPort(number, name, isWanted);
            known.add(ports[index]);
        }
    }

    /** Whether frames that a port sends are taken. */
    public boolean takesSent(int portIndex) {
        return takesPassing
                && settings.direction().includes(CaptureDirection.OUT)
                && port(portIndex).isWanted();
    }

    private CapturedPort port(int index) {
        return index < ports.length ? ports[index] : CapturedPort.NONE;
    }

    /** Frames that came in by a port. */
    public void received(int portIndex, long[] frames, int from, int count) {
        if (takesPassing && settings.direction().includes(CaptureDirection.IN)) {
            take(port(portIndex), false, null, frames, from, count);
        }
    }

    /** Frames that leave by a port. */
    public void sent(int portIndex, long[] frames, int from, int count) {
        if (takesSent(portIndex)) {
            take(port(portIndex), true, null, frames, from, count);
        }
    }

    /**
     * Frames that are dropped now, and not released yet.
     *
     * @param isOut whether the drop is counted at an egress port
     */
    public void dropped(int portIndex, boolean isOut, DropReason reason, long[] frames, int from, int count) {
        if (takesDrops && settings.direction().includes(isOut ? CaptureDirection.OUT : CaptureDirection.IN)) {
            take(port(portIndex), isOut, reason, frames, from, count);
        }
    }

    /**
     * A frame that is dropped at its ingress port and is in no slot.
     *
     * @param address of what there is of it, {@code storedBytes} of {@code lengthBytes}
     */
    public void dropped(int portIndex, DropReason reason, long address, int storedBytes, int lengthBytes) {
        CapturedPort port = port(portIndex);
        if (!takesDrops || !settings.direction().includes(CaptureDirection.IN) || !port.isWanted() || ended) {
            return;
        }
        // Copied before anything looks at it: it may be memory that a client of a port writes to.
        int stored = (int) Math.min(storedBytes, aside.byteSize());
        Mem.copy(address, aside.address(), stored);
        FrameFilter.Live only = filter;
        int wanted = only == null ? settings.snapBytes() : only.run(worker, aside.address(), stored, port.number());
        boolean isLost = false;
        if (wanted != 0) {
            long head = RecordLayout.head(port.number(), false, reason);
            int limit = Math.min(stored, settings.snapBytes());
            isLost = !copy(port, head, epochNanos.getAsLong(), aside.address(), lengthBytes, kept(limit, wanted));
            ring.writer().publish();
        }
        port.count(1, wanted != 0 ? 1 : 0, isLost ? 1 : 0);
    }

    private void take(
            CapturedPort port, boolean isOut, @Nullable DropReason reason, long[] frames, int from, int count) {
        if (!port.isWanted() || ended) {
            return;
        }
        long nanos = epochNanos.getAsLong();
        long head = RecordLayout.head(port.number(), isOut, reason);
        for (int done = 0; done < count; done += keep.length) {
            copy(port, head, nanos, frames, from + done, Math.min(keep.length, count - done));
        }
        ring.writer().publish();
    }

    private void copy(CapturedPort port, long head, long nanos, long[] frames, int from, int count) {
        FrameFilter.Live only = filter;
        if (only == null) {
            Arrays.fill(keep, 0, count, settings.snapBytes());
        } else {
            only.run(worker, frames, from, count, port.number(), keep);
        }
        int matched = 0;
        int lost = 0;
        for (int i = 0; i < count; i++) {
            if (keep[i] != 0) {
                matched++;
                long frame = frames[from + i];
                int length = Frame.length(frame);
                int bytes = kept(Math.min(length, settings.snapBytes()), keep[i]);
                lost += copy(port, head, nanos, pool.address(frame), length, bytes) ? 0 : 1;
            }
        }
        port.count(count, matched, lost);
    }

    private static int kept(int limit, int wantedBytes) {
        return wantedBytes < 0 ? limit : Math.min(limit, wantedBytes); // negative: unsigned, beyond all frames
    }

    private boolean copy(CapturedPort port, long head, long nanos, long address, int length, int bytes) {
        CopyRing.Writer writer = ring.writer();
        long place = writer.claim(RecordLayout.HEAD_BYTES + bytes);
        if (place == CopyRing.NO_ROOM) {
            port.lose();
            return false;
        }
        RecordLayout.write(place, head, length, port.takeUntold());
        Mem.copy(address, place + RecordLayout.HEAD_BYTES, bytes);
        writer.commit(RecordLayout.HEAD_BYTES + bytes, nanos);
        return true;
    }
}
