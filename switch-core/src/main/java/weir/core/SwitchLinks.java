// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import weir.core.link.EmulatedLink;
import weir.core.link.LinkSettings;
import weir.core.worker.PortEntry;
import weir.core.worker.SwitchWorker;

/**
 * Emulated links of a switch's ports: what {@code tc-netem(8)} does to an interface, inside the switch. Methods are for
 * control threads and take effect on every worker before they return. A port that is detached loses its settings.
 */
public final class SwitchLinks {
    /** What the switch lends. */
    interface Site {
        /** The port of a name, or null. */
        @Nullable
        PortEntry port(String name);

        List<PortEntry> ports();

        /** Runs a command on every worker. */
        void onAll(Consumer<SwitchWorker> command);

        void tell(SwitchEvent event);
    }

    private final Site site;
    private final LongSupplier clock;

    SwitchLinks(Site site, LongSupplier clock) {
        this.site = site;
        this.clock = clock;
    }

    /**
     * Emulates a port's link from now on. Frames on their way keep the times that they have.
     *
     * @return false when there is no port of that name
     */
    public synchronized boolean set(String portName, LinkSettings settings) {
        PortEntry port = site.port(portName);
        if (port == null) {
            return false;
        }
        EmulatedLink link = new EmulatedLink(settings, port.number(), clock.getAsLong());
        port.link().set(link);
        site.onAll(worker -> worker.emulate(port, link));
        site.tell(new SwitchEvent.LinkChanged(portName, settings.toString(), "set"));
        return true;
    }

    /**
     * Ends the emulation of a port's link. Frames on their way arrive at once, in order.
     *
     * @return false when there is no port of that name, or nothing to end
     */
    public synchronized boolean clear(String portName) {
        PortEntry port = site.port(portName);
        if (port == null || port.link().getAndSet(null) == null) {
            return false;
        }
        site.onAll(worker -> worker.emulate(port, null));
        site.tell(new SwitchEvent.LinkChanged(portName, "", "cleared"));
        return true;
    }

    /** A port's link; empty when there is no port of that name. */
    public Optional<LinkInfo> show(String portName) {
        return Optional.ofNullable(site.port(portName)).map(this::info);
    }

    /** The links of all ports, those that are not emulated included. */
    public List<LinkInfo> all() {
        return site.ports().stream().map(this::info).toList();
    }

    private LinkInfo info(PortEntry port) {
        EmulatedLink link = port.link().get();
        return new LinkInfo(
                port.name(),
                Optional.ofNullable(link).map(EmulatedLink::settings),
                link == null ? 0 : link.nanosLeft(clock.getAsLong()),
                port.linkCounters(true),
                port.linkCounters(false));
    }

    /** A worker's part of the port's queues no longer emulates the link. Any thread; does not wait. */
    void expired(PortEntry port, EmulatedLink link) {
        if (port.link().compareAndSet(link, null)) {
            site.tell(new SwitchEvent.LinkChanged(port.name(), "", "its time is over"));
        }
    }
}
