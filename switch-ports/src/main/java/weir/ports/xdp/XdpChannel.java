// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import weir.ports.linux.LinuxException;
import weir.ports.linux.XdpSocket;

/**
 * The sockets of one queue. The kernel tells whoever waits for a socket of each frame that it has sent, one by one, be it
 * only to find that nobody wants to know (a tenth of all that sending costs), so the one that sends is never waited for.
 *
 * @param in receives, is waited for, and has the rings of buffers of both
 * @param out sends
 */
record XdpChannel(XdpSocket in, XdpSocket out) implements AutoCloseable {
    /** Opens both in the calling thread's network namespace. */
    static XdpChannel open() throws LinuxException {
        XdpSocket in = XdpSocket.open();
        try {
            return new XdpChannel(in, XdpSocket.open());
        } catch (LinuxException e) {
            in.close();
            throw e;
        }
    }

    /** @param entries of each ring, a power of two */
    void createRings(int entries) throws LinuxException {
        in.createReceiveRings(entries);
        out.createSendRing(entries);
    }

    /** Binds the one that sends, after the other. */
    void bindOut(int interfaceIndex, int queue) throws LinuxException {
        out.bind(interfaceIndex, queue, 0, in);
    }

    /** The one that sends first, since it reads what the other one registered. Idempotent. */
    @Override
    public void close() {
        out.close();
        in.close();
    }
}
