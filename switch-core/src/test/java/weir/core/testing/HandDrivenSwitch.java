// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.frame.Frame;
import weir.core.frame.PoolConfig;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortException;
import weir.core.port.PortOptions;

/**
 * A switch without threads and with a fake clock, and memory ports to it: every test step is deterministic. Closing it
 * asserts the conservation law and that every slot came back.
 */
public final class HandDrivenSwitch implements AutoCloseable {
    private static final int ROUNDS_UNTIL_SURELY_IDLE = 100_000;
    private static final PoolConfig POOL = new PoolConfig(2048, 16, 2048);

    private final FakeClock clock = new FakeClock();
    private final Switch sw;
    private final Map<String, MemoryEndpoint> endpoints = new LinkedHashMap<>();

    public HandDrivenSwitch() {
        this(config -> config);
    }

    /** @param change applied to a config with a small pool, no threads and the fake clock */
    public HandDrivenSwitch(UnaryOperator<SwitchConfig> change) {
        sw = Switch.create(change.apply(
                SwitchConfig.named("hand").withPool(POOL).withoutThreads().withClock(clock)));
    }

    public Switch sw() {
        return sw;
    }

    public MemoryEndpoint endpoint(String port) {
        return endpoints.get(port);
    }

    /** Attaches memory ports with default options. */
    public HandDrivenSwitch ports(String... names) {
        for (String name : names) {
            port(PortOptions.named(name), MemoryPortConfig.DEFAULT);
        }
        return this;
    }

    public HandDrivenSwitch port(PortOptions options, MemoryPortConfig config) {
        MemoryPort port = new MemoryPort(options.name(), config);
        try {
            sw.attach(port, options);
        } catch (PortException e) {
            throw new AssertionError(e);
        }
        endpoints.put(options.name(), port.endpoint());
        return this;
    }

    public void detach(String name) {
        assertTrue(sw.detach(name), name);
        endpoints.remove(name).close();
    }

    /** Runs rounds until a round of all workers finds nothing. */
    public void settle() {
        int rounds = 0;
        while (sw.runRounds() > 0) {
            assertTrue(++rounds < ROUNDS_UNTIL_SURELY_IDLE, "the switch never becomes idle");
        }
    }

    /** Moves the clock and lets every worker see it. */
    public void advanceMillis(long millis) {
        clock.advanceMillis(millis);
        settle();
    }

    public void advanceSeconds(long seconds) {
        advanceMillis(seconds * 1000);
    }

    /** Takes empty frames, running rounds until the worker has filled the ring of them. */
    public long[] allocate(String port, int count) {
        MemoryEndpoint endpoint = endpoints.get(port);
        long[] frames = new long[count];
        int n = endpoint.allocate(frames, 0, count);
        for (int round = 0; n < count && round < ROUNDS_UNTIL_SURELY_IDLE; round++) {
            sw.runRounds();
            n += endpoint.allocate(frames, n, count - n);
        }
        assertEquals(count, n, "empty frames for port " + port);
        return frames;
    }

    /** Hands frames to a port as one piece, so that they come in as one run; nothing moves before {@link #settle}. */
    public void send(String port, byte[]... payloads) {
        MemoryEndpoint endpoint = endpoints.get(port);
        long[] frames = allocate(port, payloads.length);
        for (int i = 0; i < frames.length; i++) {
            frames[i] = Frame.withLength(frames[i], payloads[i].length);
            endpoint.bytes(frames[i]).copyFrom(MemorySegment.ofArray(payloads[i]));
        }
        assertEquals(frames.length, endpoint.send(frames, 0, frames.length), "frames taken by port " + port);
    }

    /** Sends, settles, and returns nothing: for frames that only have to be learned from. */
    public void sendAndSettle(String port, byte[]... payloads) {
        send(port, payloads);
        settle();
    }

    /** What the switch delivered to a port since the last call, in order; the slots go back. */
    public List<byte[]> received(String port) {
        MemoryEndpoint endpoint = endpoints.get(port);
        List<byte[]> payloads = new ArrayList<>();
        long[] frames = new long[64];
        for (int n = endpoint.receive(frames, 0, 64); n > 0; n = endpoint.receive(frames, 0, 64)) {
            for (int i = 0; i < n; i++) {
                payloads.add(endpoint.bytes(frames[i]).toArray(ValueLayout.JAVA_BYTE));
            }
            endpoint.release(frames, 0, n);
        }
        return payloads;
    }

    /** Asserts that a port received exactly these frames, in this order. */
    public void assertReceived(String port, byte[]... expected) {
        Frames.assertSameOrder(Arrays.asList(expected), received(port), "received by " + port);
    }

    public List<String> portNames() {
        return List.copyOf(endpoints.keySet());
    }

    /** Asserts the law while ports are attached. */
    public void assertLaw() {
        settle();
        Law.assertHolds(sw);
    }

    @Override
    public void close() {
        settle();
        Law.assertHolds(sw);
        portNames().forEach(this::detach);
        Law.assertHoldsAndSlotsAreBack(sw, 0);
        sw.close();
    }
}
