// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ports.NamespacePath;
import weir.ports.link.LinkBinding;
import weir.ports.link.LinkMonitor;
import weir.ports.link.LinkPlace;
import weir.ports.linux.Errno;
import weir.ports.linux.Fd;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.RouteSocket;
import weir.ports.linux.TunDevice;

/**
 * A TAP by its descriptors: TUNGETIFF tells the name that the interface has now, TUNGETDEVNETNS where it
 * is, and EBADFD that it was deleted. So the port follows it through renames and moves.
 *
 * @param devices one per queue
 * @param netns path of the namespace that the descriptors were opened in, and which they keep alive, so that its deletion
 *     shows by the path alone; null when they were opened in ours
 * @param namespaceInode of that namespace
 */
record TapBinding(List<TunDevice> devices, @Nullable String netns, long namespaceInode) implements LinkBinding {
    /** The queue that the kernel always knows, to ask about the interface. */
    private TunDevice first() {
        return devices.getFirst();
    }

    @Override
    public void requirePresent() throws LinuxException {
        first().name();
        if (!NamespacePath.leadsTo(netns, namespaceInode)) {
            throw new LinuxException("network namespace " + netns, Errno.ENODEV.number());
        }
    }

    @Override
    public LinkPlace place(LinkMonitor monitor) throws LinuxException {
        return LinkPlace.named(first().name(), whereabouts(monitor));
    }

    private int whereabouts(LinkMonitor monitor) throws LinuxException {
        try (Fd namespace = first().namespace()) {
            return monitor.namespaceId(namespace);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
            // Without NET_ADMIN a user's own persistent TAP can be served, and is looked for here only.
            return RouteSocket.OWN_NAMESPACE;
        }
    }

    @Override
    public boolean isUp(LinkInfo link) {
        return link.up();
    }

    @Override
    public String lossCause() {
        return netns == null ? "interface was deleted" : "interface or its namespace was deleted";
    }

    @Override
    public void close() {
        devices.forEach(TunDevice::close);
    }
}
