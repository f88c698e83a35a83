// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.counter.DropReason;
import weir.core.link.LinkSettings;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortException;
import weir.core.port.PortOptions;

/** A switch in this process, between memory ports {@code p1}, {@code p2} and so on. A switch without threads runs in turns. */
public final class OwnSwitch implements DeviceUnderTest {
    /** Preamble with start delimiter, FCS and gap between frames, bytes: IEEE 802.3. */
    static final int LINE_OVERHEAD_BYTES = 8 + 4 + 12;

    private final SwitchConfig config;
    private final int ports;
    private final Preparation preparation;
    private final List<MemoryEndpoint> ends = new ArrayList<>();
    private Switch sw;
    private long missedBefore;
    private String line = "";

    /** What is done to the switch when its ports are there, before the first frame; again after a restart. */
    @FunctionalInterface
    public interface Preparation {
        void prepare(Switch sw);
    }

    /** Makes and starts it. */
    public OwnSwitch(int ports, SwitchConfig config, Preparation preparation) throws PortException {
        this.ports = ports;
        this.config = config;
        this.preparation = preparation;
        sw = start();
    }

    /** Name of a port. */
    public static String name(int port) {
        return "p" + (port + 1);
    }

    private Switch start() throws PortException {
        Switch started = Switch.create(config);
        boolean done = false;
        try {
            for (int i = 0; i < ports; i++) {
                MemoryPort port = new MemoryPort(name(i));
                started.attach(port, PortOptions.named(name(i)));
                ends.add(port.endpoint());
            }
            preparation.prepare(started);
            limit(started);
            done = true;
            return started;
        } finally {
            if (!done) {
                started.close();
            }
        }
    }

    /** The switch at present. */
    public Switch underTest() {
        return sw;
    }

    @Override
    public String description() {
        return "Weir's switch with " + ports + " memory ports in this process"
                + (config.threads() ? ", its worker in a thread of its own" : "");
    }

    @Override
    public int ports() {
        return ports;
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
        return config.worker().nanoClock().getAsLong();
    }

    @Override
    public int turn() {
        return config.threads() ? 0 : sw.runRounds();
    }

    /** Nothing is refused without being left with the sender; a full ring at the end is the tester's. */
    @Override
    public Edge edge() {
        long missed = sw.counters().values().stream()
                .mapToLong(port -> port.egressDrops().getOrDefault(DropReason.QUEUE_FULL, 0L))
                .sum();
        return new Edge(0, missedBefore + missed);
    }

    @Override
    public boolean hasOwnEnds() {
        return true;
    }

    /** By emulated links, which count a frame's own bytes only. */
    @Override
    public boolean limitLines(long bitsPerSecond, int frameBytes) {
        long own = (long) ((double) bitsPerSecond * frameBytes / (frameBytes + LINE_OVERHEAD_BYTES));
        line = "direction:to,rate:" + Math.max(1, own) + "bit";
        limit(sw);
        return true;
    }

    private void limit(Switch limited) {
        for (int i = 0; i < ports && !line.isEmpty(); i++) {
            boolean _ = limited.links().set(name(i), LinkSettings.parse(line));
        }
    }

    /** Sets links that stay, by name of the port. */
    public static Preparation links(Map<String, LinkSettings> settings) {
        return sw -> settings.forEach((port, link) -> {
            boolean _ = sw.links().set(port, link);
        });
    }

    @Override
    public boolean forgetAddresses() {
        sw.flushFdb();
        return true;
    }

    @Override
    public boolean canRestart() {
        return true;
    }

    @Override
    public void restart() throws PortException {
        missedBefore = edge().missed();
        stop();
        sw = start();
    }

    private void stop() {
        ends.forEach(MemoryEndpoint::close);
        ends.clear();
        sw.close();
    }

    @Override
    public void close() {
        stop();
    }
}
