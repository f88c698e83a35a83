// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import weir.control.report.LawReport;
import weir.control.run.HostConfig;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.SwitchEvent;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.port.PortState;
import weir.core.worker.WaitMode;

/** A switch of one worker between the port that the user named and one of this package. Control threads. */
final class TwoPorts implements AutoCloseable {
    private static final String INSIDE = "inner:end";
    private static final int OUTSIDE_NUMBER = 1;
    private static final int INSIDE_NUMBER = 2;

    private final Switch sw;
    private final Port outside;
    private final String name;

    /**
     * Attaches the port that the user named.
     *
     * @param name what the port is called in events
     * @param outward whether frames go from inside to outside, or the other way
     */
    TwoPorts(Port outside, String name, boolean outward, boolean busy, Consumer<SwitchEvent> events)
            throws PortException {
        this.outside = outside;
        this.name = name;
        SwitchConfig config = HostConfig.named("gen").withWaitMode(busy ? WaitMode.BUSY : WaitMode.ADAPTIVE);
        sw = Switch.create(config);
        boolean done = false;
        try {
            sw.listen(events);
            sw.program(
                    outward
                            ? new PointToPoint(INSIDE_NUMBER, OUTSIDE_NUMBER)
                            : new PointToPoint(OUTSIDE_NUMBER, INSIDE_NUMBER));
            if (outward) {
                attachOutside();
            }
            done = true;
        } finally {
            if (!done) {
                sw.close();
            }
        }
    }

    void attachOutside() throws PortException {
        sw.attach(outside, PortOptions.named(name).withNumber(OUTSIDE_NUMBER));
    }

    void attachInside(Port inside) throws PortException {
        sw.attach(inside, PortOptions.named(INSIDE).withNumber(INSIDE_NUMBER));
    }

    PortState state() {
        return outside.state();
    }

    /** Of the port that the user named. */
    PortCounters outside() {
        return sw.counters().getOrDefault(name, PortCounters.sum(List.of()));
    }

    long peerDropped() {
        return outside.peerDropped();
    }

    /** Takes the inner end away, so that nothing more comes from it. */
    void detachInside() {
        boolean _ = sw.detach(INSIDE);
    }

    /** Takes the outer end away; what it has accepted is out when this returns, as far as the port can see to that. */
    void detachOutside() {
        boolean _ = sw.detach(name);
    }

    LawReport law() throws InterruptedException {
        return LawReport.await(sw);
    }

    static Map<String, Long> labelled(Map<DropReason, Long> drops) {
        Map<String, Long> labelled = new LinkedHashMap<>();
        drops.forEach((reason, frames) -> labelled.put(reason.label(), frames));
        return labelled;
    }

    @Override
    public void close() {
        sw.close();
    }
}
