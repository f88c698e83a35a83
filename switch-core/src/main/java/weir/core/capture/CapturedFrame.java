// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;

/** A frame as a consumer gets it: a view that is used again for the next one. The capture's thread only. */
public final class CapturedFrame {
    private CapturedPort port = CapturedPort.NONE;
    private CaptureDirection direction = CaptureDirection.IN;
    private @Nullable DropReason dropReason;
    private long epochNanos;
    private int originalBytes;
    private int lostBefore;
    private MemorySegment bytes = MemorySegment.NULL;

    CapturedFrame() {}

    void set(CapturedPort newPort, long nanos, MemorySegment record) {
        port = newPort;
        epochNanos = nanos;
        long head = RecordLayout.head(record);
        direction = RecordLayout.isOut(head) ? CaptureDirection.OUT : CaptureDirection.IN;
        dropReason = RecordLayout.reason(head);
        originalBytes = RecordLayout.originalBytes(head);
        lostBefore = RecordLayout.lostBefore(record);
        bytes = record.asSlice(RecordLayout.HEAD_BYTES);
    }

    /** Number of the port where it was captured. */
    public int portNumber() {
        return port.number();
    }

    public String portName() {
        return port.name();
    }

    /** In or out; of a dropped frame, at which end of the switch the drop is counted. */
    public CaptureDirection direction() {
        return direction;
    }

    /** Why the frame was dropped; null for one that passed. */
    public @Nullable DropReason dropReason() {
        return dropReason;
    }

    /** Nanoseconds since 1970, when the worker had the frame. */
    public long epochNanos() {
        return epochNanos;
    }

    /** Length of the whole frame. */
    public int originalBytes() {
        return originalBytes;
    }

    /** Frames of this port and worker that were lost since the last one captured. */
    public int lostBefore() {
        return lostBefore;
    }

    /** What was kept of the frame; valid during the call. */
    public MemorySegment bytes() {
        return bytes;
    }
}
