// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import weir.control.run.HostConfig;
import weir.core.Switch;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.port.PortState;
import weir.core.worker.WaitMode;
import weir.ports.PortRequest;

/**
 * Whatever is behind ports that exist: a bridge of the kernel, another switch, hardware. A switch without threads, whose
 * rounds are the tester's turns, joins each port with a memory port, so that ports of any kind are opened, counted and closed
 * as always.
 *
 * <pre>
 *   tester &lt;--&gt; memory port  1001  &lt;-- PatchPanel --&gt;  1  port of any kind &lt;--&gt; device
 *                memory port  1002  &lt;-- PatchPanel --&gt;  2  port of any kind &lt;--&gt; device
 * </pre>
 */
public final class PatchedDevice implements DeviceUnderTest {
    private static final int RING_FRAMES = 4096;
    private static final long UP_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int JUMBO_MTU_BYTES = 9000;

    private final Switch sw;
    private final List<String> specs = new ArrayList<>();
    private final List<Port> ports = new ArrayList<>();
    private final List<MemoryEndpoint> ends = new ArrayList<>();

    private PatchedDevice() {
        sw = Switch.create(HostConfig.named("tester").withoutThreads().withWaitMode(WaitMode.BUSY));
        sw.program(new PatchPanel());
    }

    /**
     * Opens the ports, and waits until all of them are UP.
     *
     * @param longestFrameBytes that they must take, without FCS
     * @throws PortException when one cannot be opened, takes no frame of that length, or stays DOWN
     */
    public static PatchedDevice open(List<PortRequest> requests, int longestFrameBytes) throws PortException {
        PatchedDevice made = new PatchedDevice();
        boolean done = false;
        try {
            for (PortRequest each : requests) {
                made.attach(each, longestFrameBytes);
            }
            made.awaitUp();
            done = true;
            return made;
        } finally {
            if (!done) {
                made.close();
            }
        }
    }

    private void attach(PortRequest request, int longestFrameBytes) throws PortException {
        Port port = request.open();
        int longest = port.mtuBytes() + Frame.ETHERNET_HEADER_BYTES;
        if (longestFrameBytes > longest) {
            port.close();
            throw new PortException(
                    "frames of " + longestFrameBytes + " bytes are longer than " + port.spec() + " takes, which is "
                            + longest,
                    "leave the longest of --sizes away, or give the interface a larger MTU");
        }
        int number = ports.size() + 1;
        ports.add(port);
        specs.add(port.spec());
        sw.attach(port, PortOptions.named(outer(number)).withNumber(number));
        MemoryPort inner = new MemoryPort(
                inner(number),
                MemoryPortConfig.DEFAULT.withRingFrames(RING_FRAMES).withMtuBytes(JUMBO_MTU_BYTES));
        sw.attach(inner, PortOptions.named(inner(number)).withNumber(number + PatchPanel.OTHER_END));
        ends.add(inner.endpoint());
    }

    private static String outer(int number) {
        return "p" + number;
    }

    private static String inner(int number) {
        return "end" + number;
    }

    private void awaitUp() throws PortException {
        long deadline = System.nanoTime() + UP_WITHIN_NANOS;
        for (Port each : ports) {
            while (each.state() != PortState.UP) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new PortException(
                            "port " + each.spec() + " is " + each.state() + " after "
                                    + TimeUnit.NANOSECONDS.toSeconds(UP_WITHIN_NANOS) + " s",
                            "set the interface up, or start what is at its other end");
                }
                int _ = sw.runRounds();
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public String description() {
        return "what is between " + String.join(", ", specs);
    }

    @Override
    public int ports() {
        return ends.size();
    }

    @Override
    public MemoryEndpoint end(int port) {
        return ends.get(port);
    }

    @Override
    public long poolBase() {
        return sw.pool().baseAddress();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public int turn() {
        return sw.runRounds();
    }

    /**
     * What a port did not take is refused. What a port or its interface could not keep, and what found no room in the tester,
     * was missed.
     */
    @Override
    public Edge edge() {
        Map<String, PortCounters> counters = sw.counters();
        long refused = 0;
        long missed = 0;
        for (int number = 1; number <= ends.size(); number++) {
            PortCounters outside = counters.getOrDefault(outer(number), PortCounters.NONE);
            PortCounters inside = counters.getOrDefault(inner(number), PortCounters.NONE);
            refused += total(outside.egressDrops()) + total(inside.ingressDrops()) + total(inside.decisionDrops());
            missed += total(inside.egressDrops()) + ports.get(number - 1).peerDropped();
        }
        return new Edge(refused, missed);
    }

    private static long total(Map<DropReason, Long> drops) {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public boolean hasOwnEnds() {
        return false;
    }

    @Override
    public boolean limitLines(long bitsPerSecond, int frameBytes) {
        return false;
    }

    @Override
    public boolean forgetAddresses() {
        return false;
    }

    @Override
    public boolean canRestart() {
        return false;
    }

    @Override
    public void restart() {
        throw new UnsupportedOperationException("only a device of this process can be restarted");
    }

    @Override
    public void close() {
        ends.forEach(MemoryEndpoint::close);
        sw.close();
    }
}
