// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import weir.core.frame.Frame;
import weir.core.port.Port;
import weir.core.testing.PortContractTest;

/** The port contract for in-process ports; see the subclasses. */
abstract class MemoryPortContractTest extends PortContractTest {
    private static final int RING = 64;
    private static final int STOCK = 64;

    private final MemoryPort port;
    private final MemoryEndpoint endpoint;
    private final ArrayDeque<Long> stock = new ArrayDeque<>();

    MemoryPortContractTest(boolean isolated) {
        port = new MemoryPort(
                "subject", MemoryPortConfig.DEFAULT.withRingFrames(RING).withIsolated(isolated));
        endpoint = port.endpoint();
    }

    @Override
    protected Port open() {
        return port;
    }

    @Override
    protected void attached(Runnable rounds) {
        long[] frames = new long[STOCK];
        while (stock.size() < STOCK) {
            int n = endpoint.allocate(frames, 0, STOCK - stock.size());
            for (int i = 0; i < n; i++) {
                stock.add(frames[i]);
            }
            rounds.run();
        }
    }

    @Override
    protected void send(byte[] payload) {
        long frame = Frame.withLength(stock.remove(), payload.length);
        endpoint.bytes(frame).copyFrom(MemorySegment.ofArray(payload));
        if (endpoint.send(new long[] {frame}, 0, 1) != 1) {
            throw new AssertionError("the port took nothing");
        }
    }

    @Override
    protected List<byte[]> received() {
        List<byte[]> payloads = new ArrayList<>();
        long[] frames = new long[8];
        for (int n = endpoint.receive(frames, 0, 8); n > 0; n = endpoint.receive(frames, 0, 8)) {
            for (int i = 0; i < n; i++) {
                payloads.add(endpoint.bytes(frames[i]).toArray(ValueLayout.JAVA_BYTE));
            }
            endpoint.release(frames, 0, n);
        }
        return payloads;
    }

    @Override
    protected void outsideCloses() {
        stock.forEach(frame -> endpoint.release(new long[] {frame}, 0, 1));
        endpoint.close();
    }

    @Override
    protected boolean findsSlotsItself() {
        return false;
    }

    @Override
    protected int framesThatFillThePort() {
        return 2 * RING;
    }
}
