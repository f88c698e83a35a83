// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import weir.core.Switch;
import weir.core.capture.Capture;
import weir.core.capture.CaptureConsumer;
import weir.core.capture.CaptureDirection;
import weir.core.capture.CaptureDrops;
import weir.core.capture.CaptureSettings;
import weir.core.capture.CapturedFrame;
import weir.core.capture.FilterException;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.ebpf.map.Bytes;

/** A capture of the drops of one port, held against what the port counts. */
public final class CapturedDrops implements CaptureConsumer, AutoCloseable {
    private static final int BUFFER_BYTES = 32 << 20;

    private final Capture capture;
    private final ConcurrentLinkedQueue<Drop> drops = new ConcurrentLinkedQueue<>();

    private record Drop(CaptureDirection direction, DropReason reason, Bytes bytes, int originalBytes) {}

    public CapturedDrops(Switch sw, String port) throws FilterException {
        CaptureSettings settings =
                CaptureSettings.ALL.withPort(port).withDrops(CaptureDrops.ONLY).withBufferBytes(BUFFER_BYTES);
        capture = sw.capture(settings, this);
    }

    @Override
    public void frame(CapturedFrame frame) {
        Bytes bytes = Bytes.of(frame.bytes().toArray(JAVA_BYTE));
        drops.add(new Drop(frame.direction(), frame.dropReason(), bytes, frame.originalBytes()));
    }

    /** Ends the capture; what was captured is here then. */
    @Override
    public void close() {
        capture.close();
    }

    /** Whole frames that were dropped for a reason, in order; after {@link #close}. */
    public List<byte[]> whole(CaptureDirection direction, DropReason reason) {
        List<byte[]> whole = new ArrayList<>();
        for (Drop drop : drops) {
            if (drop.direction() == direction && drop.reason() == reason) {
                assertEquals(drop.originalBytes(), drop.bytes().length(), "cut: " + reason);
                whole.add(drop.bytes().toArray());
            }
        }
        return whole;
    }

    /**
     * Every drop that the port counted was captured, under its reason; after {@link #close}. But for {@code
     * bad_descriptor} at ingress, of which there is nothing to show.
     */
    public void assertSameAs(PortCounters counters) {
        assertEquals(0, capture.total().lost(), "lost by the capture");
        Map<String, Long> captured = new TreeMap<>();
        drops.forEach(drop -> captured.merge(drop.direction() + " " + drop.reason(), 1L, Long::sum));
        Map<String, Long> counted = new TreeMap<>();
        counters.ingressDrops().forEach((reason, n) -> counted.merge("IN " + reason, n, Long::sum));
        counters.decisionDrops().forEach((reason, n) -> counted.merge("IN " + reason, n, Long::sum));
        counters.egressDrops().forEach((reason, n) -> counted.merge("OUT " + reason, n, Long::sum));
        counted.remove("IN " + DropReason.BAD_DESCRIPTOR);
        assertEquals(counted, captured, "drops captured");
        assertTrue(capture.failure().isEmpty(), () -> capture.failure().toString());
    }
}
