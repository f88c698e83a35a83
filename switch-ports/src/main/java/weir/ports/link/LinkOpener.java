// SPDX-License-Identifier: Apache-2.0
package weir.ports.link;

import weir.core.port.PortException;
import weir.ports.linux.LinuxException;

/**
 * Opens one port that is bound to an interface: the monitor watches it from the start, and when anything fails everything
 * is undone. A control thread; used once.
 *
 * @param <P> the port
 */
public abstract class LinkOpener<P> {
    private final LinkMonitor monitor;

    /** Takes a hold on the monitor, which the port gives back when it is closed. */
    protected LinkOpener() throws PortException {
        try {
            monitor = LinkMonitor.acquire();
        } catch (LinuxException e) {
            throw new PortException("cannot watch network interfaces: " + e.getMessage(), "", e);
        }
    }

    /** Who watches the interface, for the port to keep. */
    protected final LinkMonitor monitor() {
        return monitor;
    }

    /** Opens what the port needs, and makes it. */
    protected abstract P make() throws LinuxException, PortException;

    /** The port's view of its interface. */
    protected abstract WatchedLink linkOf(P port);

    /** Says in a user's words why {@link #make} failed. */
    protected abstract PortException explain(LinuxException e);

    /** Gives back what {@link #make} opened before it failed. */
    protected abstract void undo();

    /** The port, open and watched. */
    public final P open() throws PortException {
        boolean isDone = false;
        try {
            P port = make();
            linkOf(port).watch();
            isDone = true;
            return port;
        } catch (LinuxException e) {
            throw explain(e);
        } finally {
            if (!isDone) {
                undo();
                monitor.release();
            }
        }
    }
}
