// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ports.NamespacePath;
import weir.ports.link.LinkBinding;
import weir.ports.link.LinkMonitor;
import weir.ports.link.LinkPlace;
import weir.ports.linux.Errno;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;

/**
 * An interface by the program and the sockets that are bound to it. They stay with the interface through a
 * renaming, and lose it when it is deleted or moved to another namespace.
 *
 * <p>The sockets keep the namespace that they were opened in. So its deletion shows only by its path: when
 * that no longer stands for the namespace, the port gives it up, and the kernel can end it.
 *
 * @param program attached to the interface
 * @param channels one per queue
 * @param index of the interface within its namespace
 * @param namespaceId of the namespace, see {@link LinkPlace}
 * @param namespacePath null for the process's own namespace
 * @param namespaceInode what the path stood for when the port was opened
 */
record XdpBinding(
        RedirectProgram program,
        List<XdpChannel> channels,
        int index,
        int namespaceId,
        @Nullable String namespacePath,
        long namespaceInode)
        implements LinkBinding {
    @Override
    public void requirePresent() throws LinuxException {
        if (program.interfaceIndex() == 0 || !NamespacePath.leadsTo(namespacePath, namespaceInode)) {
            throw new LinuxException("AF_XDP interface " + index, Errno.ENODEV.number());
        }
    }

    @Override
    public LinkPlace place(LinkMonitor monitor) {
        return LinkPlace.numbered(index, namespaceId);
    }

    @Override
    public boolean isUp(LinkInfo link) {
        return link.up() && link.carrier();
    }

    @Override
    public String lossCause() {
        return "interface was deleted, or moved to another namespace";
    }

    @Override
    public void close() {
        program.close();
        channels.forEach(XdpChannel::close);
    }
}
