// SPDX-License-Identifier: Apache-2.0
package weir.ports.link;

import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;

/**
 * How a port holds its interface: a descriptor of the driver, or a socket bound to the interface. The
 * first two methods are called by {@link LinkMonitor} under its lock and never after {@link
 * WatchedLink#close}, so what the port holds is still open. Both throw a {@link LinuxException} with
 * EBADFD or ENODEV when the interface is gone for this port; with any other errno nothing is learned.
 */
public interface LinkBinding extends AutoCloseable {
    /** Throws when the interface is gone; asked twice a second, so a system call or two. */
    void requirePresent() throws LinuxException;

    /**
     * Where to ask for the interface now.
     *
     * @param monitor for the ids of namespaces
     */
    LinkPlace place(LinkMonitor monitor) throws LinuxException;

    /** Whether an interface in this condition carries frames. Any thread. */
    boolean isUp(LinkInfo link);

    /** What a user reads when the interface is gone. Any thread. */
    String lossCause();

    /** Closes what the port holds; called once, when nobody asks it any more. */
    @Override
    void close();
}
