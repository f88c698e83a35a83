// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.ebpf.map.Bytes;

/** Keeps what it is given. Read it when the capture is closed. */
final class Captured implements CaptureConsumer {
    record One(
            String port,
            CaptureDirection direction,
            @Nullable DropReason reason,
            Bytes bytes,
            int originalBytes) {
        /** For comparison in one line. */
        String text() {
            return port + " " + direction + (reason == null ? "" : " " + reason.label()) + " " + bytes.length() + "/"
                    + originalBytes;
        }
    }

    final List<One> frames = new ArrayList<>();
    final List<Long> times = new ArrayList<>();
    final AtomicLong lostBefore = new AtomicLong();
    List<CaptureCounters> counters = List.of();

    @Override
    public void frame(CapturedFrame frame) {
        frames.add(new One(
                frame.portName(),
                frame.direction(),
                frame.dropReason(),
                Bytes.of(frame.bytes().toArray(JAVA_BYTE)),
                frame.originalBytes()));
        times.add(frame.epochNanos());
        lostBefore.addAndGet(frame.lostBefore());
    }

    @Override
    public void end(List<CaptureCounters> ports) {
        counters = ports;
    }

    List<String> texts() {
        return frames.stream().map(One::text).toList();
    }
}
